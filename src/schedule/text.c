#include "schedule/text.h"

#include "base/number.h"
#include "schedule/leaf.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void ls_text_add(ls_text *text, const char *bytes, size_t length)
{
  if (text->room - text->length <= length) {
    size_t room = 2 * text->room + length + 256;
    char *grown = ls_arena_take(text->arena, room, 1);
    if (grown == NULL) {
      text->failed = true;
    }
    if (text->failed) {
      return;
    }
    if (text->length > 0) {
      memcpy(grown, text->bytes, text->length);
    }
    text->bytes = grown;
    text->room = room;
  }
  memcpy(text->bytes + text->length, bytes, length);
  text->length += length;
  text->bytes[text->length] = '\0';
}

void ls_text_put(ls_text *text, const char *bytes)
{
  ls_text_add(text, bytes, strlen(bytes));
}

static void put_amount(ls_text *text, const ls_amount *amount)
{
  static const char *const names[] = {[LS_UNIT_NONE] = "",
                                      [LS_UNIT_STEPS] = "",
                                      [LS_UNIT_EPOCHS] = "ep",
                                      [LS_UNIT_PERCENT] = "%",
                                      [LS_UNIT_ABSOLUTE] = "abs"};
  char number[LS_NUMBER_BYTES];
  if (amount->unit == LS_UNIT_STEPS) {
    snprintf(number, sizeof number, "%" PRId64, amount->steps);
  } else {
    ls_number_write(number, amount->number, text->full);
  }
  ls_text_put(text, number);
  ls_text_put(text, names[amount->unit]);
}

void ls_text_put_value(ls_text *text, const ls_argument *row, const ls_value *value)
{
  if (row->form == LS_FORM_WORD) {
    const char *word = row->words;
    for (int i = 0; i < value->word; i++) {
      word += strcspn(word, "|") + 1;
    }
    ls_text_add(text, word, strcspn(word, "|"));
  }
  for (int i = 0; i < value->count; i++) {
    ls_text_put(text, i > 0 ? "|" : "");
    put_amount(text, &value->amounts[i]);
  }
}

static bool is_shown(const ls_text *text, const ls_argument *row, const ls_value *value)
{
  if (row->form == LS_FORM_FLAG || !text->full) {
    return value->given;
  }
  return value->count > 0 || value->word >= 0;
}

static void put_leaf(ls_text *text, const ls_leaf *leaf)
{
  const char *before = "(";
  ls_text_put(text, leaf->kind->name);
  for (int i = 0; i < leaf->kind->argument_count; i++) {
    const ls_argument *row = &leaf->kind->arguments[i];
    if (!is_shown(text, row, &leaf->values[i])) {
      continue;
    }
    ls_text_put(text, before);
    ls_text_put(text, row->name);
    if (row->form != LS_FORM_FLAG) {
      ls_text_put(text, "=");
      ls_text_put_value(text, row, &leaf->values[i]);
    }
    before = ", ";
  }
  ls_text_put(text, before[0] == ',' ? ")" : "");
}

void ls_text_put_product(ls_text *text, const ls_factor *factors)
{
  for (const ls_factor *factor = factors; factor != NULL; factor = factor->next) {
    ls_text_put(text, factor == factors ? "" : " * ");
    if (factor->leaf != NULL) {
      put_leaf(text, factor->leaf);
    } else {
      ls_text_put(text, "(");
      ls_text_put_sequence(text, factor->sequence);
      ls_text_put(text, ")");
    }
  }
}

void ls_text_put_sequence(ls_text *text, const ls_sequence *sequence)
{
  for (const ls_stage *stage = sequence->stages; stage != NULL; stage = stage->next) {
    ls_text_put(text, stage == sequence->stages ? "" : " then ");
    ls_text_put_product(text, stage->factors);
    if (stage->has_from) {
      ls_text_put(text, " from ");
      put_amount(text, &stage->from);
    }
    if (stage->has_span) {
      ls_text_put(text, " for ");
      put_amount(text, &stage->span);
    }
  }
}
