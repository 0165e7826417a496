/**
 * table.md: the standings as a table to paste into a page.
 */

#include "compare/file.h"
#include "compare/standing.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// As code, in a cell.
static void put_code(FILE *out, const char *text)
{
  (void)fputs(" `", out);
  for (; *text; text++) {
    (void)fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
  }
  (void)fputs("` |", out);
}

static void put_name(FILE *out, const char *text)
{
  (void)fputc(' ', out);
  for (; *text; text++) {
    (void)fprintf(out, *text == '|' || *text == '*' || *text == '_' ? "\\%c" : "%c",
                  *text);
  }
  (void)fputs(" |", out);
}

// In bold where the interval leaves out 0.
static void put_difference(FILE *out, const ls_standings *all, const ls_standing *s)
{
  const ls_sample *d = &s->difference;
  const char *bold = d->count > 1 && fabs(d->mean) > d->half ? "**" : "";

  if (s->recipe == all->baseline) {
    (void)fprintf(out, " baseline |");
  } else if (d->count == 0) {
    (void)fprintf(out, " |");
  } else if (d->count == 1) {
    (void)fprintf(out, " %+.2f |", 100 * d->mean);
  } else {
    (void)fprintf(out, " %s%+.2f ± %.2f%s |", bold, 100 * d->mean, 100 * d->half, bold);
  }
}

static void put_row(FILE *out, const ls_standings *all, int place)
{
  const ls_standing *s = &all->standings[place];

  (void)fprintf(out, "| %d |", place + 1);
  put_name(out, s->recipe->name);
  put_code(out, s->recipe->schedule);
  if (ls_standings_differ(all, 'o')) {
    put_code(out, s->recipe->optimizer);
  }
  if (ls_standings_differ(all, 'r')) {
    put_name(out, s->recipe->rate);
  }
  if (s->test_accuracy.count > 0) {
    (void)fprintf(out, " %.2f | %.2f | %.2f |", 100 * s->val_accuracy.mean,
                  100 * s->test_accuracy.mean, 100 * s->test_accuracy.sd);
  } else {
    (void)fprintf(out, " | | |");
  }
  put_difference(out, all, s);
  if (s->reach_epochs.count > 0) {
    (void)fprintf(out, " %.1f | %.1f |\n", s->reach_epochs.mean, s->reach_seconds.mean);
  } else {
    (void)fprintf(out, " | |\n");
  }
}

static void put_table(FILE *out, const ls_standings *all)
{
  const char *optimizer = ls_standings_differ(all, 'o') ? " optimizer |" : "";
  const char *rate = ls_standings_differ(all, 'r') ? " rate |" : "";

  (void)fprintf(
      out,
      "| | schedule | |%s%s %s | test | sd | to the baseline "
      "| epochs to %.4g %% | seconds |\n|---|---|---|%s%s---|---|---|---|---"
      "|---|\n",
      optimizer, rate, ls_standings_have_held_out(all) ? "held out" : "validation",
      100 * all->plan->config.target, *optimizer ? "---|" : "", *rate ? "---|" : "");
  for (int i = 0; i < all->plan->recipe_count; i++) {
    put_row(out, all, i);
  }
}

ls_status ls_markdown_write(const ls_standings *all)
{
  char path[LS_COMPARE_PATH];
  char *text = NULL;
  size_t bytes = 0;
  FILE *out = open_memstream(&text, &bytes);

  if (!out) {
    return ls_fail(LS_E_NOMEM, "cannot write a table: %s", strerror(errno));
  }
  put_table(out, all);
  bool good = !ferror(out);
  good = fclose(out) == 0 && good;
  (void)snprintf(path, sizeof path, "%s/table.md", all->plan->config.out);
  ls_status status = good ? ls_file_write(path, text)
                          : ls_fail(LS_E_NOMEM, "out of memory for the table");
  free(text);
  return status;
}
