#include "unit.h"

#include "lockstep/schedule.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Every file of tests/data/schedules against the schedule that cases.txt gives for it.

#define DIRECTORY LOCKSTEP_TEST_DATA "/schedules/"

enum { LINE_BYTES = 1024, ROWS_MAX = 2048, CASES_MAX = 128 };

typedef struct figures {
  int64_t steps[ROWS_MAX];
  double rates[ROWS_MAX];
  int count;
  double largest;
  ls_metric_row metrics[64]; // of a plateau: metric k after step k
  int metric_count;
} figures;

static FILE *open_data(const char *name)
{
  char path[LINE_BYTES];
  snprintf(path, sizeof path, "%s%s", DIRECTORY, name);
  FILE *file = fopen(path, "r");
  if (file == NULL) {
    fail_msg("cannot open '%s'", path);
  }
  return file;
}

// Take `metrics=1.0|0.9|...` out of a file's first line.
static void read_metrics(figures *out, const char *line)
{
  const char *next = strstr(line, "metrics=");
  out->metric_count = 0;
  for (next = next != NULL ? next + 7 : NULL;
       next != NULL && (*next == '=' || *next == '|');) {
    char *end;
    double loss = strtod(next + 1, &end);
    out->metrics[out->metric_count] = (ls_metric_row){.step = out->metric_count + 1,
                                                      .loss = loss,
                                                      .accuracy = NAN,
                                                      .val_loss = NAN,
                                                      .val_accuracy = NAN};
    out->metric_count++;
    next = end;
  }
}

static void read_figures(figures *out, const char *name)
{
  char line[LINE_BYTES];
  FILE *file = open_data(name);
  assert_non_null(fgets(line, sizeof line, file));
  read_metrics(out, line);
  assert_non_null(fgets(line, sizeof line, file));
  assert_string_equal(line, "step,lr\n");
  out->count = 0;
  out->largest = 0.0;
  while (fgets(line, sizeof line, file) != NULL) {
    char *end;
    assert_true(out->count < ROWS_MAX);
    out->steps[out->count] = strtoll(line, &end, 10);
    double rate = out->rates[out->count] = strtod(end + 1, NULL);
    out->largest = fabs(rate) > out->largest ? fabs(rate) : out->largest;
    out->count++;
  }
  fclose(file);
}

// Cut `a; b; c` in place; the last field keeps its semicolons.
static int cut_fields(char *line, char **fields, int count)
{
  int found = 0;
  line[strcspn(line, "\n")] = '\0';
  while (found < count) {
    fields[found++] = line;
    line = strstr(line, "; ");
    if (line == NULL || found == count) {
      break;
    }
    *line = '\0';
    line += 2;
  }
  return found;
}

static bool is_difference(const char *name, int64_t step)
{
  char line[LINE_BYTES], *fields[4];
  bool found = false;
  FILE *file = open_data("differences.txt");
  while (!found && fgets(line, sizeof line, file) != NULL) {
    found = line[0] != '#' && cut_fields(line, fields, 4) == 4 &&
            strcmp(fields[0], name) == 0 && step >= strtoll(fields[1], NULL, 10) &&
            step <= strtoll(fields[2], NULL, 10);
  }
  fclose(file);
  return found;
}

static ls_schedule *resolve(const char *text, const ls_schedule_run *run)
{
  ls_schedule *parsed, *resolved;
  if (ls_schedule_parse(&parsed, text, NULL) != LS_OK ||
      ls_schedule_resolve(&resolved, parsed, run) != LS_OK) {
    fail_msg("%s: %s", text, ls_status_message());
  }
  ls_schedule_destroy(parsed);
  return resolved;
}

// How many rows are off; each is named.
static int compare(const char *name, const ls_schedule *schedule, const figures *want)
{
  int wrong = 0;
  for (int i = 0; i < want->count; i++) {
    ls_metric_history history = {want->metrics, want->metric_count};
    double got = ls_schedule_at(schedule, want->steps[i], &history);
    bool met = fabs(got - want->rates[i]) <= 1e-14 * want->largest;
    if (met == is_difference(name, want->steps[i])) {
      print_error("%s step %lld: %.17g, want %.17g%s\n", name,
                  (long long)want->steps[i], got, want->rates[i],
                  met ? " to differ" : "");
      wrong++;
    }
  }
  return wrong;
}

static void every_row_of_every_case_is_met(void **state)
{
  (void)state;
  static figures want;
  char line[LINE_BYTES], *fields[5];
  int wrong = 0, cases = 0;
  FILE *file = open_data("cases.txt");
  while (fgets(line, sizeof line, file) != NULL) {
    if (line[0] == '#') {
      continue;
    }
    assert_int_equal(cut_fields(line, fields, 5), 5);
    ls_schedule_run run = {strtod(fields[1], NULL), strtoll(fields[2], NULL, 10),
                           strtoll(fields[3], NULL, 10)};
    ls_schedule *schedule = resolve(fields[4], &run);
    read_figures(&want, fields[0]);
    wrong += compare(fields[0], schedule, &want);
    ls_schedule_destroy(schedule);
    cases++;
  }
  fclose(file);
  assert_int_equal(wrong, 0);
  assert_int_equal(cases, 78);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_row_of_every_case_is_met),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
