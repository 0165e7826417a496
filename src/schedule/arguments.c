#include "schedule/arguments.h"

#include "schedule/amount.h"
#include "schedule/refuse.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 80, SHOWN_MAX = 40 };

// A value and the row that it belongs to.
typedef struct slot {
  const ls_argument *row;
  ls_value *value;
  char name[NAME_BYTES]; // "'end' of cosine"
} slot;

static slot slot_at(const ls_leaf *leaf, int index)
{
  slot here = {&leaf->kind->arguments[index], &leaf->values[index], ""};
  snprintf(here.name, sizeof here.name, "'%s' of %s", here.row->name, leaf->kind->name);
  return here;
}

// The index of a word in "linear|cosine", or -1.
static int find_word(const char *words, const ls_token *token)
{
  int index = 0;
  for (const char *word = words; *word != '\0'; index++) {
    size_t length = strcspn(word, "|");
    if (length == token->length && memcmp(word, token->text, length) == 0) {
      return index;
    }
    word += length + (word[length] == '|');
  }
  return -1;
}

static ls_status refuse_word(const slot *here, const ls_cursor *cursor)
{
  const ls_token *token = &cursor->token;
  ls_guess guess = ls_guess_begin(token->text, token->length);
  ls_guess_offer_all(&guess, here->row->words);
  int shown = token->length < SHOWN_MAX ? (int)token->length : SHOWN_MAX;
  return ls_refuse(token->place, "%s is one of %s, not '%.*s'%s", here->name,
                   here->row->words, shown, token->text, ls_guess_hint(&guess));
}

static ls_status parse_word(const slot *here, ls_cursor *cursor)
{
  here->value->word = cursor->token.kind == LS_TOKEN_NAME
                          ? find_word(here->row->words, &cursor->token)
                          : -1;
  return here->value->word >= 0 ? ls_cursor_advance(cursor) : refuse_word(here, cursor);
}

static ls_status push_amount(ls_value *value, const ls_amount *amount, ls_arena *arena)
{
  int count = value->count;
  if ((count & (count - 1)) == 0) { // full: room is a power of two
    size_t room = count == 0 ? 1 : 2 * (size_t)count;
    ls_amount *amounts = ls_arena_take(arena, room, sizeof *amounts);
    if (amounts == NULL) {
      return LS_E_NOMEM;
    }
    for (int i = 0; i < count; i++) {
      amounts[i] = value->amounts[i];
    }
    value->amounts = amounts;
  }
  value->amounts[value->count++] = *amount;
  return LS_OK;
}

static ls_status parse_amounts(const slot *here, ls_cursor *cursor)
{
  for (;;) {
    ls_amount amount;
    LS_TRY(ls_amount_parse(&amount, cursor, here->row->form, here->row->range,
                           here->name));
    LS_TRY(push_amount(here->value, &amount, cursor->arena));
    if (!ls_cursor_at(cursor, "|")) {
      return LS_OK;
    }
    if (!here->row->many) {
      return ls_refuse(cursor->token.place, "%s takes one value", here->name);
    }
    LS_TRY(ls_cursor_advance(cursor));
  }
}

static ls_status parse_value(const slot *here, ls_cursor *cursor)
{
  return here->row->form == LS_FORM_WORD ? parse_word(here, cursor)
                                         : parse_amounts(here, cursor);
}

// What a value without a name stands for: the first row not given yet that takes one.
static int next_positional(const ls_leaf *leaf)
{
  for (int i = 0; i < leaf->kind->argument_count; i++) {
    if (leaf->kind->arguments[i].form != LS_FORM_FLAG && !leaf->values[i].given) {
      return i;
    }
  }
  return -1;
}

static ls_status refuse_name(const ls_leaf *leaf, const ls_token *name)
{
  ls_guess guess = ls_guess_begin(name->text, name->length);
  for (int i = 0; i < leaf->kind->argument_count; i++) {
    const char *known = leaf->kind->arguments[i].name;
    ls_guess_offer(&guess, known, strlen(known));
  }
  int positional = next_positional(leaf);
  if (positional >= 0 && leaf->kind->arguments[positional].form == LS_FORM_WORD) {
    ls_guess_offer_all(&guess, leaf->kind->arguments[positional].words);
  }
  int shown = name->length < SHOWN_MAX ? (int)name->length : SHOWN_MAX;
  return ls_refuse(name->place, "'%.*s' is not an argument of %s%s", shown, name->text,
                   leaf->kind->name, ls_guess_hint(&guess));
}

static ls_status begin_slot(slot *here, const ls_leaf *leaf, int index,
                            ls_schedule_place place)
{
  *here = slot_at(leaf, index);
  if (here->value->given) {
    return ls_refuse(place, "%s is given twice", here->name);
  }
  here->value->given = true;
  here->value->place = place;
  return LS_OK;
}

static ls_status parse_positional(ls_leaf *leaf, ls_cursor *cursor, bool named_before)
{
  int index = next_positional(leaf);
  if (named_before) {
    return ls_refuse(cursor->token.place, "a value without a name must come first");
  }
  if (index < 0) {
    return ls_refuse(cursor->token.place, "%s takes no more values", leaf->kind->name);
  }
  slot here;
  LS_TRY(begin_slot(&here, leaf, index, cursor->token.place));
  return parse_value(&here, cursor);
}

