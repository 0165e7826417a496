#ifndef COMPARE_RESULT_H
#define COMPARE_RESULT_H

/**
 * What became of a run, read from its directory.
 */

#include "compare/plan.h"

#include <stdbool.h>

typedef enum ls_outcome {
  LS_OUTCOME_MISSING,  /* not run, stopped on the way, or of another command */
  LS_OUTCOME_DONE,     /* trained to its end */
  LS_OUTCOME_DIVERGED, /* a loss or gradient was not finite, or it is no better than
                          guessing */
  LS_OUTCOME_FAILED    /* ended in another way */
} ls_outcome;

/** An epoch of a run. */
typedef struct ls_point {
  double rate; /* of the step after it */
  double loss, accuracy, val_loss, val_accuracy;
  double seconds; /* since the run began, of training and validation */
} ls_point;

typedef struct ls_result {
  ls_outcome outcome;
  char reason[200];
  double test_loss, test_accuracy;
  double val_accuracy;  /* after the last epoch */
  double seconds;       /* of the process */
  int64_t reach_epochs; /* until val_accuracy reached the target; 0: it did not */
  double reach_seconds;
  ls_point *points; /* [point_count] */
  int64_t point_count;
} ls_result;

/** A word for an outcome: "done".  Local. */
const char *ls_outcome_word(ls_outcome outcome);

/**
 * Read what became of run `index`.
 *
 * Local.  What cannot be read, or is of another command, is a missing run.
 *
 * result    out: to be released by ls_result_clear, also after a failure
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_result_read(ls_result *result, const ls_plan *plan,
                                      int index);

/** Release it; a zeroed one is fine.  Local. */
void ls_result_clear(ls_result *result);

/** Whether run `index` has ended, by the command it has now.  Local. */
bool ls_result_exists(const ls_plan *plan, int index);

/**
 * Note how a process of a run has ended.
 *
 * Local.
 *
 * words     its command
 * wait      as waitpid tells it
 * returns   LS_OK
 *             LS_E_IO
 */
LS_NODISCARD ls_status ls_result_write(const ls_plan *plan, int index,
                                       const char *const *words, int wait,
                                       double seconds);

#endif
