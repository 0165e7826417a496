/**
 * The plan as a file: a line a setting, `name=value`, as on the command line.
 */

#include "base/alloc.h"
#include "compare/file.h"
#include "compare/plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PLAN_BYTES = 1 << 16, SETTINGS = 4, MORE_MAX = 128 };

static ls_status store_schedules(const ls_plan *plan)
{
  char path[LS_COMPARE_PATH];
  char *text = NULL;

  (void)snprintf(path, sizeof path, "%s/schedules", plan->config.out);
  if (strcmp(path, plan->config.schedules) == 0) {
    return LS_OK;
  }
  LS_TRY(ls_file_read(&text, plan->config.schedules));
  ls_status status = ls_file_write(path, text);
  ls_free(text);
  return status;
}

ls_status ls_plan_store(const ls_plan *plan)
{
  const ls_compare_config *c = &plan->config;
  char path[LS_COMPARE_PATH];
  char *text = ls_alloc(PLAN_BYTES, 1);

  if (!text) {
    return LS_E_NOMEM;
  }
  size_t used = (size_t)snprintf(
      text, PLAN_BYTES,
      "out=%s\nprogram=%s\noptimizers=%s\nlr=%s\nseeds=%s\ndata=%s\nbaseline=%s\n"
      "epochs=%" PRId64 "\nholdout=%" PRId64 "\nranks-per-run=%" PRId64
      "\ntarget=%.17g\n",
      c->out, c->program, c->optimizers, c->rates, c->seeds, c->data,
      c->baseline ? c->baseline : "", c->epochs, c->holdout, c->ranks, c->target);
  for (int i = 0; i < c->more_count && used < PLAN_BYTES; i++) {
    used += (size_t)snprintf(text + used, PLAN_BYTES - used, "more=%s\n", c->more[i]);
  }
  (void)snprintf(path, sizeof path, "%s/plan", c->out);
  ls_status status = used < PLAN_BYTES
                         ? ls_file_write(path, text)
                         : ls_fail(LS_E_ARG, "the comparison's options are too long");
  ls_free(text);
  return status == LS_OK ? store_schedules(plan) : status;
}

static void set(ls_compare_config *c, const char **more, const char *name,
                const char *value)
{
  const struct {
    const char *name;
    const char **field;
  } texts[] = {{"out", &c->out},
               {"program", &c->program},
               {"optimizers", &c->optimizers},
               {"lr", &c->rates},
               {"seeds", &c->seeds},
               {"data", &c->data},
               {"baseline", &c->baseline}};
  const struct {
    const char *name;
    int64_t *field;
  } counts[] = {
      {"epochs", &c->epochs}, {"holdout", &c->holdout}, {"ranks-per-run", &c->ranks}};

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    if (strcmp(name, texts[i].name) == 0) {
      *texts[i].field = value;
    }
  }
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    if (strcmp(name, counts[i].name) == 0) {
      *counts[i].field = strtoll(value, NULL, 10);
    }
  }
  if (strcmp(name, "target") == 0) {
    c->target = strtod(value, NULL);
  }
  if (strcmp(name, "more") == 0 && c->more_count < MORE_MAX) {
    more[c->more_count++] = value;
  }
}

// `more` is the plan's from here on, also after a failure.
static ls_status make(ls_plan *plan, char *text, const char *directory,
                      const char **more)
{
  char schedules[LS_COMPARE_PATH];
  ls_compare_config config = {.out = directory, .more = more};
  char *rest = NULL;

  (void)snprintf(schedules, sizeof schedules, "%s/schedules", directory);
  config.schedules = schedules;
  for (char *line = strtok_r(text, "\n", &rest); line;
       line = strtok_r(NULL, "\n", &rest)) {
    char *equals = strchr(line, '=');
    if (equals) {
      *equals = '\0';
      set(&config, more, line, equals + 1);
    }
  }
  plan->more = more;
  if (!config.program || !config.optimizers || !config.rates || !config.seeds ||
      !config.data || config.epochs < 1 || config.ranks < 1) {
    return ls_fail(LS_E_FORMAT, "'%s/plan' is not the plan of a comparison", directory);
  }
  if (config.baseline && *config.baseline == '\0') {
    config.baseline = NULL;
  }
  ls_status status = ls_plan_make(plan, &config);
  plan->config.schedules = NULL; // it was ours; a report does not need it
  plan->config.out = directory;  // where it is now
  plan->more = more;
  return status;
}

ls_status ls_plan_load(ls_plan *plan, const char *directory)
{
  char path[LS_COMPARE_PATH];
  char *text = NULL;

  *plan = (ls_plan){0};
  (void)snprintf(path, sizeof path, "%s/plan", directory);
  LS_TRY(ls_file_read(&text, path));
  const char **more = ls_alloc(MORE_MAX, sizeof *more);
  ls_status status = more ? make(plan, text, directory, more) : LS_E_NOMEM;
  plan->texts[SETTINGS] = text;
  return status;
}
