#include "schedule/parser.h"

#include "schedule/amount.h"
#include "schedule/arguments.h"
#include "schedule/refuse.h"

#include <string.h>

enum { DEPTH_MAX = 64, SHOWN_MAX = 40 };

static ls_status parse_sequence(ls_sequence **out, ls_cursor *cursor);

static ls_status refuse_kind(const ls_token *name)
{
  ls_guess guess = ls_guess_begin(name->text, name->length);
  for (int i = 0; i < ls_kind_count(); i++) {
    const char *known = ls_kind_get(i)->name;
    ls_guess_offer(&guess, known, strlen(known));
  }
  int shown = name->length < SHOWN_MAX ? (int)name->length : SHOWN_MAX;
  return ls_refuse(name->place, "there is no kind '%.*s'%s", shown, name->text,
                   ls_guess_hint(&guess));
}

static ls_status parse_leaf(ls_leaf **out, ls_cursor *cursor)
{
  ls_token name = cursor->token;
  ls_leaf *leaf = ls_arena_take(cursor->arena, 1, sizeof *leaf);
  if (leaf == NULL) {
    return LS_E_NOMEM;
  }
  *out = leaf;
  leaf->place = name.place;
  leaf->kind = ls_kind_find(name.text, name.length);
  if (leaf->kind == NULL) {
    return refuse_kind(&name);
  }
  LS_TRY(ls_cursor_advance(cursor));
  return ls_arguments_parse(leaf, cursor);
}

static ls_status parse_nested(ls_sequence **out, ls_cursor *cursor)
{
  if (cursor->depth == DEPTH_MAX) {
    return ls_refuse(cursor->token.place, "parentheses nested deeper than %d",
                     (int)DEPTH_MAX);
  }
  cursor->depth++;
  LS_TRY(ls_cursor_take(cursor, "("));
  LS_TRY(parse_sequence(out, cursor));
  LS_TRY(ls_cursor_take(cursor, ")"));
  cursor->depth--;
  return LS_OK;
}

static ls_status parse_factor(ls_factor **out, ls_cursor *cursor)
{
  ls_factor *factor = ls_arena_take(cursor->arena, 1, sizeof *factor);
  if (factor == NULL) {
    return LS_E_NOMEM;
  }
  *out = factor;
  if (ls_cursor_at(cursor, "(")) {
    return parse_nested(&factor->sequence, cursor);
  }
  bool keyword = ls_cursor_at(cursor, "then") || ls_cursor_at(cursor, "for") ||
                 ls_cursor_at(cursor, "from");
  if (cursor->token.kind == LS_TOKEN_NAME && !keyword) {
    return parse_leaf(&factor->leaf, cursor);
  }
  return ls_cursor_refuse(cursor, "a kind of schedule");
}

static bool factor_follows_metric(const ls_factor *factor)
{
  return factor->leaf != NULL ? factor->leaf->kind->follows_metric
                              : ls_sequence_follows_metric(factor->sequence);
}

bool ls_sequence_follows_metric(const ls_sequence *sequence)
{
  for (const ls_stage *stage = sequence->stages; stage != NULL; stage = stage->next) {
    for (const ls_factor *factor = stage->factors; factor != NULL;
         factor = factor->next) {
      if (factor_follows_metric(factor)) {
        return true;
      }
    }
  }
  return false;
}

static ls_status parse_product(ls_factor **out, ls_cursor *cursor)
{
  bool follows = false;
  for (ls_factor **tail = out;; tail = &(*tail)->next) {
    ls_schedule_place place = cursor->token.place;
    LS_TRY(parse_factor(tail, cursor));
    if (factor_follows_metric(*tail)) {
      if (follows) {
        return ls_refuse(place, "only one factor of a product may follow a metric");
      }
      follows = true;
    }
    if (!ls_cursor_at(cursor, "*")) {
      return LS_OK;
    }
    LS_TRY(ls_cursor_advance(cursor));
  }
}

static ls_status parse_stage(ls_stage *stage, ls_cursor *cursor)
{
  stage->place = cursor->token.place;
  LS_TRY(parse_product(&stage->factors, cursor));
  if (ls_cursor_at(cursor, "from")) {
    stage->has_from = true;
    LS_TRY(ls_cursor_advance(cursor));
    LS_TRY(ls_amount_parse(&stage->from, cursor, LS_FORM_LENGTH, LS_RANGE_NOT_NEGATIVE,
                           "the place after 'from'"));
  }
  if (ls_cursor_at(cursor, "for")) {
    stage->has_span = true;
    LS_TRY(ls_cursor_advance(cursor));
    LS_TRY(ls_amount_parse(&stage->span, cursor, LS_FORM_LENGTH, LS_RANGE_POSITIVE,
                           "the length after 'for'"));
  }
  if (ls_cursor_at(cursor, "from") && !stage->has_from) {
    return ls_refuse(cursor->token.place, "'from' stands before 'for'");
  }
  if (ls_cursor_at(cursor, "then") && !stage->has_span) {
    return ls_refuse(cursor->token.place,
                     "the stage before 'then' needs a length, as in 'for 10ep then'");
  }
  return LS_OK;
}

static ls_status parse_sequence(ls_sequence **out, ls_cursor *cursor)
{
  ls_sequence *sequence = ls_arena_take(cursor->arena, 1, sizeof *sequence);
  if (sequence == NULL) {
    return LS_E_NOMEM;
  }
  *out = sequence;
  for (ls_stage **tail = &sequence->stages;; tail = &(*tail)->next) {
    *tail = ls_arena_take(cursor->arena, 1, sizeof **tail);
    if (*tail == NULL) {
      return LS_E_NOMEM;
    }
    LS_TRY(parse_stage(*tail, cursor));
    if (!ls_cursor_at(cursor, "then")) {
      return LS_OK;
    }
    LS_TRY(ls_cursor_advance(cursor));
  }
}

ls_status ls_parser_run(ls_sequence **out, const char *text, ls_arena *arena)
{
  *out = NULL;
  if (strnlen(text, LS_SCHEDULE_TEXT_MAX + 1) > LS_SCHEDULE_TEXT_MAX) {
    return ls_refuse((ls_schedule_place){1, 1}, "a text of more than %d bytes",
                     (int)LS_SCHEDULE_TEXT_MAX);
  }
  ls_cursor cursor;
  LS_TRY(ls_cursor_begin(&cursor, text, arena));
  LS_TRY(parse_sequence(out, &cursor));
  if (cursor.token.kind != LS_TOKEN_END) {
    return ls_cursor_refuse(&cursor, "'then', 'from', 'for', '*' or the end");
  }
  return LS_OK;
}
