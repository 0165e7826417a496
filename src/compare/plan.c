#include "compare/plan.h"

#include "base/alloc.h"
#include "base/log.h"
#include "compare/file.h"
#include "lockstep/optimizer.h"
#include "lockstep/schedule.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { SCHEDULES, OPTIMIZERS, RATES, SEEDS, SETTINGS };

static char *trim(char *text)
{
  text += strspn(text, " \t\r\n");
  size_t length = strlen(text);
  while (length > 0 && strchr(" \t\r\n", text[length - 1])) {
    text[--length] = '\0';
  }
  return text;
}

// Cuts a text in place; returns how many words there are, and fills `words` if not
// NULL.
static int cut(const char **words, char *text, char separator)
{
  int count = 0;

  while (text) {
    char *end = strchr(text, separator);
    if (end) {
      *end = '\0';
    }
    char *word = trim(text);
    if (*word) {
      words[count++] = word;
    }
    text = end ? end + 1 : NULL;
  }
  return count;
}

static ls_status list_words(const char ***out, int *count, char *text, char separator)
{
  size_t most = 2;

  for (const char *c = text; *c; c++) {
    most += *c == separator;
  }
  *out = ls_alloc(most, sizeof **out);
  if (!*out) {
    return LS_E_NOMEM;
  }
  *count = cut(*out, text, separator);
  return LS_OK;
}

static ls_status copy(ls_plan *plan, int which, const char *text)
{
  plan->texts[which] = ls_alloc_text(text, strlen(text));
  return plan->texts[which] ? LS_OK : LS_E_NOMEM;
}

// "1..5" as "1,2,3,4,5".
static ls_status spell_seeds(ls_plan *plan, const char *text)
{
  unsigned long long first = 0;
  unsigned long long last = 0;
  char spelled[24 * 1000] = "";
  size_t used = 0;
  char more = '\0';

  if (!strstr(text, "..")) {
    return copy(plan, SEEDS, text);
  }
  if (sscanf(text, " %llu..%llu %c", &first, &last, &more) != 2 || strchr(text, '-') ||
      last < first || last - first >= 1000) {
    return ls_fail(LS_E_ARG, "--seeds: '%s' is not a run of 1 to 1000 seeds", text);
  }
  for (unsigned long long i = 0; i <= last - first; i++) {
    used += (size_t)snprintf(spelled + used, sizeof spelled - used, "%llu,", first + i);
  }
  return copy(plan, SEEDS, spelled);
}

static ls_status check_schedule(const char *name, const char *text)
{
  ls_schedule *parsed = NULL;
  ls_status status = ls_schedule_parse(&parsed, text, NULL);

  ls_schedule_destroy(parsed);
  return status == LS_OK
             ? LS_OK
             : ls_fail(LS_E_ARG, "schedule '%s': %s", name, ls_status_message());
}

// A line `name: schedule`; without a name, the text is the name.
static ls_status read_schedule(ls_recipe *out, char *line)
{
  char *colon = strchr(line, ':');

  out->name = line;
  out->schedule = line;
  if (colon) {
    *colon = '\0';
    out->name = trim(line);
    out->schedule = trim(colon + 1);
  }
  return check_schedule(out->name, out->schedule);
}

static void drop_comments(char *text)
{
  for (char *c = strchr(text, '#'); c; c = strchr(c, '#')) {
    while (*c && *c != '\n') {
      *c++ = ' ';
    }
  }
}

static ls_status check_numbers(const char **words, int count, const char *option)
{
  for (int i = 0; i < count; i++) {
    char *end = NULL;
    double value = strtod(words[i], &end);
    if (*end || !(value >= 0) || !isfinite(value)) {
      return ls_fail(LS_E_ARG, "%s: '%s' is not a number", option, words[i]);
    }
  }
  return count > 0 ? LS_OK : ls_fail(LS_E_ARG, "%s: nothing is given", option);
}

