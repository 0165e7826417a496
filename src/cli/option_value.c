#include "cli/option_value.h"

#include "base/number.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Only what `accepted` holds: strtod alone would also take hexadecimal, inf and blanks.
static bool is_made_of(const char *word, const char *accepted)
{
  return *word != '\0' && word[strspn(word, accepted)] == '\0';
}

static ls_status set_count(int64_t *field, const ls_option *option, const char *word)
{
  char *end = NULL;

  errno = 0;
  long long value = strtoll(word, &end, 10);
  if (!is_made_of(word, "+-0123456789") || *end || errno == ERANGE) {
    return ls_fail(LS_E_USAGE, "--%s: '%s' is not a whole number", option->name, word);
  }
  if (value < option->least) {
    return ls_fail(LS_E_USAGE, "--%s: %s is below %" PRId64, option->name, word,
                   option->least);
  }
  if (option->most != 0 && value > option->most) {
    return ls_fail(LS_E_USAGE, "--%s: %s is above %" PRId64, option->name, word,
                   option->most);
  }
  *field = value;
  return LS_OK;
}

static ls_status set_seed(uint64_t *field, const ls_option *option, const char *word)
{
  char *end = NULL;

  errno = 0;
  unsigned long long value = strtoull(word, &end, 10);
  if (!is_made_of(word, "0123456789") || *end || errno == ERANGE) {
    return ls_fail(LS_E_USAGE, "--%s: '%s' is not a whole number from 0 to 2^64 - 1",
                   option->name, word);
  }
  *field = value;
  return LS_OK;
}

static ls_status set_number(double *field, const ls_option *option, const char *word)
{
  char *end = NULL;
  double value = strtod(word, &end);

  if (!is_made_of(word, "+-.0123456789eE") || *end || !isfinite(value)) {
    return ls_fail(LS_E_USAGE, "--%s: '%s' is not a finite decimal number",
                   option->name, word);
  }
  if (value < (double)option->least ||
      (option->above_least && value == (double)option->least)) {
    return ls_fail(LS_E_USAGE, "--%s: %s is not %s %" PRId64, option->name, word,
                   option->above_least ? "above" : "at least", option->least);
  }
  if (option->below != 0 && value >= (double)option->below) {
    return ls_fail(LS_E_USAGE, "--%s: %s is not below %" PRId64, option->name, word,
                   option->below);
  }
  *field = value;
  return LS_OK;
}

// Hours, minutes and seconds with colons, or one number with a unit.
static ls_status set_seconds(double *field, const ls_option *option, const char *word)
{
  static const struct {
    const char *unit;
    double seconds;
  } units[] = {{"", 1}, {"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}};
  char *end = NULL;
  double value = strtod(word, &end);

  while (*end == ':' && is_made_of(word, ".:0123456789")) {
    value = 60 * value + strtod(end + 1, &end);
  }
  if (end != word && isfinite(value) && value >= 0) {
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
      if (strcmp(end, units[i].unit) == 0) {
        *field = value * units[i].seconds;
        return LS_OK;
      }
    }
  }
  return ls_fail(LS_E_USAGE, "--%s: '%s' is not a time (90s, 25m, 1.5h, 1:30:00)",
                 option->name, word);
}

static ls_status set_choice(const char **field, const ls_option *option,
                            const char *word)
{
  size_t length = strlen(word);

  for (const char *at = option->choices; length > 0; at++) {
    size_t known = strcspn(at, "|");
    if (known == length && strncmp(at, word, length) == 0) {
      *field = word;
      return LS_OK;
    }
    at += known;
    if (*at == '\0') {
      break;
    }
  }
  return ls_fail(LS_E_USAGE, "--%s: '%s' is none of %s", option->name, word,
                 option->choices);
}

ls_status ls_option_set(void *config, const ls_option *option, const char *word)
{
  void *field = (char *)config + option->offset;

  switch (option->kind) {
  case LS_OPTION_FLAG:
    *(bool *)field = true;
    return LS_OK;
  case LS_OPTION_COUNT:
    return set_count(field, option, word);
  case LS_OPTION_SEED:
    return set_seed(field, option, word);
  case LS_OPTION_NUMBER:
    return set_number(field, option, word);
  case LS_OPTION_SECONDS:
    return set_seconds(field, option, word);
  case LS_OPTION_TEXT:
    *(const char **)field = word;
    return LS_OK;
  case LS_OPTION_CHOICE:
    return set_choice(field, option, word);
  }
  return ls_fail(LS_E_INTERNAL, "option --%s has no kind", option->name);
}

void ls_option_value(char *text, size_t bytes, const ls_option *option,
                     const void *config)
{
  const void *field = (const char *)config + option->offset;
  char number[LS_NUMBER_BYTES];

  text[0] = '\0';
  switch (option->kind) {
  case LS_OPTION_FLAG:
    (void)snprintf(text, bytes, "%s", *(const bool *)field ? "yes" : "no");
    break;
  case LS_OPTION_COUNT:
    (void)snprintf(text, bytes, "%" PRId64, *(const int64_t *)field);
    break;
  case LS_OPTION_SEED:
    (void)snprintf(text, bytes, "%" PRIu64, *(const uint64_t *)field);
    break;
  case LS_OPTION_NUMBER:
  case LS_OPTION_SECONDS:
    ls_number_write(number, *(const double *)field, false);
    (void)snprintf(text, bytes, "%s", number);
    break;
  case LS_OPTION_TEXT:
  case LS_OPTION_CHOICE: {
    const char *word = *(const char *const *)field;
    (void)snprintf(text, bytes, "%s", word ? word : "");
    break;
  }
  }
}
