#ifndef SCHEDULE_LEXER_H
#define SCHEDULE_LEXER_H

/**
 * Cuts a text into names, numbers and signs; blanks, line breaks and comments fall
 * away.
 */

#include "lockstep/schedule.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum ls_token_kind {
  LS_TOKEN_END,
  LS_TOKEN_NAME,
  LS_TOKEN_NUMBER,
  LS_TOKEN_SIGN
} ls_token_kind;

typedef struct ls_token {
  ls_token_kind kind;
  const char *text; /* [length], borrowed from the text; not ended by a zero */
  size_t length;
  double number; /* of a number: finite */
  int64_t whole; /* of a number written with digits alone: its exact value; else -1 */
  ls_schedule_place place;
} ls_token;

typedef struct ls_lexer {
  const char *next;
  ls_schedule_place place; /* of `next` */
} ls_lexer;

/** Begin at the start of a text.  Local. */
ls_lexer ls_lexer_begin(const char *text);

/**
 * Cut off the next token.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK
 *            LS_E_ARG  a byte that begins nothing, or a number out of range
 */
LS_NODISCARD ls_status ls_lexer_next(ls_lexer *lexer, ls_token *token);

/** Whether a name or sign is spelled `text`.  Local. */
bool ls_token_is(const ls_token *token, const char *text);

#endif
