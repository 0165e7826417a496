#include "train/save_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_word(const char *unit, size_t length, const char *word)
{
  return strlen(word) == length && strncmp(unit, word, length) == 0;
}

// One "<number><unit>" of `length` bytes.
static bool parse_one(ls_save_points *out, const char *text, size_t length)
{
  char *end = NULL;
  double number = strtod(text, &end);
  const char *unit = end;
  size_t unit_length = length - (size_t)(end - text);

  if (end == text || !(number > 0) || number > 1e15 || text[0] == '+') {
    return false;
  }
  bool whole = number == floor(number);
  if (is_word(unit, unit_length, "ep") && whole) {
    out->epochs = (int64_t)number;
  } else if ((unit_length == 0 || is_word(unit, unit_length, "steps")) && whole) {
    out->steps = (int64_t)number;
  } else if (is_word(unit, unit_length, "s")) {
    out->seconds = number;
  } else if (is_word(unit, unit_length, "min") || is_word(unit, unit_length, "m")) {
    out->seconds = 60 * number;
  } else if (is_word(unit, unit_length, "h")) {
    out->seconds = 3600 * number;
  } else {
    return false;
  }
  return true;
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
      return ls_fail(LS_E_ARG,
                     "--save-every '%s': expected epochs, steps or a time, as '1ep', "
                     "'500', '5min' or '1ep|5min', or 'never'",
                     text);
    }
    at += length;
    if (*at == '\0') {
      return LS_OK;
    }
    at++;
  }
}

bool ls_save_points_due(const ls_save_points *points, int64_t step,
                        int64_t steps_per_epoch)
{
  bool by_steps = points->steps > 0 && step % points->steps == 0;
  bool by_epochs = points->epochs > 0 && step % (points->epochs * steps_per_epoch) == 0;

  return by_steps || by_epochs;
}
