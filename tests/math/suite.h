#ifndef TESTS_MATH_SUITE_H
#define TESTS_MATH_SUITE_H

/**
 * What the tests of kernels share: matrices with padding, and comparison of bits.
 */

#include "math/kernels.h"

#include <stdbool.h>
#include <stdint.h>

/** What a test matrix holds. */
typedef enum content {
  ORDINARY, /* mixed signs, about 1 */
  SPECIAL   /* now and then NaN, infinities, zeros of both signs, tiny and huge */
} content;

/** One instruction set's table beside the plain one.  NULL ends the list of names. */
extern const char *const table_names[];

/**
 * Fill a matrix [rows][P(columns)]; its padding becomes +0.0.
 *
 * Local.  Equal arguments give equal values.
 */
void suite_fill(float *values, int rows, int columns, content content, uint64_t seed);

/** Fill [count] with a value that no kernel makes, to find what was not written. */
void suite_mark(float *values, int64_t count);

/**
 * Fail the running test unless the bits are equal; a NaN equals any NaN.
 *
 * Local.  Says which index differs, and the text.
 */
void suite_assert_same(const float *actual, const float *expected, int64_t count,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * Cut `rows` rows into shards.
 *
 * first_row   [shards + 1] out
 * pattern     0: as lockstep does; else at random places, with empty shards
 */
void suite_cut(int *first_row, int shards, int rows, int pattern);

/** All of a gradient [inputs][P(outputs)]. */
static inline ls_gradient_block suite_gradient(int inputs, int outputs)
{
  return (ls_gradient_block){.inputs = inputs,
                             .outputs = ls_pad(outputs),
                             .x_stride = ls_pad(inputs),
                             .stride = ls_pad(outputs)};
}

#endif
