#ifndef LOCKSTEP_SCHEDULE_GUIDE_H
#define LOCKSTEP_SCHEDULE_GUIDE_H

/**
 * Schedules for people: their stages, their formulas, and all kinds there are.
 */

#include "lockstep/schedule.h"

#include <stddef.h>

/** A stage of a resolved schedule. */
typedef struct ls_schedule_stage {
  int64_t first;       /* its first step */
  int64_t end;         /* one past its last; the last stage ends with the run */
  const char *text;    /* its product with lengths in steps; borrowed */
  const char *formula; /* with their numbers, one factor a line; borrowed */
} ls_schedule_stage;

/** An argument of a kind, for people; everything borrowed, for ever. */
typedef struct ls_schedule_argument {
  const char *name;
  const char *form;  /* what it takes, as "length" or "linear|cosine" */
  const char *value; /* its default; "" or NULL: it has none */
  bool must_be_given;
  const char *help;
} ls_schedule_argument;

/** A kind of schedule, for people; everything borrowed, for ever. */
typedef struct ls_schedule_kind {
  const char *name;
  const char *summary;
  const char *formula; /* in the local step t and the names of arguments */
  int argument_count;
} ls_schedule_kind;

/**
 * How many stages follow each other at the top.
 *
 * Local; same result on every rank.
 */
LS_API int ls_schedule_stage_count(const ls_schedule *resolved);

/**
 * Stage `index` of a resolved schedule.
 *
 * Local; same result on every rank.
 */
LS_API ls_schedule_stage ls_schedule_stage_get(const ls_schedule *resolved, int index);

/** How many kinds there are.  Local; same result on every rank. */
LS_API int ls_schedule_kind_count(void);

/** Kind `index`.  Local; same result on every rank. */
LS_API ls_schedule_kind ls_schedule_kind_get(int index);

/** Argument `index` of kind number `kind`.  Local; same result on every rank. */
LS_API ls_schedule_argument ls_schedule_kind_argument(int kind, int index);

/**
 * The place that a failure text of this library names.
 *
 * Local; same result on every rank.
 *
 * returns  0:0 where it names none
 */
LS_API ls_schedule_place ls_schedule_place_of(const char *message);

/**
 * The line of a text that a place is in, and below it a caret under the place.
 *
 * Local; same result on every rank.
 *
 * out      [bytes] two lines, the last without a newline; a long line is cut around the
 *          place; 160 bytes are enough
 */
LS_API void ls_schedule_caret(char *out, size_t bytes, const char *text,
                              ls_schedule_place place);

#endif
