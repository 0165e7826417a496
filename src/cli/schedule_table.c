#include "cli/schedule_show.h"

#include "base/log.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// Tables and lists: everything about schedules that is lines of words.

typedef struct extreme {
  int64_t step;
  double rate;
} extreme;

static void find_extremes(extreme *least, extreme *largest, const ls_schedule_set *set,
                          int index)
{
  *least = *largest = (extreme){0, ls_schedule_set_rate(set, index, 0)};
  for (int64_t step = 1; step < set->run.total_steps; step++) {
    double rate = ls_schedule_set_rate(set, index, step);
    if (rate < least->rate) {
      *least = (extreme){step, rate};
    }
    if (rate > largest->rate) {
      *largest = (extreme){step, rate};
    }
  }
}

static void show_stages(const ls_schedule_set *set, int index)
{
  const ls_schedule *schedule = set->schedules[index];
  ls_log_record("%5s %9s %9s %11s %11s  %s", "stage", "from step", "to step",
                "first rate", "last rate", "schedule");
  for (int i = 0; i < ls_schedule_stage_count(schedule); i++) {
    ls_schedule_stage stage = ls_schedule_stage_get(schedule, i);
    ls_log_record("%5d %9" PRId64 " %9" PRId64 " %11.6g %11.6g  %s", i + 1, stage.first,
                  stage.end - 1, ls_schedule_set_rate(set, index, stage.first),
                  ls_schedule_set_rate(set, index, stage.end - 1), stage.text);
  }
}

static void show_rate(const char *name, extreme at)
{
  ls_log_record("%-9s %.17g at step %" PRId64, name, at.rate, at.step);
}

static void show_one(const ls_schedule_set *set, int index)
{
  extreme least, largest;
  int64_t last = set->run.total_steps - 1;
  find_extremes(&least, &largest, set, index);
  ls_log_record("schedule  %s", set->texts[index]);
  ls_log_record("resolved  %s", ls_schedule_text(set->schedules[index]));
  show_stages(set, index);
  show_rate("first", (extreme){0, ls_schedule_set_rate(set, index, 0)});
  show_rate("last", (extreme){last, ls_schedule_set_rate(set, index, last)});
  show_rate("least", least);
  show_rate("largest", largest);
  ls_log_record("%s", "");
}

void ls_schedule_show_table(const ls_schedule_set *set)
{
  char rate[LS_NUMBER_BYTES];

  ls_number_write(rate, set->run.base_rate, false);
  ls_log_record("run       %" PRId64 " steps, %" PRId64 " an epoch, base rate %s",
                set->run.total_steps, set->run.steps_per_epoch, rate);
  for (int i = 0; i < set->count; i++) {
    show_one(set, i);
  }
}

// A record a row would be flushed each; rows go out in blocks instead.
enum { ROW_BYTES = 24 + (LS_NUMBER_BYTES + 1) * LS_SCHEDULES_MAX };

typedef struct block {
  char bytes[1 << 15];
  int length;
} block;

static void flush_rows(block *rows)
{
  if (rows->length > 0) {
    rows->bytes[rows->length - 1] = '\0'; // ls_log_record ends the last row itself
    ls_log_record("%s", rows->bytes);
    rows->length = 0;
  }
}

static void add_row(block *rows, const ls_schedule_set *set, int64_t step)
{
  if (rows->length > (int)sizeof rows->bytes - ROW_BYTES) {
    flush_rows(rows);
  }
  char *row = rows->bytes + rows->length;
  int length = snprintf(row, ROW_BYTES, "%" PRId64, step);
  for (int i = 0; i < set->count; i++) {
    row[length++] = ',';
    ls_number_write(row + length, ls_schedule_set_rate(set, i, step), true);
    length += (int)strlen(row + length);
  }
  row[length++] = '\n';
  rows->length += length;
}

void ls_schedule_show_csv(const ls_schedule_set *set, int64_t every)
{
  block rows = {.length = 0};
  char head[16 * LS_SCHEDULES_MAX + 16];
  int length = snprintf(head, sizeof head, set->count == 1 ? "step,lr" : "step");
  for (int i = 0; set->count > 1 && i < set->count; i++) {
    length += snprintf(head + length, sizeof head - (size_t)length, ",lr%d", i + 1);
  }
  ls_log_record("%s", head);
  for (int64_t step = 0; step < set->run.total_steps; step += every) {
    add_row(&rows, set, step);
    if (step > INT64_MAX - every) {
      break;
    }
  }
  flush_rows(&rows);
}

void ls_schedule_show_formulas(const ls_schedule_set *set)
{
  for (int index = 0; index < set->count; index++) {
    const ls_schedule *schedule = set->schedules[index];
    ls_log_record("schedule  %s", set->texts[index]);
    ls_log_record(
        "rate      %.17g times the product of the factors of a stage, t steps "
        "after its start",
        set->run.base_rate);
    for (int i = 0; i < ls_schedule_stage_count(schedule); i++) {
      ls_schedule_stage stage = ls_schedule_stage_get(schedule, i);
      ls_log_record("\nstage %d, steps %" PRId64 " to %" PRId64 ": %s\n%s", i + 1,
                    stage.first, stage.end - 1, stage.text, stage.formula);
    }
    ls_log_record("%s", "");
  }
}

// A choice's words follow the help: most are longer than the other forms.
static void show_argument(const ls_schedule_argument *argument)
{
  char value[64] = "";
  bool choice = strchr(argument->form, '|') && !strchr(argument->form, ' ');

  if (argument->must_be_given) {
    (void)snprintf(value, sizeof value, "; must be given");
  } else if (argument->value != NULL && argument->value[0] != '\0') {
    (void)snprintf(value, sizeof value, " [%s]", argument->value);
  }
  ls_log_record("  %-12s  %-14s  %s%s%s%s", argument->name,
                choice ? "word" : argument->form, argument->help, choice ? ": " : "",
                choice ? argument->form : "", value);
}

void ls_schedule_show_kinds(void)
{
  for (int i = 0; i < ls_schedule_kind_count(); i++) {
    ls_schedule_kind kind = ls_schedule_kind_get(i);
    ls_log_record("%s: %s", kind.name, kind.summary);
    ls_log_record("  = %s", kind.formula);
    for (int j = 0; j < kind.argument_count; j++) {
      ls_schedule_argument argument = ls_schedule_kind_argument(i, j);
      show_argument(&argument);
    }
    ls_log_record("%s", "");
  }
}
