#ifndef LOCKSTEP_SCHEDULE_H
#define LOCKSTEP_SCHEDULE_H

/**
 * The schedule language: one line of text that gives the learning rate of every step.
 *
 *   warmup for 500 then cosine(end=0.01)
 *   multistep(factor=0.1, at=5ep|8ep|11ep) * warmup(over=2ep)
 *
 * Text is parsed once, resolved once against the lengths of a run, and then evaluated
 * in double at any step alone.  There is no state: two processes that hold the same
 * resolved text, step and metric history hold the same rate.  docs/schedules.md has the
 * grammar and every kind.
 *
 * Numbers are decimal whatever the locale.  Different schedules may be used in
 * different threads; a resolved one may be read by many.
 */

#include "lockstep/api.h"
#include "lockstep/status.h"

#include <stdbool.h>
#include <stdint.h>

/** A parsed or a resolved schedule. */
typedef struct ls_schedule ls_schedule;

/** What turns lengths into steps and factors into rates. */
typedef struct ls_schedule_run {
  double base_rate;        /* the rate that every factor multiplies; above 0 */
  int64_t total_steps;     /* updates in the whole run; at least 1 */
  int64_t steps_per_epoch; /* at least 1 */
} ls_schedule_run;

/** The metrics at the end of an epoch.  A value that was not measured is NaN. */
typedef struct ls_metric_row {
  int64_t step; /* the epoch ended after this many updates */
  double loss;
  double accuracy;
  double val_loss;
  double val_accuracy;
} ls_metric_row;

/** All metrics so far. */
typedef struct ls_metric_history {
  const ls_metric_row *rows; /* [count], steps strictly ascending */
  int64_t count;
} ls_metric_history;

/** A place in a text, for a caret; both count from 1, columns in bytes. */
typedef struct ls_schedule_place {
  int line;
  int column;
} ls_schedule_place;

/**
 * Parse a text and check all of it that does not depend on a run.
 *
 * Local; same result on every rank.
 *
 * out      a schedule to resolve; NULL on failure
 * text     at most 64 KiB; line breaks are blanks, `#` comments to the end of its line
 * where    out: the place that a failure names, else 0:0; may be NULL
 * returns  LS_OK
 *            LS_E_ARG    refused, as `schedule:1:23: 'evry' is not an argument of ...`
 *            LS_E_NOMEM  there is no memory
 */
LS_API LS_NODISCARD ls_status ls_schedule_parse(ls_schedule **out, const char *text,
                                                ls_schedule_place *where);

/**
 * Give every length of a parsed schedule in steps, and check what depends on the run.
 *
 * Local; same result on every rank.  `parsed` may be a resolved schedule; one resolved
 * against the same run is equal to it.
 *
 * out      an own copy, independent of `parsed`; NULL on failure
 * returns  LS_OK
 *            LS_E_ARG    refused, as `schedule:1:12: ...`; also an impossible run;
 *                        ls_schedule_place_of finds the place
 *            LS_E_NOMEM  there is no memory
 */
LS_API LS_NODISCARD ls_status ls_schedule_resolve(ls_schedule **out,
                                                  const ls_schedule *parsed,
                                                  const ls_schedule_run *run);

/**
 * The learning rate of the update that `step` updates precede.
 *
 * Local; same result on every rank that passes the same bits.  Allocates nothing.
 *
 * resolved  by ls_schedule_resolve
 * step      at least 0; past the end the last value stays
 * history   only rows with row.step <= step count; NULL is an empty one
 * returns   the base rate times the factor: finite, never negative
 * cost      O(stages), and O(history) where the schedule follows a metric
 */
LS_API double ls_schedule_at(const ls_schedule *resolved, int64_t step,
                             const ls_metric_history *history);

/**
 * The schedule as text that parses back to itself; numbers have up to 17 digits.
 *
 * Local; same result on every rank.
 *
 * returns  borrowed; of a resolved schedule the resolved text, all lengths in steps:
 *          two schedules with equal resolved texts and base rates are equal
 */
LS_API const char *ls_schedule_text(const ls_schedule *schedule);

/**
 * Whether rates depend on the metric history.
 *
 * Local; same result on every rank.
 */
LS_API bool ls_schedule_needs_history(const ls_schedule *schedule);

/** Release a schedule; NULL is fine.  Local. */
LS_API void ls_schedule_destroy(ls_schedule *schedule);

#endif
