#include "train/call.h"

#include "base/assert.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/number.h"
#include "lockstep/schedule_guide.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 48 };

// The place in the text: a token ahead.
typedef struct reader {
  const char *what;
  const char *begin;
  const char *at; /* the token */
  char word[WORD_BYTES];
} reader;

static ls_status refuse(const reader *r, const char *place, const char *format, ...)
    LS_PRINTF(3, 4);

static ls_status refuse(const reader *r, const char *place, const char *format, ...)
{
  char reason[256];
  va_list arguments;
  int line = 1;
  const char *first = r->begin;

  va_start(arguments, format);
  (void)vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  for (const char *c = r->begin; c < place; c++) {
    if (*c == '\n') {
      line++;
      first = c + 1;
    }
  }
  return ls_fail(LS_E_ARG, "%s:%d:%d: %s", r->what, line, (int)(place - first) + 1,
                 reason);
}

static bool begins_word(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool begins_number(char c)
{
  return (c >= '0' && c <= '9') || c == '.' || c == '-';
}

static void skip_blanks(reader *r)
{
  r->at += strspn(r->at, " \t\r\n");
}

static ls_status refuse_token(reader *r, const char *expected)
{
  if (*r->at == '\0') {
    return refuse(r, r->at, "expected %s, found the end", expected);
  }
  return refuse(r, r->at, "expected %s, found '%.*s'", expected,
                (int)strcspn(r->at + 1, " \t\r\n(),=") + 1, r->at);
}

static ls_status take_sign(reader *r, char sign, const char *expected)
{
  if (*r->at != sign) {
    return refuse_token(r, expected);
  }
  r->at++;
  skip_blanks(r);
  return LS_OK;
}

// `r->word` and, at `place`, where it stands.
static ls_status take_word(reader *r, const char **place, const char *expected)
{
  size_t length = 0;

  if (!begins_word(*r->at)) {
    return refuse_token(r, expected);
  }
  while (begins_word(r->at[length]) || (r->at[length] >= '0' && r->at[length] <= '9')) {
    length++;
  }
  (void)snprintf(r->word, sizeof r->word, "%.*s", (int)length, r->at);
  *place = r->at;
  r->at += length;
  skip_blanks(r);
  return LS_OK;
}

static ls_status take_number(reader *r, double *value, const ls_call_argument *argument)
{
  size_t length = strspn(r->at, "0123456789.eE+-");
  char *end = NULL;

  if (!begins_number(*r->at)) {
    return refuse_token(r, "a number");
  }
  (void)snprintf(r->word, sizeof r->word, "%.*s", (int)length, r->at);
  *value = strtod(r->word, &end);
  if (length >= sizeof r->word || *end || !isfinite(*value)) {
    return refuse(r, r->at, "'%s' is not a finite decimal number", r->word);
  }
  if (*value < argument->least) {
    return refuse(r, r->at, "%s: %s is below %g", argument->name, r->word,
                  argument->least);
  }
  if (*value >= argument->below) {
    return refuse(r, r->at, "%s: %s is not below %g", argument->name, r->word,
                  argument->below);
  }
  r->at += length;
  skip_blanks(r);
  return LS_OK;
}

static ls_status refuse_name(const reader *r, const char *place,
                             const ls_call_form *form)
{
  const char *guess = NULL;

  for (int i = 0; i < form->argument_count; i++) {
    guess = ls_nearest(r->word, guess, form->arguments[i].name);
  }
  if (guess) {
    return refuse(r, place, "'%s' is not an argument of %s (did you mean '%s'?)",
                  r->word, form->name, guess);
  }
  return refuse(r, place, "'%s' is not an argument of %s", r->word, form->name);
}

static ls_status take_named(reader *r, ls_call *out, const ls_call_form *form,
                            unsigned *given)
{
  const char *place = NULL;
  int i = 0;

  LS_TRY(take_word(r, &place, "an argument"));
  while (i < form->argument_count && strcmp(form->arguments[i].name, r->word) != 0) {
    i++;
  }
  if (i == form->argument_count) {
    return refuse_name(r, place, form);
  }
  if ((*given >> i & 1) != 0) {
    return refuse(r, place, "'%s' is given twice", r->word);
  }
  *given |= 1u << i;
  if (form->arguments[i].flag) {
    out->values[i] = 1;
    return LS_OK;
  }
  LS_TRY(take_sign(r, '=', "'='"));
  return take_number(r, &out->values[i], &form->arguments[i]);
}

static ls_status take_unnamed(reader *r, ls_call *out, const ls_call_form *form, int i,
                              unsigned *given)
{
  if (i >= form->argument_count || form->arguments[i].flag) {
    return refuse(r, r->at, "%s takes no number here", form->name);
  }
  *given |= 1u << i;
  return take_number(r, &out->values[i], &form->arguments[i]);
}

static ls_status take_arguments(reader *r, ls_call *out, const ls_call_form *form,
                                unsigned *given)
{
  bool named = false;

  LS_TRY(take_sign(r, '(', "'(' or the end"));
  for (int i = 0; *r->at != ')'; i++) {
    if (i > 0) {
      LS_TRY(take_sign(r, ',', "',' or ')'"));
    }
    named = named || !begins_number(*r->at);
    LS_TRY(named ? take_named(r, out, form, given)
                 : take_unnamed(r, out, form, i, given));
  }
  return take_sign(r, ')', "')'");
}

static ls_status find_form(reader *r, ls_call *out, ls_call_form_at *form_at)
{
  const char *place = NULL;
  const char *guess = NULL;

  LS_TRY(take_word(r, &place, "a name"));
  for (out->form = 0; form_at(out->form); out->form++) {
    const char *name = form_at(out->form)->name;
    if (strcmp(name, r->word) == 0) {
      return LS_OK;
    }
    guess = ls_nearest(r->word, guess, name);
  }
  if (guess) {
    return refuse(r, place, "'%s' is not known (did you mean '%s'?)", r->word, guess);
  }
  return refuse(r, place, "'%s' is not known", r->word);
}

ls_status ls_call_parse(ls_call *out, const char *what, ls_call_form_at *form_at,
                        const char *text)
{
  reader r = {.what = what, .begin = text, .at = text};
  unsigned given = 0;

  skip_blanks(&r);
  const char *name = r.at;
  LS_TRY(find_form(&r, out, form_at));
  const ls_call_form *form = form_at(out->form);
  LS_ASSERT(form->argument_count <= LS_CALL_ARGUMENTS_MAX);
  for (int i = 0; i < form->argument_count; i++) {
    out->values[i] = form->arguments[i].value;
  }
  if (*r.at != '\0') {
    LS_TRY(take_arguments(&r, out, form, &given));
  }
  if (*r.at != '\0') {
    return refuse_token(&r, "the end");
  }
  for (int i = 0; i < form->argument_count; i++) {
    if (form->arguments[i].must_be_given && (given >> i & 1) == 0) {
      return refuse(&r, name, "%s needs '%s'", form->name, form->arguments[i].name);
    }
  }
  return LS_OK;
}

void ls_call_write(char text[LS_CALL_TEXT_BYTES], const ls_call *call,
                   const ls_call_form *form)
{
  size_t used = (size_t)snprintf(text, LS_CALL_TEXT_BYTES, "%s", form->name);
  const char *between = "(";

  for (int i = 0; i < form->argument_count; i++) {
    const ls_call_argument *argument = &form->arguments[i];
    char number[LS_NUMBER_BYTES] = "";
    if (argument->flag && call->values[i] == 0) {
      continue;
    }
    if (!argument->flag) {
      ls_number_write(number, call->values[i], false);
    }
    used +=
        (size_t)snprintf(text + used, LS_CALL_TEXT_BYTES - used, "%s%s%s%s", between,
                         argument->name, argument->flag ? "" : "=", number);
    LS_ASSERT(used < LS_CALL_TEXT_BYTES);
    between = ", ";
  }
  if (*between == ',') {
    (void)snprintf(text + used, LS_CALL_TEXT_BYTES - used, ")");
  }
}

void ls_call_show_place(const char *what, const char *text)
{
  enum { CARET_BYTES = 256 };
  char caret[CARET_BYTES];
  const char *message = ls_status_message();
  ls_schedule_place place;
  int length = 0;

  if (strncmp(message, what, strlen(what)) == 0 &&
      sscanf(message + strlen(what), ":%9d:%9d:%n", &place.line, &place.column,
             &length) == 2 &&
      length > 0) {
    ls_schedule_caret(caret, sizeof caret, text, place);
    ls_log_say("%s\n", caret);
  }
}
