#ifndef MATH_SUMS_H
#define MATH_SUMS_H

/**
 * A tile's sums in registers, and those that wait for them in the canonical tree.
 *
 * Local, all of it.
 */

#include "math/vector.h"

/** sum [sums] = left [sums] + sum: what has waited is on the left. */
LS_INLINE void join_sums(vec *sum, const vec *left, const int sums)
{
  LS_UNROLLED
  for (int i = 0; i < sums; i++) {
    sum[i] = left[i] + sum[i];
  }
}

/**
 * waiting [sums] = sum
 *
 * The compiler must not remember what waits, or it makes room for it in the registers
 * that the next leaf needs.
 */
LS_INLINE void put_aside(vec *waiting, const vec *sum, const int sums)
{
  LS_UNROLLED
  for (int i = 0; i < sums; i++) {
    waiting[i] = sum[i];
  }
  __asm__ volatile("" ::: "memory");
}

#endif
