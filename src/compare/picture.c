#include "compare/picture.h"

#include "base/alloc.h"
#include "compare/file.h"

#include <errno.h>
#include <math.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char line_color[] = "#0b62a4";
static const char baseline_color[] = "#9a9a9a";

// Mean, least and most of one figure after epoch `epoch`, over the runs that are done.
static void put_band(FILE *script, const ls_standing *s, int seeds, int64_t epoch,
                     size_t offset)
{
  double sum = 0, least = INFINITY, most = -INFINITY;
  int used = 0;

  for (int i = 0; i < seeds; i++) {
    const ls_result *r = &s->results[i];
    if (r->outcome == LS_OUTCOME_DONE && epoch < r->point_count) {
      double value =
          *(const double *)(const void *)((const char *)&r->points[epoch] + offset);
      sum += value;
      least = fmin(least, value);
      most = fmax(most, value);
      used++;
    }
  }
  if (used > 0) {
    (void)fprintf(script, " %.9g %.9g %.9g", sum / used, least, most);
  } else {
    (void)fprintf(script, " NaN NaN NaN");
  }
}

// Columns: epoch, then three each of rate, loss, validation loss, validation accuracy.
static void put_data(FILE *script, const ls_standings *all, int place)
{
  const ls_standing *s = &all->standings[place];
  const ls_plan *plan = all->plan;

  (void)fprintf(script, "$d%d << END\n", place);
  for (int64_t epoch = 0; epoch < plan->config.epochs; epoch++) {
    (void)fprintf(script, "%d", (int)epoch + 1);
    put_band(script, s, plan->seed_count, epoch, offsetof(ls_point, rate));
    put_band(script, s, plan->seed_count, epoch, offsetof(ls_point, loss));
    put_band(script, s, plan->seed_count, epoch, offsetof(ls_point, val_loss));
    put_band(script, s, plan->seed_count, epoch, offsetof(ls_point, val_accuracy));
    (void)fprintf(script, "\n");
  }
  (void)fprintf(script, "END\n");
}

// A string in which gnuplot looks for nothing: in double quotes it would hand what
// stands between backquotes to a shell.
static void put_quoted(FILE *script, const char *text, const char *more)
{
  (void)fputc('\'', script);
  for (; *text; text++) {
    (void)fprintf(script, *text == '\'' ? "''" : "%c", *text);
  }
  (void)fprintf(script, "%s'", more);
}

static void put_output(FILE *script, const ls_standings *all, const char *name,
                       int width, int height)
{
  char file[64];

  (void)snprintf(file, sizeof file, "/plots/%s.svg", name);
  (void)fprintf(script,
                "set terminal svg size %d,%d dynamic font 'sans-serif,12'\n"
                "set output ",
                width, height);
  put_quoted(script, all->plan->config.out, file);
  (void)fputc('\n', script);
}

// A band with its mean in it.  Column: of the mean.
static void put_curve(FILE *script, int data, int column, const char *factor,
                      const char *dashes, bool first)
{
  (void)fprintf(script,
                "%s$d%d using 1:(%s$%d):(%s$%d) with filledcurves linecolor rgb '%s' "
                "fillstyle transparent solid 0.2 noborder notitle, "
                "$d%d using 1:(%s$%d) with lines linewidth 2 %s linecolor rgb '%s' "
                "notitle",
                first ? "plot " : ", ", data, factor, column + 1, factor, column + 2,
                line_color, data, factor, column, dashes, line_color);
}

// 1, 2 or 5 times a power of ten, so that there are a few of them up to `most`.
static double tic_step(double most)
{
  double step = most / 4;
  double power = pow(10, floor(log10(step)));

  return power * (step >= 5 * power ? 5 : step >= 2 * power ? 2 : 1);
}

