#include "schedule/cursor.h"

#include "schedule/refuse.h"

#include <stdio.h>

enum { SHOWN_MAX = 40 };

ls_status ls_cursor_begin(ls_cursor *cursor, const char *text, ls_arena *arena)
{
  *cursor = (ls_cursor){.lexer = ls_lexer_begin(text), .arena = arena};
  return ls_cursor_advance(cursor);
}

ls_status ls_cursor_advance(ls_cursor *cursor)
{
  return ls_lexer_next(&cursor->lexer, &cursor->token);
}

bool ls_cursor_at(const ls_cursor *cursor, const char *text)
{
  return ls_token_is(&cursor->token, text);
}

ls_status ls_cursor_take(ls_cursor *cursor, const char *sign)
{
  if (!ls_cursor_at(cursor, sign)) {
    char what[8];
    snprintf(what, sizeof what, "'%s'", sign);
    return ls_cursor_refuse(cursor, what);
  }
  return ls_cursor_advance(cursor);
}

ls_status ls_cursor_refuse(const ls_cursor *cursor, const char *what)
{
  const ls_token *token = &cursor->token;
  if (token->kind == LS_TOKEN_END) {
    return ls_refuse(token->place, "expected %s, found the end", what);
  }
  int shown = token->length < SHOWN_MAX ? (int)token->length : SHOWN_MAX;
  return ls_refuse(token->place, "expected %s, found '%.*s'", what, shown, token->text);
}
