#ifndef TRAIN_TENSORS_H
#define TRAIN_TENSORS_H

/**
 * Between the flat, padded parameter vector and the tensors of a checkpoint.
 */

#include "lockstep/checkpoint.h"
#include "model/layout.h"

/**
 * Look at a flat vector as tensors.
 *
 * Local.
 *
 * views    out, [ls_layout_tensor_count]: borrow `values`
 * values   [count] of the layout
 */
void ls_tensors_view(ls_tensor *views, const ls_layout *layout, float *values);

/**
 * Copy tensors whose names and shapes must be equal.
 *
 * Local; same result on every rank.
 *
 * returns   LS_OK
 *             LS_E_FORMAT  they differ; nothing beyond the difference was copied
 */
LS_NODISCARD ls_status ls_tensors_copy(const ls_tensor *to, int64_t to_count,
                                       const ls_tensor *from, int64_t from_count);

#endif
