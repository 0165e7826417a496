#include "schedule/refuse.h"

#include "base/nearest.h"
#include "lockstep/schedule_guide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { REASON_BYTES = 512 };

ls_status ls_refuse(ls_schedule_place place, const char *format, ...)
{
  char reason[REASON_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, sizeof reason, format, arguments);
  va_end(arguments);
  return ls_fail(LS_E_ARG, "schedule:%d:%d: %s", place.line, place.column, reason);
}

ls_schedule_place ls_schedule_place_of(const char *message)
{
  ls_schedule_place place = {0, 0};
  int length = 0;
  if (sscanf(message, "schedule:%9d:%9d:%n", &place.line, &place.column, &length) !=
          2 ||
      length == 0) {
    return (ls_schedule_place){0, 0};
  }
  return place;
}

void ls_schedule_caret(char *out, size_t bytes, const char *text,
                       ls_schedule_place place)
{
  enum { BEFORE = 44, AFTER = 24 };
  for (int line = 1; line < place.line && *text != '\0'; line++) {
    text += strcspn(text, "\n");
    text += *text == '\n';
  }
  int length = (int)strcspn(text, "\r\n");
  int column = place.column - 1 < length ? place.column - 1 : length;
  int first = column > BEFORE ? column - BEFORE : 0;
  int shown = length - first < BEFORE + AFTER ? length - first : BEFORE + AFTER;
  snprintf(out, bytes, "  %.*s\n  %*s^", shown, text + first, column - first, "");
  for (char *c = out; *c != '\0'; c++) {
    *c = *c == '\t' ? ' ' : *c;
  }
}

// A word that does not fit is cut, and then near to nothing.
static void copy_word(char out[LS_GUESS_WORD_BYTES], const char *word, size_t length)
{
  size_t kept = length < LS_GUESS_WORD_BYTES - 1 ? length : LS_GUESS_WORD_BYTES - 1;
  memcpy(out, word, kept);
  out[kept] = '\0';
}

ls_guess ls_guess_begin(const char *typed, size_t length)
{
  ls_guess guess = {.best = ""};
  copy_word(guess.typed, typed, length);
  return guess;
}

void ls_guess_offer(ls_guess *guess, const char *word, size_t length)
{
  char known[LS_GUESS_WORD_BYTES];
  copy_word(known, word, length);
  const char *best = guess->best[0] != '\0' ? guess->best : NULL;
  if (ls_nearest(guess->typed, best, known) == known) {
    memcpy(guess->best, known, sizeof known);
  }
}

void ls_guess_offer_all(ls_guess *guess, const char *words)
{
  while (*words != '\0') {
    size_t length = strcspn(words, "|");
    ls_guess_offer(guess, words, length);
    words += length + (words[length] == '|');
  }
}

const char *ls_guess_hint(ls_guess *guess)
{
  if (guess->best[0] != '\0') {
    snprintf(guess->hint, sizeof guess->hint, " (did you mean '%s'?)", guess->best);
  }
  return guess->hint;
}
