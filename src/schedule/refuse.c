#include "schedule/refuse.h"

#include "lockstep/schedule_guide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 24, REASON_BYTES = 512 };

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

ls_nearest ls_nearest_begin(const char *typed, size_t length)
{
  return (ls_nearest){typed, length, NULL, 0};
}

static int smallest(int a, int b, int c)
{
  int least = a < b ? a : b;
  return least < c ? least : c;
}

// Levenshtein's distance, where swapping two neighbours counts once.
static int distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
  int rows[3][WORD_MAX + 1];
  int *before = rows[0], *above = rows[1], *row = rows[2];
  for (size_t j = 0; j <= b_length; j++) {
    above[j] = (int)j;
  }
  for (size_t i = 1; i <= a_length; i++) {
    row[0] = (int)i;
    for (size_t j = 1; j <= b_length; j++) {
      bool same = a[i - 1] == b[j - 1];
      row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + !same);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
          row[j] > before[j - 2] + 1) {
        row[j] = before[j - 2] + 1;
      }
    }
    int *oldest = before;
    before = above;
    above = row;
    row = oldest;
  }
  return above[b_length];
}

void ls_nearest_offer(ls_nearest *nearest, const char *word, size_t length)
{
  if (nearest->length > WORD_MAX || length > WORD_MAX) {
    return;
  }
  size_t shorter = length < nearest->length ? length : nearest->length;
  bool begins_alike = shorter >= 2 && memcmp(word, nearest->typed, shorter) == 0;
  int found = distance(nearest->typed, nearest->length, word, length);
  int allowed = shorter <= 2 ? 1 : shorter <= 5 ? 2 : 3;
  if (found > allowed && !begins_alike) {
    return;
  }
  if (nearest->best == NULL || found < nearest->distance) {
    nearest->best = word;
    nearest->distance = found;
  }
}

const char *ls_nearest_hint(char hint[LS_HINT_BYTES], const ls_nearest *nearest)
{
  hint[0] = '\0';
  if (nearest->best != NULL) {
    int length = (int)strcspn(nearest->best, "|");
    snprintf(hint, LS_HINT_BYTES, " (did you mean '%.*s'?)", length, nearest->best);
  }
  return hint;
}
