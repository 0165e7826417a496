#ifndef TRAIN_COSTS_H
#define TRAIN_COSTS_H

/**
 * What it costs to compute and update each block of the gradient, where zeros of the
 * inputs are left out: whose weights see the middle of an image has more to do.
 */

#include "data/batch.h"
#include "model/layout.h"
#include "train/feed.h"

/**
 * Estimate the costs.
 *
 * Local; same result on every rank.
 *
 * costs      out: [edge_count - 1], to be freed; in any unit
 * edges      [edge_count] of ls_layout_edges
 * training   rows that are sparse
 * returns    LS_OK
 *              LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_costs_create(double **costs, const ls_layout *layout,
                                       const int64_t *edges, int edge_count,
                                       const ls_batch_plan *plan,
                                       const ls_rows *training);

#endif
