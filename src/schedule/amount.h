#ifndef SCHEDULE_AMOUNT_H
#define SCHEDULE_AMOUNT_H

/**
 * Numbers with units: lengths (steps, ep, %), factors (a share, or abs), plain numbers.
 */

#include "schedule/cursor.h"
#include "schedule/kind.h"

/**
 * Parse a number and its unit, and check its range.
 *
 * Local; same result on every rank.
 *
 * name     what it is called in a refusal: "'every'", "the length after 'for'"
 * returns  LS_OK
 *            LS_E_ARG  no number, a unit that does not fit, out of range
 */
LS_NODISCARD ls_status ls_amount_parse(ls_amount *out, ls_cursor *cursor, ls_form form,
                                       ls_range range, const char *name);

/**
 * Resolve an amount: a length to whole steps, half up; an absolute rate to a share.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK
 *            LS_E_ARG  it is no step long and `range` wants more, or too many
 */
LS_NODISCARD ls_status ls_amount_resolve(ls_amount *amount, ls_form form,
                                         ls_range range, const ls_schedule_run *run);

/** A place on the axis of steps that need not be a whole one. */
typedef struct ls_position {
  int64_t whole;
  double part; /* in [0, 1) */
} ls_position;

/**
 * Go on by a length.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK
 *            LS_E_ARG  the position overflows 63 bits
 */
LS_NODISCARD ls_status ls_position_add(ls_position *position, const ls_amount *length,
                                       const ls_schedule_run *run);

/** The nearest whole step, half up.  Local; same result on every rank. */
int64_t ls_position_round(const ls_position *position);

#endif