// Whole numbers, each once: two runs of one seed would share a directory.
static ls_status check_seeds(const char **seeds, int count)
{
  LS_TRY(check_numbers(seeds, count, "--seeds"));
  for (int i = 0; i < count; i++) {
    if (seeds[i][strspn(seeds[i], "0123456789")] != '\0') {
      return ls_fail(LS_E_ARG, "--seeds: '%s' is not a whole number", seeds[i]);
    }
    for (int j = 0; j < i; j++) {
      if (strcmp(seeds[i], seeds[j]) == 0) {
        return ls_fail(LS_E_ARG, "--seeds: '%s' is given twice", seeds[i]);
      }
    }
  }
  return LS_OK;
}

// Every line with every optimizer and rate.
static ls_status multiply(ls_plan *plan, const char **lines, int line_count,
                          const char **optimizers, int optimizer_count,
                          const char **rates, int rate_count)
{
  size_t count = (size_t)line_count * (size_t)optimizer_count * (size_t)rate_count;

  plan->recipes = ls_alloc(count, sizeof *plan->recipes);
  if (!plan->recipes) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < line_count; i++) {
    ls_recipe recipe = {0};
    char *line = plan->texts[SCHEDULES] + (lines[i] - plan->texts[SCHEDULES]);
    LS_TRY(read_schedule(&recipe, line));
    for (int j = 0; j < optimizer_count * rate_count; j++) {
      recipe.optimizer = optimizers[j / rate_count];
      recipe.rate = rates[j % rate_count];
      plan->recipes[plan->recipe_count++] = recipe;
    }
  }
  return LS_OK;
}

static ls_status list_recipes(ls_plan *plan)
{
  const char **lines = NULL, **optimizers = NULL, **rates = NULL;
  int line_count = 0, optimizer_count = 0, rate_count = 0;

  drop_comments(plan->texts[SCHEDULES]);
  ls_status status = list_words(&lines, &line_count, plan->texts[SCHEDULES], '\n');
  if (status == LS_OK) {
    status = list_words(&optimizers, &optimizer_count, plan->texts[OPTIMIZERS], ';');
  }
  if (status == LS_OK) {
    status = list_words(&rates, &rate_count, plan->texts[RATES], ',');
  }
  if (status == LS_OK) {
    status = check_numbers(rates, rate_count, "--lr");
  }
  for (int i = 0; status == LS_OK && i < optimizer_count; i++) {
    status = ls_optimizer_check(optimizers[i], "none");
  }
  if (status == LS_OK && (line_count == 0 || optimizer_count == 0)) {
    status = ls_fail(LS_E_ARG, "'%s' holds no schedule, or there is no optimizer",
                     plan->config.schedules);
  }
  if (status == LS_OK) {
    status = multiply(plan, lines, line_count, optimizers, optimizer_count, rates,
                      rate_count);
  }
  ls_free(lines);
  ls_free(optimizers);
  ls_free(rates);
  return status;
}

static ls_status check_names(const ls_plan *plan)
{
  const char *baseline = plan->config.baseline;
  bool found = baseline == NULL;

  for (int i = 0; i < plan->recipe_count; i++) {
    const ls_recipe *a = &plan->recipes[i];
    found = found || strcmp(a->name, baseline) == 0;
    for (int j = 0; j < i; j++) {
      const ls_recipe *b = &plan->recipes[j];
      if (strcmp(a->name, b->name) == 0 && strcmp(a->rate, b->rate) == 0 &&
          strcmp(a->optimizer, b->optimizer) == 0) {
        return ls_fail(LS_E_ARG, "'%s' stands twice in '%s'", a->name,
                       plan->config.schedules);
      }
    }
  }
  return found ? LS_OK
               : ls_fail(LS_E_ARG, "--baseline: no schedule is named '%s'", baseline);
}

ls_status ls_plan_make(ls_plan *plan, const ls_compare_config *config)
{
  *plan = (ls_plan){.config = *config, .run_out = config->out};
  LS_TRY(ls_file_read(&plan->texts[SCHEDULES], config->schedules));
  LS_TRY(copy(plan, OPTIMIZERS, config->optimizers));
  LS_TRY(copy(plan, RATES, config->rates));
  LS_TRY(spell_seeds(plan, config->seeds));
  LS_TRY(list_words(&plan->seeds, &plan->seed_count, plan->texts[SEEDS], ','));
  LS_TRY(check_seeds(plan->seeds, plan->seed_count));
  LS_TRY(list_recipes(plan));
  return check_names(plan);
}

