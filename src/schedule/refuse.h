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

enum { LS_GUESS_WORD_BYTES = 48, LS_GUESS_HINT_BYTES = 80 };

/** Guesses what a mistyped word was meant to be. */
typedef struct ls_guess {
  char typed[LS_GUESS_WORD_BYTES];
  char best[LS_GUESS_WORD_BYTES]; /* "": nothing is near */
  char hint[LS_GUESS_HINT_BYTES];
} ls_guess;

/** Begin with the word that was typed, `length` bytes.  Local. */
ls_guess ls_guess_begin(const char *typed, size_t length);

/** Offer `length` bytes of a known word.  Local. */
void ls_guess_offer(ls_guess *guess, const char *word, size_t length);

/** Offer each word of "linear|cosine".  Local. */
void ls_guess_offer_all(ls_guess *guess, const char *words);

/** ` (did you mean '...'?)` or "", borrowed from the guess.  Local. */
const char *ls_guess_hint(ls_guess *guess);

#endif
