#ifndef CLI_SCHEDULE_SOURCE_H
#define CLI_SCHEDULE_SOURCE_H

/**
 * The schedules that a command line names: texts, or files as @FILE.
 */

#include "lockstep/schedule_guide.h"

enum { LS_SCHEDULES_MAX = 9 };

/** Schedules that are shown together. */
typedef struct ls_schedule_set {
  int count;
  const char *texts[LS_SCHEDULES_MAX];      /* as typed, borrowed */
  ls_schedule *schedules[LS_SCHEDULES_MAX]; /* resolved */
  ls_schedule_run run;
  ls_metric_history history;
} ls_schedule_set;

/**
 * Resolve each text against the set's run; where one is refused, show its line with a
 * caret under the place; where one follows a metric and there is no history, say so.
 *
 * Local.
 *
 * texts    [count], count at most LS_SCHEDULES_MAX
 * returns  LS_OK, or as reading the file, ls_schedule_parse and ls_schedule_resolve
 */
LS_NODISCARD ls_status ls_schedule_set_open(ls_schedule_set *set, char **texts,
                                            int count);

/** The rate of schedule `index` at a step.  Local. */
double ls_schedule_set_rate(const ls_schedule_set *set, int index, int64_t step);

/** Release the schedules; not the history.  Local. */
void ls_schedule_set_close(ls_schedule_set *set);

#endif
