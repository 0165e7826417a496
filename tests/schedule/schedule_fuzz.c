#include "lockstep/schedule_guide.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The parser against any bytes: built for libFuzzer by fuzz.sh, and replayed over the
// kept corpus by an ordinary test (corpus_test.c).

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds, const char *what, const char *text)
{
  if (!holds) {
    fprintf(stderr, "%s: '%s' (%s)\n", what, text, ls_status_message());
    abort();
  }
}

static void check_refusal(const char *text, ls_schedule_place where)
{
  ls_schedule_place told = ls_schedule_place_of(ls_status_message());
  demand(told.line == where.line && told.column == where.column && where.line >= 1,
         "a refusal without its place", text);
}

static void check_rates(const ls_schedule *a, const ls_schedule *b)
{
  static const int64_t steps[] = {
      0, 1, 2, 3, 7, 50, 99, 100, 999, 1000, 1001, 28125, INT64_MAX - 1, INT64_MAX};
  static const ls_metric_row rows[] = {
      {5, 1, 1, 1, 1}, {9, 1, 1, 1, 1}, {12, NAN, NAN, NAN, NAN}};
  ls_metric_history history = {rows, 3};
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    double rate = ls_schedule_at(a, steps[i], &history);
    demand(isfinite(rate) && rate >= 0.0, "no rate", ls_schedule_text(a));
    demand(rate == ls_schedule_at(b, steps[i], &history), "two rates",
           ls_schedule_text(a));
  }
}

static void check_resolved(const ls_schedule *parsed, const ls_schedule_run *run)
{
  ls_schedule *resolved, *parsed_again, *resolved_again;
  if (ls_schedule_resolve(&resolved, parsed, run) != LS_OK) {
    return;
  }
  const char *text = ls_schedule_text(resolved);
  demand(ls_schedule_parse(&parsed_again, text, NULL) == LS_OK, "does not parse", text);
  demand(ls_schedule_resolve(&resolved_again, parsed_again, run) == LS_OK,
         "does not resolve", text);
  demand(strcmp(ls_schedule_text(resolved_again), text) == 0, "no fixed point", text);
  check_rates(resolved, resolved_again);
  ls_schedule_destroy(resolved);
  ls_schedule_destroy(parsed_again);
  ls_schedule_destroy(resolved_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const ls_schedule_run runs[] = {
      {0.1, 1000, 37}, {1e-3, 1, 1}, {3e38, INT64_MAX, INT64_MAX}};
  ls_schedule *parsed, *again;
  ls_schedule_place where;
  char *text = malloc(size + 1);
  if (text == NULL) {
    return 0;
  }
  if (size > 0) {
    memcpy(text, data, size);
  }
  text[size] = '\0';
  if (ls_schedule_parse(&parsed, text, &where) != LS_OK) {
    check_refusal(text, where);
    free(text);
    return 0;
  }
  const char *canonical = ls_schedule_text(parsed);
  demand(ls_schedule_parse(&again, canonical, NULL) == LS_OK, "does not parse", text);
  demand(strcmp(ls_schedule_text(again), canonical) == 0, "no fixed point", text);
  for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
    check_resolved(parsed, &runs[i]);
  }
  ls_schedule_destroy(again);
  ls_schedule_destroy(parsed);
  free(text);
  return 0;
}
