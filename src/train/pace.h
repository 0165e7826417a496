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
 * pace        out: of a whole batch
 * training    the rows to choose from
 * sparse      zeros among the inputs are left out
 * returns     LS_OK
 *               LS_E_NOMEM
 * cost        some milliseconds, and memory for weights and their gradient meanwhile
 */
LS_NODISCARD ls_status ls_pace_measure(ls_reduction_pace *pace, const ls_layout *layout,
                                       const ls_kernels *kernels,
                                       const ls_batch_plan *plan,
                                       const ls_rows *training, bool sparse);

#endif