static void put_picture(FILE *script, const ls_standings *all, int place, int baseline,
                        ls_picture picture)
{
  static const char *const titles[] = {"learning rate", "loss", "accuracy, %"};
  static const char *const factors[] = {"", "", "100*"};
  static const int columns[] = {2, 5, 11};
  char name[32];

  (void)snprintf(name, sizeof name, "%d-%d", place, (int)picture);
  put_output(script, all, name, 300, 190);
  (void)fprintf(script, "set title '%s' offset 0,-0.6\n", titles[picture]);
  (void)fprintf(script, "%s logscale y\nset yrange [%s]\n",
                picture == LS_PICTURE_LOSS ? "set" : "unset",
                picture == LS_PICTURE_LOSS   ? "loss_low:loss_high"
                : picture == LS_PICTURE_RATE ? "0:*"
                                             : "accuracy_low:accuracy_high");
  (void)fprintf(script, "set ytics %s\n",
                picture == LS_PICTURE_LOSS
                    ? "(.0001, .0002, .0005, .001, .002, .005, .01, .02, .05, .1, .2, "
                      ".5, 1, 2, 5)"
                : picture == LS_PICTURE_RATE ? "rate_step"
                                             : "autofreq");
  put_curve(script, place, columns[picture], factors[picture], "", true);
  if (picture == LS_PICTURE_LOSS) {
    put_curve(script, place, 8, "", "dashtype 2", false);
  }
  if (place != baseline) {
    int column = picture == LS_PICTURE_LOSS ? 8 : columns[picture];
    (void)fprintf(script,
                  ", $d%d using 1:(%s$%d) with lines linewidth 1.5 %s linecolor rgb "
                  "'%s' notitle",
                  baseline, factors[picture], column,
                  picture == LS_PICTURE_LOSS ? "dashtype 2" : "", baseline_color);
  }
  (void)fprintf(script, "\nunset title\n");
}

// Ranges that all recipes share, from their means: one lost run must not flatten all.
static void put_ranges(FILE *script, const ls_standings *all)
{
  const ls_plan *plan = all->plan;
  double low = 100, high = 0, loss_low = INFINITY, loss_high = 0, rate_high = 1e-30;

  for (int i = 0; i < plan->recipe_count * plan->seed_count; i++) {
    const ls_result *r = &all->results[i];
    for (int64_t j = 0; r->outcome == LS_OUTCOME_DONE && j < r->point_count; j++) {
      const ls_point *p = &r->points[j];
      if (4 * j >= r->point_count) {
        low = fmin(low, 100 * p->val_accuracy);
      }
      high = fmax(high, 100 * p->val_accuracy);
      rate_high = fmax(rate_high, p->rate);
      loss_low = fmin(loss_low, fmin(p->loss, p->val_loss));
      loss_high = fmax(loss_high, fmax(p->loss, p->val_loss));
    }
  }
  (void)fprintf(script,
                "accuracy_low = %.9g\naccuracy_high = %.9g\nloss_low = %.9g\n"
                "loss_high = %.9g\nrate_step = %.9g\n",
                floor(low - 0.1), fmin(100, ceil(2 * high) / 2),
                fmax(loss_low * 0.8, 1e-9), loss_high * 1.2, tic_step(rate_high));
}

static void put_title(FILE *script, const ls_standings *all, int place)
{
  const ls_recipe *r = all->standings[place].recipe;
  char title[128];
  size_t used = (size_t)snprintf(title, sizeof title, "%s", r->name);

  if (ls_standings_differ(all, 'o')) {
    used += (size_t)snprintf(title + used, sizeof title - used, ", %s", r->optimizer);
  }
  if (ls_standings_differ(all, 'r')) {
    (void)snprintf(title + used, sizeof title - used, ", %s", r->rate);
  }
  put_quoted(script, title, "");
}

// Test accuracy of all recipes, best first, with the doubt of each mean.
static void put_overview(FILE *script, const ls_standings *all, int baseline)
{
  int count = all->plan->recipe_count;

  put_output(script, all, "all", 720, 70 + 22 * count);
  (void)fprintf(script, "$all << END\n");
  for (int i = 0; i < count; i++) {
    const ls_sample *s = &all->standings[i].test_accuracy;
    if (s->count > 0) {
      (void)fprintf(script, "%d %.9g %.9g %d\n", i, 100 * s->mean,
                    s->count > 1 ? 100 * s->half : 0, i == baseline);
    }
  }
  (void)fprintf(script, "END\nunset logscale y\nunset title\nset ytics (");
  for (int i = 0; i < count; i++) {
    (void)fprintf(script, "%s", i > 0 ? ", " : "");
    put_title(script, all, i);
    (void)fprintf(script, " %d", i);
  }
  (void)fprintf(
      script,
      ") noenhanced\nset yrange [%d:-0.7]\nset xrange [*:*]\n"
      "set xtics autofreq\nset xlabel 'test accuracy, %%'\n"
      "plot $all using 2:1:3 with xerrorbars pointtype 7 pointsize 0.6 "
      "linewidth 2 linecolor rgb '%s' notitle, "
      "$all using ($4 > 0.5 ? $2 : NaN):1 with points pointtype 7 pointsize 0.7 "
      "linecolor rgb '%s' notitle\n",
      count, line_color, "#c23b22");
}

