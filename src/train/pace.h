#ifndef TRAIN_PACE_H
#define TRAIN_PACE_H

/**
 * How long this rank takes for a batch's rows: what nodes had better send each other
 * depends on it.
 */

#include "data/batch.h"
#include "lockstep/reduction_rows.h"
#include "model/network.h"
#include "train/feed.h"

/**
 * Run some rows, with weights of its own.
 *
 * Local.
 *
 * training    the rows to choose from
 * sparse      zeros among the inputs are left out
 * returns     of a whole batch; zeros where few rows of that network would take long,
 *             or memory is short
 * cost        up to 20 ms and a run of rows, 150 million products; memory for weights
 *             and their gradient meanwhile, up to 50 MB
 */
ls_reduction_pace ls_pace_measure(const ls_layout *layout, const ls_kernels *kernels,
                                  const ls_batch_plan *plan, const ls_rows *training,
                                  bool sparse);

#endif