void ls_plan_clear(ls_plan *plan)
{
  for (size_t i = 0; i < sizeof plan->texts / sizeof *plan->texts; i++) {
    ls_free(plan->texts[i]);
  }
  ls_free(plan->recipes);
  ls_free(plan->seeds);
  ls_free(plan->more);
  *plan = (ls_plan){0};
}

int ls_plan_run_count(const ls_plan *plan)
{
  return plan->recipe_count * plan->seed_count;
}

// Letters, digits, dots and dashes alone.
static size_t put_slug(char *out, size_t bytes, const char *text)
{
  size_t used = 0;

  for (; *text && used + 1 < bytes; text++) {
    bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
                 (*text >= '0' && *text <= '9') || *text == '.';
    if (plain || (used > 0 && out[used - 1] != '-')) {
      out[used++] = plain ? *text : '-';
    }
  }
  while (used > 0 && out[used - 1] == '-') {
    used--;
  }
  out[used] = '\0';
  return used;
}

static void directory_in(char *path, const char *out, const ls_plan *plan, int index)
{
  const ls_recipe *recipe = &plan->recipes[index / plan->seed_count];
  char name[64];
  char optimizer[64];

  // The number keeps apart what slugs do not.
  (void)put_slug(name, sizeof name, recipe->name);
  (void)put_slug(optimizer, sizeof optimizer, recipe->optimizer);
  (void)snprintf(path, LS_COMPARE_PATH, "%s/runs/%03d-%s-%s-%s-%s", out,
                 index / plan->seed_count, name, optimizer, recipe->rate,
                 plan->seeds[index % plan->seed_count]);
}

void ls_plan_directory(char *path, const ls_plan *plan, int index)
{
  directory_in(path, plan->config.out, plan, index);
}

// A word, printed into the storage.
static void put(const char **words, int *count, char *storage, size_t *used,
                const char *word)
{
  size_t length = strlen(word) + 1;

  if (*count + 1 < LS_COMPARE_WORDS && *used + length <= LS_COMPARE_COMMAND) {
    memcpy(storage + *used, word, length);
    words[(*count)++] = storage + *used;
    *used += length;
  }
  words[*count] = NULL;
}

void ls_plan_command(const char **words, char *storage, const ls_plan *plan, int index)
{
  const ls_compare_config *c = &plan->config;
  const ls_recipe *recipe = &plan->recipes[index / plan->seed_count];
  char ranks[24], epochs[24], holdout[24];
  char out[LS_COMPARE_PATH];
  int count = 0;
  size_t used = 0;

  (void)snprintf(ranks, sizeof ranks, "%" PRId64, c->ranks);
  (void)snprintf(epochs, sizeof epochs, "%" PRId64, c->epochs);
  (void)snprintf(holdout, sizeof holdout, "%" PRId64, c->holdout);
  directory_in(out, plan->run_out, plan, index);
  (void)snprintf(out + strlen(out), sizeof out - strlen(out), "/run");
  // mpirun counts slots for itself alone, and knows nothing of the other runs.
  const char *launcher[] = {"mpirun",    "-n",   ranks,
                            "--bind-to", "none", "--oversubscribe"};
  const char *fixed[] = {c->program,     "train",
                         "--schedule",   recipe->schedule,
                         "--optimizer",  recipe->optimizer,
                         "--lr",         recipe->rate,
                         "--seed",       plan->seeds[index % plan->seed_count],
                         "--epochs",     epochs,
                         "--holdout",    holdout,
                         "--data",       c->data,
                         "--out",        out,
                         "--save-every", "never",
                         "--quiet"};
  for (size_t i = 0; c->ranks > 1 && i < sizeof launcher / sizeof *launcher; i++) {
    put(words, &count, storage, &used, launcher[i]);
  }
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) {
    put(words, &count, storage, &used, fixed[i]);
  }
  for (int i = 0; i < c->more_count; i++) {
    put(words, &count, storage, &used, c->more[i]);
  }
}
