#ifndef SCHEDULE_REFUSE_H
#define SCHEDULE_REFUSE_H

/**
 * Refusing a text: the place, the reason, and the nearest known word.
 */

#include "lockstep/schedule.h"

#include <stddef.h>

/**
 * Set the failure text `schedule:LINE:COLUMN: reason`.
 *
 * Local.
 *
 * returns  LS_E_ARG
 */
ls_status ls_refuse(ls_schedule_place place, const char *format, ...) LS_PRINTF(2, 3);

/** The known word that is nearest to a typed one so far. */
typedef struct ls_nearest {
  const char *typed; /* [length] */
  size_t length;
  const char *best; /* NULL: none is near */
  int distance;
} ls_nearest;

/** Begin a search.  Local. */
ls_nearest ls_nearest_begin(const char *typed, size_t length);

/** Offer a known word; its first `length` bytes count.  Local. */
void ls_nearest_offer(ls_nearest *nearest, const char *word, size_t length);

/** Enough for ` (did you mean '...'?)` with any of our words. */
enum { LS_HINT_BYTES = 64 };

/**
 * The hint that ends a refusal, or "".
 *
 * Local.
 *
 * hint     [LS_HINT_BYTES] out
 * returns  `hint`
 */
const char *ls_nearest_hint(char hint[LS_HINT_BYTES], const ls_nearest *nearest);

#endif
