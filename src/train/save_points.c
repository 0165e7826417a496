#include "train/save_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(const char *unit, size_t length, const char *word)
{
  return strlen(word) == length && strncmp(unit, word, length) == 0;
}

// False where the measure was named before.
static bool set_count(int64_t *count, double number)
{
  bool fits = *count == 0 && number == floor(number);

  *count = fits ? (int64_t)number : *count;
  return fits;
}

static bool set_seconds(double *seconds, double number)
{
  bool first = *seconds == 0;

  *seconds = first ? number : *seconds;
  return first;
}

// One "<number><unit>" of `length` bytes.
static bool parse_one(ls_save_points *out, const char *text, size_t length)
{
  const double most = 1e9; // epochs times steps of an epoch stay far below 2^63
  char *end = NULL;
  double number = strtod(text, &end);
  const char *unit = end;
  size_t unit_length = length - (size_t)(end - text);

  if (end == text || strspn(text, "0123456789.") != (size_t)(end - text) ||
      !(number > 0) || number > most) {
    return false;
  }
  if (is_word(unit, unit_length, "ep")) {
    return set_count(&out->epochs, number);
  }
  if (unit_length == 0 || is_word(unit, unit_length, "steps")) {
    return set_count(&out->steps, number);
  }
  if (is_word(unit, unit_length, "s")) {
    return set_seconds(&out->seconds, number);
  }
  if (is_word(unit, unit_length, "min") || is_word(unit, unit_length, "m")) {
    return set_seconds(&out->seconds, 60 * number);
  }
  return is_word(unit, unit_length, "h") && set_seconds(&out->seconds, 3600 * number);
}

ls_status ls_save_points_parse(ls_save_points *out, const char *text)
{
  const char *at = text;

  *out = (ls_save_points){0};
  if (strcmp(text, "never") == 0) {
    return LS_OK;
  }
  for (;;) {
    size_t length = strcspn(at, ",|");
    if (!parse_one(out, at, length)) {
      return ls_fail(
          LS_E_ARG,
          "--save-every '%s': expected epochs, steps and a time, each at most "
          "once, as '1ep', '500', '5min' or '1ep|5min', or 'never'",
          text);
    }
    at += length;
    if (*at == '\0') {
      return LS_OK;
    }
    at++;
  }
}

static int64_t multiples(int64_t of, int64_t first, int64_t last)
{
  return last / of - first / of;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
  return b == 0 ? a : common_divisor(b, a % b);
}

int64_t ls_save_points_count(const ls_save_points *points, int64_t first, int64_t last,
                             int64_t steps_per_epoch)
{
  const int64_t by_epochs = points->epochs * steps_per_epoch;
  const int64_t by_steps = points->steps;
  int64_t count = last > first && !ls_save_points_due(points, last, steps_per_epoch);

  count += by_epochs > 0 ? multiples(by_epochs, first, last) : 0;
  count += by_steps > 0 ? multiples(by_steps, first, last) : 0;
  if (by_epochs > 0 && by_steps > 0) {
    int64_t rest = by_epochs / common_divisor(by_epochs, by_steps);
    count -= by_steps <= last / rest ? multiples(by_steps * rest, first, last) : 0;
  }
  return count;
}

bool ls_save_points_due(const ls_save_points *points, int64_t step,
                        int64_t steps_per_epoch)
{
  bool by_steps = points->steps > 0 && step % points->steps == 0;
  bool by_epochs = points->epochs > 0 && step % (points->epochs * steps_per_epoch) == 0;

  return by_steps || by_epochs;
}
