#include "compare/standing.h"

#include "base/alloc.h"
#include "base/log.h"
#include "compare/file.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS_MAX = 1024, ROW_BYTES = 1024, RECIPE_COLUMNS = 20 };

// Some figure of those runs that are done, or, with `reached`, that met the target.
static ls_sample sum_up(const ls_result *results, int count, size_t offset,
                        bool reached)
{
  double values[SEEDS_MAX];
  int used = 0;

  for (int i = 0; i < count && used < SEEDS_MAX; i++) {
    if (results[i].outcome == LS_OUTCOME_DONE &&
        (!reached || results[i].reach_epochs > 0)) {
      values[used++] =
          *(const double *)(const void *)((const char *)&results[i] + offset);
    }
  }
  return ls_sample_of(values, used);
}

static ls_sample sum_epochs(const ls_result *results, int count)
{
  double values[SEEDS_MAX];
  int used = 0;

  for (int i = 0; i < count && used < SEEDS_MAX; i++) {
    if (results[i].outcome == LS_OUTCOME_DONE && results[i].reach_epochs > 0) {
      values[used++] = (double)results[i].reach_epochs;
    }
  }
  return ls_sample_of(values, used);
}

// Over the seeds of which both have a run that is done.
static ls_sample compare(const ls_result *results, const ls_result *baseline, int count)
{
  double values[SEEDS_MAX];
  int used = 0;

  for (int i = 0; i < count && used < SEEDS_MAX; i++) {
    if (results[i].outcome == LS_OUTCOME_DONE &&
        baseline[i].outcome == LS_OUTCOME_DONE) {
      values[used++] = results[i].test_accuracy - baseline[i].test_accuracy;
    }
  }
  return ls_sample_of(values, used);
}

static void fill(ls_standing *s, const ls_recipe *recipe, const ls_result *results,
                 int seeds)
{
  *s = (ls_standing){.recipe = recipe, .results = results};
  s->val_accuracy = sum_up(results, seeds, offsetof(ls_result, val_accuracy), false);
  s->test_accuracy = sum_up(results, seeds, offsetof(ls_result, test_accuracy), false);
  s->reach_seconds = sum_up(results, seeds, offsetof(ls_result, reach_seconds), true);
  s->reach_epochs = sum_epochs(results, seeds);
  for (int i = 0; i < seeds; i++) {
    s->counts[results[i].outcome]++;
  }
}

// Runs that are not done count as nothing learnt; the plan's order breaks ties.
static double merit(const ls_standing *s)
{
  int runs = 0;
  for (int i = 0; i < 4; i++) {
    runs += s->counts[i];
  }
  return s->val_accuracy.count ? s->val_accuracy.mean * s->val_accuracy.count / runs
                               : 0;
}

static int by_merit(const void *left, const void *right)
{
  const ls_standing *a = left;
  const ls_standing *b = right;
  double x = merit(a);
  double y = merit(b);

  return x > y ? -1 : x < y ? 1 : a->recipe < b->recipe ? -1 : 1;
}

// The best recipe of the baseline's schedule, by validation like everything else.
static const ls_standing *find_baseline(const ls_standings *all)
{
  const ls_plan *plan = all->plan;
  const char *name =
      plan->config.baseline ? plan->config.baseline : plan->recipes[0].name;

  for (int i = 0; i < plan->recipe_count; i++) {
    if (strcmp(all->standings[i].recipe->name, name) == 0) {
      return &all->standings[i];
    }
  }
  return &all->standings[0];
}

ls_status ls_standings_make(ls_standings *all, const ls_plan *plan)
{
  size_t recipes = (size_t)plan->recipe_count;
  size_t seeds = (size_t)plan->seed_count;

  *all = (ls_standings){.plan = plan};
  all->results = ls_alloc(recipes * seeds, sizeof *all->results);
  all->standings = ls_alloc(recipes, sizeof *all->standings);
  if (!all->results || !all->standings) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < ls_plan_run_count(plan); i++) {
    LS_TRY(ls_result_read(&all->results[i], plan, i));
  }
  for (int i = 0; i < plan->recipe_count; i++) {
    fill(&all->standings[i], &plan->recipes[i], all->results + i * plan->seed_count,
         plan->seed_count);
  }
  qsort(all->standings, recipes, sizeof *all->standings, by_merit);
  const ls_standing *baseline = find_baseline(all);
  all->baseline = baseline->recipe;
  for (int i = 0; i < plan->recipe_count; i++) {
    ls_standing *s = &all->standings[i];
    s->difference = compare(s->results, baseline->results, plan->seed_count);
  }
  return LS_OK;
}

