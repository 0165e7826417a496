#ifndef TRAIN_METRICS_H
#define TRAIN_METRICS_H

/**
 * The metrics file: CSV, a row an epoch and, if asked for, a row each so many steps.
 *
 *   kind,epoch,step,loss,accuracy,val_loss,val_accuracy,lr,seconds
 *
 * Losses, accuracies and rates have 17 digits, so that a plateau decides by the file as
 * by the run.  `lr` is the schedule's value at `step`, in double: in a step's row
 * that of the update itself, in an epoch's row that of the next one.
 */

#include "lockstep/checkpoint.h"

typedef struct ls_metrics ls_metrics;

/**
 * Open the file, keeping of an older one only what lies before `step`.
 *
 * Local; for one rank.
 *
 * path      made new if step is 0; else replaced as a whole by what is kept of it
 * step      updates that the run has applied
 * returns   LS_OK
 *             LS_E_IO, LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_metrics_open(ls_metrics **out, const char *path,
                                       int64_t step);

/**
 * Close it.
 *
 * Local.
 *
 * metrics   NULL is fine
 * returns   LS_OK
 *             LS_E_IO  something could not be written, now or before
 */
LS_NODISCARD ls_status ls_metrics_close(ls_metrics *metrics);

/** What a step's row says. */
typedef struct ls_metrics_step {
  int64_t epoch; /* from 1 */
  int64_t step;  /* updates applied before it */
  double loss, accuracy, rate, seconds;
} ls_metrics_step;

/** Add a step's row.  Local. */
void ls_metrics_add_step(ls_metrics *metrics, const ls_metrics_step *row);

/** Add an epoch's row and flush.  Local.  `seconds` is the epoch's. */
void ls_metrics_add_epoch(ls_metrics *metrics, const ls_history_row *row,
                          double seconds);

#endif
