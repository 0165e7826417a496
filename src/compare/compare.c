#include "lockstep/compare.h"

#include "base/log.h"
#include "compare/file.h"
#include "compare/pool.h"
#include "compare/standing.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

// A wrong option fails every run, and then there is nothing to compare.
static bool all_have_failed(const ls_standings *standings)
{
  int failed = 0;
  int others = 0;

  for (int i = 0; i < standings->plan->recipe_count; i++) {
    const int *counts = standings->standings[i].counts;
    failed += counts[LS_OUTCOME_FAILED];
    others += counts[LS_OUTCOME_DONE] + counts[LS_OUTCOME_DIVERGED];
  }
  return failed > 0 && others == 0;
}

static ls_status report(const ls_plan *plan)
{
  ls_standings standings;
  ls_status status = ls_standings_make(&standings, plan);

  if (status == LS_OK) {
    ls_standings_print(&standings);
    status = ls_standings_write(&standings);
  }
  if (status == LS_OK) {
    status = ls_markdown_write(&standings);
  }
  if (status == LS_OK) {
    status = ls_page_write(&standings);
  }
  if (status == LS_OK) {
    ls_log_say("\n  %s/report.html\n  %s/results.csv\n", plan->config.out,
               plan->config.out);
  }
  if (status == LS_OK && all_have_failed(&standings)) {
    status = ls_fail(LS_E_ARG, "all runs have failed; remove '%s/runs' to try again",
                     plan->config.out);
  }
  ls_standings_clear(&standings);
  return status;
}

// Those that this process may use: a batch system hands out a part of a node.
static int64_t count_cores(void)
{
  cpu_set_t allowed;

  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
    return CPU_COUNT(&allowed);
  }
  return sysconf(_SC_NPROCESSORS_ONLN);
}

static int count_jobs(const ls_compare_config *config)
{
  int64_t jobs = config->jobs ? config->jobs : count_cores() / config->ranks;

  return jobs < 1 ? 1 : jobs > 1024 ? 1024 : (int)jobs;
}

// "2/8": the second of eight.
static ls_status read_part(int *first, int *stride, const char *part)
{
  char more = '\0';

  *first = 1;
  *stride = 1;
  if (part && (sscanf(part, "%d/%d%c", first, stride, &more) != 2 || *stride < 1 ||
               *first < 1 || *first > *stride)) {
    return ls_fail(LS_E_ARG, "--part: '%s' is not like 2/8", part);
  }
  --*first;
  return LS_OK;
}

static ls_status train(const ls_plan *plan)
{
  int first = 0;
  int stride = 1;
  char runs[LS_COMPARE_PATH];

  LS_TRY(read_part(&first, &stride, plan->config.part));
  (void)snprintf(runs, sizeof runs, "%s/runs", plan->config.out);
  LS_TRY(ls_file_make_directory(runs));
  LS_TRY(ls_plan_store(plan));
  return ls_pool_run(plan, first, stride, count_jobs(&plan->config));
}

ls_status ls_compare_run(const ls_compare_config *config)
{
  ls_plan plan;
  ls_status status = ls_plan_make(&plan, config);

  if (status == LS_OK) {
    status = train(&plan);
  }
  if (status == LS_OK && !config->part) {
    status = report(&plan);
  }
  if (status == LS_STOPPED) {
    ls_log_say("%s\n", ls_status_message());
  }
  ls_plan_clear(&plan);
  return status;
}

ls_status ls_compare_collect(const char *directory)
{
  ls_plan plan;
  ls_status status = ls_plan_load(&plan, directory);

  if (status == LS_OK) {
    status = report(&plan);
  }
  ls_plan_clear(&plan);
  return status;
}
