#ifndef TRAIN_EVALUATION_H
#define TRAIN_EVALUATION_H

/**
 * Loss and accuracy of some rows, the same bits on any number of ranks.
 *
 * Rows are taken in fixed blocks (data/batch.h), dealt out to the ranks in runs; a
 * block's loss is a chain over its rows in double, and blocks join in the canonical
 * tree.
 */

#include "model/network.h"
#include "train/feed.h"

typedef struct ls_evaluator ls_evaluator;

typedef struct ls_score {
  int64_t count;   /* rows */
  double loss;     /* mean over the rows */
  double accuracy; /* share of rows that are right */
} ls_score;

/**
 * Allocate for sets of up to `most_rows` rows.
 *
 * Local.
 *
 * network   borrowed; for at least LS_EVALUATION_ROWS rows
 * kernels   borrowed
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_evaluator_create(ls_evaluator **out, ls_network *network,
                                           const ls_kernels *kernels,
                                           int64_t most_rows);

/** Release it; NULL is fine.  Local. */
void ls_evaluator_destroy(ls_evaluator *evaluator);

/**
 * Evaluate.
 *
 * Collective.
 *
 * score        out: the same on every rank
 * parameters   [count] of the network's layout
 * returns      LS_OK or the same error on every rank
 *                LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_evaluator_run(ls_evaluator *evaluator, ls_score *score,
                                        ls_comm *comm, const ls_rows *rows,
                                        const float *parameters);

#endif
