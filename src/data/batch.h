#ifndef DATA_BATCH_H
#define DATA_BATCH_H

/**
 * Who trains and evaluates which rows: integers only, neither data nor MPI.
 *
 *   epoch    |-- batch 0 --|-- batch 1 --|-- batch 2 --|- 3 -|    positions [0, N)
 *   batch    | s 0 | s 1 | s 2 | s 3 |                            L logical shards
 *   ranks    |  rank 0   |  rank 1   |                            runs of shards
 *
 * Positions are places in the epoch's order (data/order.h).
 */

#include "lockstep/span.h"

#include <stdint.h>

typedef struct ls_batch_plan {
  int64_t sample_count; /* N, from 1 */
  int64_t global_batch; /* B, from 1 */
  int shards;           /* L, from 1 */
} ls_batch_plan;

/** One step's batch. */
typedef struct ls_batch {
  int64_t epoch;
  int64_t index; /* of the batch in its epoch */
  ls_span rows;  /* its positions in the epoch; the last batch may be short */
} ls_batch;

/** Rows of an evaluation block; the last may be short. */
enum { LS_EVALUATION_ROWS = 256 };

/** Steps of an epoch: ceil(N / B).  Local; same result on every rank. */
int64_t ls_batch_steps_per_epoch(const ls_batch_plan *plan);

/**
 * The batch that a step trains.
 *
 * Local; same result on every rank.
 *
 * step   updates already applied, from 0
 */
ls_batch ls_batch_at(const ls_batch_plan *plan, int64_t step);

/**
 * The positions of one logical shard of a batch; may be empty.
 *
 * Local; same result on every rank.
 *
 * shard   in [0, L)
 */
ls_span ls_batch_shard(const ls_batch_plan *plan, const ls_batch *batch, int shard);

/**
 * The logical shards that one rank works on; empty where ranks exceed shards.
 *
 * Local; same result on every rank.
 *
 * rank, size   of the ranks in node order
 */
ls_span ls_batch_shards_of_rank(const ls_batch_plan *plan, int rank, int size);

/**
 * The positions that one rank works on: those of its shards, which touch.
 *
 * Local; same result on every rank.
 */
ls_span ls_batch_rows_of_rank(const ls_batch_plan *plan, const ls_batch *batch,
                              int rank, int size);

/** Blocks in which `count` rows are evaluated.  Local; same result on every rank. */
int64_t ls_evaluation_blocks(int64_t count);

/**
 * The rows of one evaluation block.
 *
 * Local; same result on every rank.
 *
 * block   in [0, ls_evaluation_blocks(count))
 */
ls_span ls_evaluation_block(int64_t count, int64_t block);

#endif
