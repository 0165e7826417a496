#ifndef SCHEDULE_CURSOR_H
#define SCHEDULE_CURSOR_H

/**
 * The parser's place in a text: one token ahead.
 */

#include "schedule/arena.h"
#include "schedule/lexer.h"

typedef struct ls_cursor {
  ls_lexer lexer;
  ls_token token;  /* the next one */
  ls_arena *arena; /* takes what is parsed */
  int depth;       /* of parentheses around schedules */
} ls_cursor;

/**
 * Put a cursor at the first token of a text.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK or as ls_lexer_next
 */
LS_NODISCARD ls_status ls_cursor_begin(ls_cursor *cursor, const char *text,
                                       ls_arena *arena);

/** Go to the next token; fails as ls_lexer_next.  Local. */
LS_NODISCARD ls_status ls_cursor_advance(ls_cursor *cursor);

/** Whether the next token is this name or sign.  Local. */
bool ls_cursor_at(const ls_cursor *cursor, const char *text);

/**
 * Go past a sign.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK
 *            LS_E_ARG  something else is there
 */
LS_NODISCARD ls_status ls_cursor_take(ls_cursor *cursor, const char *sign);

/**
 * Refuse the next token: `expected <what>, found 'then'`.
 *
 * Local.
 *
 * returns  LS_E_ARG
 */
ls_status ls_cursor_refuse(const ls_cursor *cursor, const char *what);

#endif
