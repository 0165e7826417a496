#ifndef TRAIN_REPORT_H
#define TRAIN_REPORT_H

/**
 * The records of a run on stdout, and what stands at its head and end for people.
 *
 * One record a line: a kind and `key=value` words with single blanks; learning rates as
 * the float32 that is applied, with 17 digits.  docs/records.md lists them.
 */

#include "train/times.h"
#include "train/trainer.h"

/** `run ...`: what is about to be trained, and on what.  Local. */
void ls_report_begin(const ls_trainer *trainer);

/** `epoch ...`: a row of the history.  Local. */
void ls_report_epoch(const ls_history_row *row, double seconds,
                     double samples_per_second);

/** `done ...`: the run has reached its last step.  Collective. */
LS_NODISCARD ls_status ls_report_done(ls_trainer *trainer, const ls_score *test,
                                      double seconds);

/** `stopped ...`: the run was stopped on request and saved.  Local. */
void ls_report_stopped(const ls_trainer *trainer, uint64_t flags);

/**
 * `time ...`: where the time went, and a line on it for people.
 *
 * Collective.
 *
 * own   this rank's, at the end of the last step
 */
void ls_report_times(ls_trainer *trainer, const ls_run_times *own);

#endif