static void put_script(FILE *script, const ls_standings *all)
{
  int baseline = 0;

  for (int i = 0; i < all->plan->recipe_count; i++) {
    put_data(script, all, i);
    baseline = all->standings[i].recipe == all->baseline ? i : baseline;
  }
  put_ranges(script, all);
  (void)fprintf(script,
                "set border 3 linecolor rgb '#888888'\nset tics nomirror\n"
                "set grid y linecolor rgb '#dddddd'\nset xtics %d\n"
                "set xrange [0:%d]\nset ytics textcolor rgb '#333333'\n"
                "set tmargin 1.7\n",
                (int)fmax(1, ceil((double)all->plan->config.epochs / 5)),
                (int)all->plan->config.epochs);
  for (int i = 0; i < all->plan->recipe_count; i++) {
    for (int p = 0;
         all->standings[i].counts[LS_OUTCOME_DONE] > 0 && p < LS_PICTURE_COUNT; p++) {
      put_picture(script, all, i, baseline, (ls_picture)p);
    }
  }
  put_overview(script, all, baseline);
}

// gnuplot reads the script from a file without a name, so nobody waits for anybody.
static ls_status run_gnuplot(FILE *script)
{
  // -d: without what the user has in ~/.gnuplot.
  char *arguments[] = {(char[]){"gnuplot"}, (char[]){"-d"}, NULL};
  posix_spawn_file_actions_t actions;
  pid_t child = 0;
  int outcome = 0;

  if (fflush(script) != 0 || fseek(script, 0, SEEK_SET) != 0) {
    return ls_fail(LS_E_IO, "cannot write the script of the pictures: %s",
                   strerror(errno));
  }
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, fileno(script), STDIN_FILENO);
  int failure = posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    return ls_fail(LS_E_IO, "cannot run 'gnuplot' (Debian: gnuplot-nox): %s",
                   strerror(failure));
  }
  while (waitpid(child, &outcome, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(outcome) && WEXITSTATUS(outcome) == 0
             ? LS_OK
             : ls_fail(LS_E_IO, "gnuplot failed to draw the report");
}

ls_status ls_pictures_draw(const ls_standings *all)
{
  char path[LS_COMPARE_PATH];

  (void)snprintf(path, sizeof path, "%s/plots", all->plan->config.out);
  ls_file_remove_tree(path);
  LS_TRY(ls_file_make_directory(path));
  FILE *script = tmpfile();
  if (!script) {
    return ls_fail(LS_E_IO, "cannot create a temporary file: %s", strerror(errno));
  }
  put_script(script, all);
  ls_status status = run_gnuplot(script);
  (void)fclose(script);
  return status;
}

// Ids must be unique in a page: each picture's get its name.
static ls_status rename_ids(char **out, const char *svg, const char *name)
{
  static const char *const marks[] = {"gnuplot_plot_", "gpDot", "gpPt",
                                      "gnuplot_canvas"};
  size_t bytes = strlen(svg) * 2 + 64;
  char *text = ls_alloc(bytes, 1);
  size_t used = 0;

  *out = text;
  if (!text) {
    return LS_E_NOMEM;
  }
  while (*svg && used + 64 < bytes) {
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
      if (strncmp(svg, marks[i], strlen(marks[i])) == 0) {
        used += (size_t)snprintf(text + used, bytes - used, "p%s-", name);
      }
    }
    text[used++] = *svg++;
  }
  return LS_OK;
}

ls_status ls_picture_read(char **out, const ls_standings *all, const char *name)
{
  char path[LS_COMPARE_PATH];
  char *text = NULL;

  *out = NULL;
  (void)snprintf(path, sizeof path, "%s/plots/%s.svg", all->plan->config.out, name);
  LS_TRY(ls_file_read(&text, path));
  const char *svg = strstr(text, "<svg");
  ls_status status =
      svg ? rename_ids(out, svg, name) : ls_fail(LS_E_FORMAT, "'%s' is no SVG", path);
  ls_free(text);
  return status;
}