void ls_standings_clear(ls_standings *all)
{
  for (int i = 0; all->results && i < ls_plan_run_count(all->plan); i++) {
    ls_result_clear(&all->results[i]);
  }
  ls_free(all->results);
  ls_free(all->standings);
  *all = (ls_standings){0};
}

bool ls_standings_differ(const ls_standings *all, char what)
{
  const ls_recipe *first = &all->plan->recipes[0];

  for (int i = 1; i < all->plan->recipe_count; i++) {
    const ls_recipe *r = &all->plan->recipes[i];
    if (strcmp(what == 'o' ? r->optimizer : r->rate,
               what == 'o' ? first->optimizer : first->rate) != 0) {
      return true;
    }
  }
  return false;
}

static void print_difference(char *text, size_t bytes, const ls_standings *all,
                             const ls_standing *s)
{
  if (s->recipe == all->baseline) {
    (void)snprintf(text, bytes, "baseline");
  } else if (s->difference.count == 0) {
    (void)snprintf(text, bytes, "-");
  } else if (s->difference.count == 1) {
    (void)snprintf(text, bytes, "%+.2f", 100 * s->difference.mean);
  } else {
    (void)snprintf(text, bytes, "%+.2f +- %.2f", 100 * s->difference.mean,
                   100 * s->difference.half);
  }
}

static void print_row(const ls_standings *all, int index, int seeds)
{
  const ls_standing *s = &all->standings[index];
  char recipe[512];
  char difference[40];
  char reached[40] = "-";
  char figures[40] = "";
  char number[12];
  bool optimizers = ls_standings_differ(all, 'o');
  bool rates = ls_standings_differ(all, 'r');

  (void)snprintf(number, sizeof number, "%d", index + 1);
  (void)snprintf(recipe, sizeof recipe, "%s%s%s%s%s", s->recipe->name,
                 optimizers ? " " : "", optimizers ? s->recipe->optimizer : "",
                 rates ? " " : "", rates ? s->recipe->rate : "");
  print_difference(difference, sizeof difference, all, s);
  if (s->reach_epochs.count > 0) {
    (void)snprintf(reached, sizeof reached, "%4.1f %6.1f", s->reach_epochs.mean,
                   s->reach_seconds.mean);
  }
  if (s->test_accuracy.count > 0) {
    (void)snprintf(figures, sizeof figures, "%6.2f %6.2f %5.2f",
                   100 * s->val_accuracy.mean, 100 * s->test_accuracy.mean,
                   100 * s->test_accuracy.sd);
  }
  // What does not fit beside the figures stands whole above them.
  bool above = strlen(recipe) > RECIPE_COLUMNS;
  if (above) {
    ls_log_record("%3s  %s", number, recipe);
  }
  ls_log_record("%3.*s  %-*s %2d/%-2d %19s %-15s %11s", above ? 0 : 3, number,
                RECIPE_COLUMNS, above ? "" : recipe, s->test_accuracy.count, seeds,
                figures, difference, reached);
}

bool ls_standings_have_held_out(const ls_standings *all)
{
  return all->plan->config.holdout > 0;
}

