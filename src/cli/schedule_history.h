#ifndef CLI_SCHEDULE_HISTORY_H
#define CLI_SCHEDULE_HISTORY_H

/**
 * The metric history in a metrics file, for schedules that follow a metric.
 */

#include "lockstep/schedule.h"

/**
 * Read the rows of epochs from a CSV file whose head names its columns; `step` must be
 * among them, and any of loss, accuracy, val_loss, val_accuracy.  Where there is a
 * column `kind`, only rows of kind `epoch` count.
 *
 * Local.
 *
 * rows     [*count] out: to be released with ls_free; NULL on failure
 * returns  LS_OK
 *            LS_E_IO      the file cannot be read
 *            LS_E_FORMAT  no column `step`, or a row that goes back
 *            LS_E_NOMEM   there is no memory
 */
LS_NODISCARD ls_status ls_schedule_history_read(ls_metric_row **rows, int64_t *count,
                                                const char *path);

#endif
