#ifndef COMPARE_PLAN_H
#define COMPARE_PLAN_H

/**
 * What is compared: recipes (a schedule, an optimizer, a rate) and their runs, one a
 * seed.
 */

#include "lockstep/compare.h"

#include <stdio.h>

enum { LS_COMPARE_PATH = 4096, LS_COMPARE_COMMAND = 16384, LS_COMPARE_WORDS = 256 };

typedef struct ls_recipe {
  const char *name;     /* of the schedule */
  const char *schedule; /* its text */
  const char *optimizer;
  const char *rate;
} ls_recipe;

/** Everything borrowed lies in `texts`, but for what a given config borrows. */
typedef struct ls_plan {
  ls_compare_config config;
  const char *run_out; /* config.out when the runs were started: in their commands */
  const char **more;   /* config.more of a plan that was loaded */
  char *texts[5];      /* copies that lists point into */
  ls_recipe *recipes;  /* [recipe_count], schedules slowest */
  int recipe_count;
  const char **seeds; /* [seed_count] */
  int seed_count;
} ls_plan;

/**
 * Make the plan of a comparison.
 *
 * Local.
 *
 * plan      out: to be released by ls_plan_clear, also after a failure
 * returns   LS_OK
 *             LS_E_ARG  a list or a schedule is malformed; the text says where
 *             LS_E_IO, LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_plan_make(ls_plan *plan, const ls_compare_config *config);

/** Release it; a zeroed one is fine.  Local. */
void ls_plan_clear(ls_plan *plan);

/** Number of runs.  Local. */
int ls_plan_run_count(const ls_plan *plan);

/** Write the directory of run `index` into path [LS_COMPARE_PATH].  Local. */
void ls_plan_directory(char *path, const ls_plan *plan, int index);

/**
 * The command of run `index`.
 *
 * Local.
 *
 * words     [LS_COMPARE_WORDS] out: ended by NULL; borrow from the plan and `storage`
 * storage   [LS_COMPARE_COMMAND] out
 */
void ls_plan_command(const char **words, char *storage, const ls_plan *plan, int index);

/**
 * Store the plan in its directory.
 *
 * Local.
 *
 * returns   LS_OK
 *             LS_E_IO
 */
LS_NODISCARD ls_status ls_plan_store(const ls_plan *plan);

/**
 * Read the plan of a directory.
 *
 * Local.
 *
 * returns   as ls_plan_make
 *             LS_E_MISSING  there is none
 */
LS_NODISCARD ls_status ls_plan_load(ls_plan *plan, const char *directory);

#endif
