#ifndef COMPARE_STANDING_H
#define COMPARE_STANDING_H

/**
 * Recipes with what their runs came to, in order.
 *
 * Ranked by the accuracy on the validation rows after the last epoch: rows that are
 * held out, so that no choice is made on the test rows, which each run has used once;
 * with --holdout 0 the test rows.
 */

#include "compare/result.h"
#include "compare/statistics.h"

typedef struct ls_standing {
  const ls_recipe *recipe;
  const ls_result *results; /* [seed_count] of its runs */
  ls_sample val_accuracy;   /* over the runs that are done */
  ls_sample test_accuracy;
  ls_sample difference; /* of test accuracies to the baseline's, over the same seeds */
  ls_sample reach_epochs; /* over the runs that reached the target */
  ls_sample reach_seconds;
  int counts[4]; /* of runs, by ls_outcome */
} ls_standing;

typedef struct ls_standings {
  const ls_plan *plan;
  ls_result *results;     /* [runs] */
  ls_standing *standings; /* [recipe_count], best first */
  const ls_recipe *baseline;
} ls_standings;

/**
 * Read all results and rank the recipes.
 *
 * Local.
 *
 * standings   out: to be released by ls_standings_clear, also after a failure
 * plan        borrowed
 * returns     LS_OK
 *               LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_standings_make(ls_standings *standings, const ls_plan *plan);

/** Release them; zeroed ones are fine.  Local. */
void ls_standings_clear(ls_standings *standings);

/** Whether schedules, optimizers or rates differ between recipes.  Local. */
bool ls_standings_differ(const ls_standings *standings, char what);

/** Whether recipes are ranked by held-out rows; else by the test rows.  Local. */
bool ls_standings_have_held_out(const ls_standings *standings);

/** Print the table on stdout.  Local. */
void ls_standings_print(const ls_standings *standings);

/** Write results.csv.  Local.  LS_E_IO where that fails. */
LS_NODISCARD ls_status ls_standings_write(const ls_standings *standings);

/** Write table.md, the table in Markdown.  Local.  LS_E_IO where that fails. */
LS_NODISCARD ls_status ls_markdown_write(const ls_standings *standings);

/** Write report.html.  Local.  LS_E_IO where that fails or gnuplot is missing. */
LS_NODISCARD ls_status ls_page_write(const ls_standings *standings);

#endif
