#ifndef TESTS_COMM_REDUCTION_TERMS_H
#define TESTS_COMM_REDUCTION_TERMS_H

/**
 * What logical shards add to a step, and its sums in the canonical order, by a serial
 * program that shares no code with the reduction.
 *
 * Pure: no communication.
 */

#include <stdint.h>

/**
 * A float of a shard's gradient: of every size and sign, and some zeros.  Local.
 *
 * step    -1: what weights begin with
 * place   of the vector
 */
float terms_leaf(int step, int shard, int64_t place);

/** A shard's loss.  Local. */
double terms_leaf_loss(int step, int shard);

/** The sum over the shards from `lo` to before `hi`.  Local. */
float terms_sum(int step, int lo, int hi, int64_t place);

/** Their loss.  Local. */
double terms_loss(int step, int lo, int hi);

#endif