// A name: a flag, the name before `=`, or a word that needs none.
static ls_status parse_named(ls_leaf *leaf, ls_cursor *cursor, bool *named)
{
  ls_token name = cursor->token;
  int index = ls_kind_argument(leaf->kind, name.text, name.length);
  int positional = next_positional(leaf);
  if (index < 0 && positional >= 0 && !*named &&
      leaf->kind->arguments[positional].form == LS_FORM_WORD &&
      find_word(leaf->kind->arguments[positional].words, &name) >= 0) {
    return parse_positional(leaf, cursor, false);
  }
  if (index < 0) {
    return refuse_name(leaf, &name);
  }
  slot here;
  LS_TRY(begin_slot(&here, leaf, index, name.place));
  LS_TRY(ls_cursor_advance(cursor));
  *named = true;
  if (here.row->form == LS_FORM_FLAG) {
    return ls_cursor_at(cursor, "=")
               ? ls_refuse(cursor->token.place, "%s is a flag without a value",
                           here.name)
               : LS_OK;
  }
  LS_TRY(ls_cursor_take(cursor, "="));
  return parse_value(&here, cursor);
}

static ls_status parse_list(ls_leaf *leaf, ls_cursor *cursor)
{
  LS_TRY(ls_cursor_take(cursor, "("));
  bool named = false;
  while (!ls_cursor_at(cursor, ")")) {
    if (cursor->token.kind == LS_TOKEN_NAME) {
      LS_TRY(parse_named(leaf, cursor, &named));
    } else if (cursor->token.kind == LS_TOKEN_NUMBER) {
      LS_TRY(parse_positional(leaf, cursor, named));
    } else {
      return ls_cursor_refuse(cursor, "an argument");
    }
    if (!ls_cursor_at(cursor, ",")) {
      break;
    }
    LS_TRY(ls_cursor_advance(cursor));
    if (ls_cursor_at(cursor, ")")) {
      return ls_cursor_refuse(cursor, "an argument");
    }
  }
  if (!ls_cursor_at(cursor, ")")) {
    return ls_cursor_refuse(cursor, "',' or ')'");
  }
  return ls_cursor_advance(cursor);
}

static ls_status fill_default(ls_leaf *leaf, int index, ls_arena *arena)
{
  slot here = slot_at(leaf, index);
  if (here.row->value == NULL) {
    return ls_refuse(leaf->place, "%s needs '%s'", leaf->kind->name, here.row->name);
  }
  here.value->place = leaf->place;
  if (here.row->value[0] == '\0') {
    return LS_OK;
  }
  ls_cursor cursor;
  LS_TRY(ls_cursor_begin(&cursor, here.row->value, arena));
  LS_TRY(parse_value(&here, &cursor));
  for (int i = 0; i < here.value->count; i++) {
    here.value->amounts[i].place = leaf->place;
  }
  return LS_OK;
}

ls_status ls_arguments_parse(ls_leaf *leaf, ls_cursor *cursor)
{
  size_t count = (size_t)leaf->kind->argument_count;
  leaf->end = -1;
  leaf->values =
      ls_arena_take(cursor->arena, count > 0 ? count : 1, sizeof *leaf->values);
  if (leaf->values == NULL) {
    return LS_E_NOMEM;
  }
  for (size_t i = 0; i < count; i++) {
    leaf->values[i].word = -1;
  }
  if (ls_cursor_at(cursor, "(")) {
    LS_TRY(parse_list(leaf, cursor));
  }
  for (int i = 0; i < leaf->kind->argument_count; i++) {
    if (!leaf->values[i].given && leaf->kind->arguments[i].form != LS_FORM_FLAG) {
      LS_TRY(fill_default(leaf, i, cursor->arena));
    }
  }
  return ls_arguments_check(leaf);
}

// Positions must not go back: 5|5|12 is fine, 5|4 is not.
static ls_status check_ascending(const ls_value *value, const char *name)
{
  for (int i = 1; i < value->count; i++) {
    const ls_amount *before = &value->amounts[i - 1], *here = &value->amounts[i];
    bool known = before->steps >= 0 && here->steps >= 0;
    bool back = known ? here->steps < before->steps
                      : here->unit == before->unit && here->number < before->number;
    if (back) {
      return ls_refuse(here->place, "%s must not go back", name);
    }
  }
  return LS_OK;
}

ls_status ls_arguments_check(const ls_leaf *leaf)
{
  for (int i = 0; i < leaf->kind->argument_count; i++) {
    slot here = slot_at(leaf, i);
    if (here.row->many && here.row->form == LS_FORM_LENGTH) {
      LS_TRY(check_ascending(here.value, here.name));
    }
  }
  int argument = 0;
  const char *reason =
      leaf->kind->check != NULL ? leaf->kind->check(leaf, &argument) : NULL;
  if (reason == NULL) {
    return LS_OK;
  }
  slot here = slot_at(leaf, argument);
  ls_schedule_place place =
      here.value->place.line > 0 ? here.value->place : leaf->place;
  return ls_refuse(place, "%s %s", here.name, reason);
}