void ls_standings_print(const ls_standings *all)
{
  int seeds = all->plan->seed_count;
  const bool held = ls_standings_have_held_out(all);
  int missing = 0;
  int others = 0;

  ls_log_record("     %-*s runs %6s   test    sd test, 95 %%      to %.4g %%\n"
                "     %-*s      %6s      %%       to baseline     epochs  sec",
                RECIPE_COLUMNS, "", held ? "held" : "valid.",
                100 * all->plan->config.target, RECIPE_COLUMNS, "recipe",
                held ? "out %" : "%");
  for (int i = 0; i < all->plan->recipe_count; i++) {
    print_row(all, i, seeds);
  }
  for (int i = 0; i < ls_plan_run_count(all->plan); i++) {
    const ls_result *r = &all->results[i];
    const ls_recipe *recipe = &all->plan->recipes[i / seeds];
    missing += r->outcome == LS_OUTCOME_MISSING;
    others += r->outcome == LS_OUTCOME_MISSING && *r->reason != '\0';
    if (r->outcome != LS_OUTCOME_DONE && r->outcome != LS_OUTCOME_MISSING) {
      ls_log_record("%s: %s, %s, rate %s, seed %s%s%s", ls_outcome_word(r->outcome),
                    recipe->name, recipe->optimizer, recipe->rate,
                    all->plan->seeds[i % seeds], *r->reason ? ": " : "", r->reason);
    }
  }
  if (missing > 0) {
    ls_log_record("missing: %d of %d runs", missing, ls_plan_run_count(all->plan));
  }
  if (others > 0) {
    ls_log_record("of these %d ha%s a result of another command", others,
                  others == 1 ? "s" : "ve");
  }
}

// A field of CSV: in quotes where it must be.
static size_t put_field(char *out, size_t bytes, const char *text)
{
  size_t used = 0;
  bool quotes = strpbrk(text, ",\"\n") != NULL;

  if (quotes && used + 1 < bytes) {
    out[used++] = '"';
  }
  for (; *text && used + 3 < bytes; text++) {
    if (*text == '"') {
      out[used++] = '"';
    }
    out[used++] = *text;
  }
  if (quotes) {
    out[used++] = '"';
  }
  out[used] = '\0';
  return used;
}

static size_t put_run(char *out, size_t bytes, const ls_standings *all, int index)
{
  const ls_recipe *recipe = &all->plan->recipes[index / all->plan->seed_count];
  const ls_result *r = &all->results[index];
  const char *words[] = {recipe->name,
                         recipe->schedule,
                         recipe->optimizer,
                         recipe->rate,
                         all->plan->seeds[index % all->plan->seed_count],
                         ls_outcome_word(r->outcome)};
  size_t used = 0;

  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    used += put_field(out + used, bytes - used, words[i]);
    out[used++] = ',';
  }
  if (r->outcome == LS_OUTCOME_DONE) {
    used += (size_t)snprintf(out + used, bytes - used, "%.9g,%.9g,%.9g,",
                             r->val_accuracy, r->test_accuracy, r->test_loss);
  } else {
    used += (size_t)snprintf(out + used, bytes - used, ",,,");
  }
  if (r->reach_epochs > 0) {
    used += (size_t)snprintf(out + used, bytes - used, "%" PRId64 ",%.3f,",
                             r->reach_epochs, r->reach_seconds);
  } else {
    used += (size_t)snprintf(out + used, bytes - used, ",,");
  }
  used += (size_t)snprintf(out + used, bytes - used, "%.3f,", r->seconds);
  used += put_field(out + used, bytes - used, r->reason);
  out[used++] = '\n';
  out[used] = '\0';
  return used;
}

ls_status ls_standings_write(const ls_standings *all)
{
  char path[LS_COMPARE_PATH];
  size_t texts = 0;
  int runs = ls_plan_run_count(all->plan);

  for (int i = 0; i < all->plan->recipe_count; i++) {
    texts += 2 * strlen(all->plan->recipes[i].schedule);
  }
  size_t bytes = ((size_t)runs + 1) * ROW_BYTES + texts * (size_t)all->plan->seed_count;
  char *text = ls_alloc(bytes, 1);
  if (!text) {
    return LS_E_NOMEM;
  }
  size_t used = (size_t)snprintf(
      text, bytes,
      "name,schedule,optimizer,lr,seed,outcome,val_accuracy,test_accuracy,test_loss,"
      "reach_epochs,reach_seconds,seconds,reason\n");
  for (int i = 0; i < runs; i++) {
    used += put_run(text + used, bytes - used, all, i);
  }
  (void)snprintf(path, sizeof path, "%s/results.csv", all->plan->config.out);
  ls_status status = ls_file_write(path, text);
  ls_free(text);
  return status;
}
