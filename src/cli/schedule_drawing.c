#include "cli/schedule_show.h"

#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// Rates over steps in characters:
//
//      0.1 |*****
//          |     ****
//        0 |         ***
//          +------------
//           0        1000

enum { ROWS = 16, COLUMNS_MAX = 160, LABEL = 12, SAMPLES = 16 };

static const char marks[LS_SCHEDULES_MAX + 1] = "*+ox#@%&=";

typedef struct drawing {
  char cells[ROWS][COLUMNS_MAX + 1];
  int columns;
  double top; // rate of the upper edge; the lower one is 0
} drawing;

static int64_t sample_step(const ls_schedule_set *set, int sample, int samples)
{
  double share = (double)sample / (double)samples;
  return (int64_t)(share * (double)set->run.total_steps);
}

static void mark(drawing *out, const ls_schedule_set *set, int index)
{
  int samples = out->columns * SAMPLES;
  for (int i = 0; i < samples; i++) {
    double rate = ls_schedule_set_rate(set, index, sample_step(set, i, samples));
    int row = (int)(rate / out->top * (ROWS - 1) + 0.5);
    out->cells[ROWS - 1 - row][i / SAMPLES] = marks[index];
  }
}

static double largest_rate(const ls_schedule_set *set, int columns)
{
  double largest = 0.0;
  int samples = columns * SAMPLES;
  for (int index = 0; index < set->count; index++) {
    for (int i = 0; i < samples; i++) {
      double rate = ls_schedule_set_rate(set, index, sample_step(set, i, samples));
      largest = rate > largest ? rate : largest;
    }
  }
  return largest;
}

static void print(const drawing *out, const ls_schedule_set *set)
{
  for (int row = 0; row < ROWS; row++) {
    char label[LABEL + 8] = "";
    if (row % 5 == 0) {
      snprintf(label, sizeof label, "%.4g", out->top * (ROWS - 1 - row) / (ROWS - 1));
    }
    ls_log_record("%*s |%s", LABEL - 2, label, out->cells[row]);
  }
  char axis[COLUMNS_MAX + 1];
  memset(axis, '-', (size_t)out->columns);
  axis[out->columns] = '\0';
  ls_log_record("%*s +%s", LABEL - 2, "", axis);
  ls_log_record("%*s  0%*" PRId64, LABEL - 2, "", out->columns - 1,
                set->run.total_steps);
  for (int i = 0; set->count > 1 && i < set->count; i++) {
    ls_log_record("%*s  %c %s", LABEL - 2, "", marks[i], set->texts[i]);
  }
}

void ls_schedule_show_drawing(const ls_schedule_set *set, int columns)
{
  drawing out = {.columns = columns - LABEL - 1};
  out.columns = out.columns < 20 ? 20 : out.columns;
  out.columns = out.columns > COLUMNS_MAX ? COLUMNS_MAX : out.columns;
  out.top = largest_rate(set, out.columns);
  out.top = out.top > 0.0 ? out.top : 1.0;
  for (int row = 0; row < ROWS; row++) {
    memset(out.cells[row], ' ', (size_t)out.columns);
  }
  for (int i = set->count - 1; i >= 0; i--) {
    mark(&out, set, i);
  }
  print(&out, set);
}
