#ifndef STORE_STATE_H
#define STORE_STATE_H

/**
 * What every checkpoint must satisfy, before it is written and after it was read.
 */

#include "lockstep/checkpoint.h"

#include <stdbool.h>

/** Floats of a tensor: rows, or rows times columns.  Local. */
int64_t ls_tensor_count(const ls_tensor *tensor);

/** A tensor's row `row`, dense for `columns` floats (vectors: one row).  Local. */
const float *ls_tensor_row(const ls_tensor *tensor, int64_t row);

/**
 * How many rows the history has in a file, those to come as zeros: a power of two, so
 * that only a few saves of a run change a file's size.
 *
 * Local; same result on every rank.
 */
int64_t ls_state_history_room(int64_t count);

/** Whether a tensor's name is `word/word`.  Local; same result on every rank. */
bool ls_tensor_name_is_valid(const char name[LS_NAME_BYTES]);

/**
 * Whether a state is one that a run can be in: names, shapes, counts, finite weights.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK
 *            LS_E_ARG      a name, a shape, a count or a text is impossible
 *            LS_E_NUMERIC  a weight is not finite
 */
LS_NODISCARD ls_status ls_state_check(const ls_checkpoint *checkpoint);

/**
 * Allocate what a loaded checkpoint points to; released with it.
 *
 * Local.
 *
 * returns  [count] zeroed items of `item_bytes`; NULL with the failure text set
 */
void *ls_state_alloc(ls_checkpoint *checkpoint, size_t count, size_t item_bytes);

/**
 * The value by which a metric ranks a checkpoint: its last history row's, if that row
 * was written at the checkpoint's own step.
 *
 * Local; same result on every rank.
 *
 * metric   "loss", "accuracy", "val_loss" or "val_accuracy"; NULL: none
 * returns  higher is better (losses are negated); NaN where there is none
 */
double ls_state_merit(const ls_checkpoint *checkpoint, const char *metric);

/** Whether ls_state_merit knows this metric.  Local; same result on every rank. */
bool ls_state_knows_metric(const char *metric);

#endif
