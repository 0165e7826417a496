#ifndef LOCKSTEP_COMPARE_H
#define LOCKSTEP_COMPARE_H

/**
 * Comparing recipes: every schedule with every optimizer, rate and seed, each an
 * independent `lockstep train`, and what statistics say about them.
 *
 *   DIR/plan            what is compared, for --collect
 *   DIR/schedules       a copy of the schedules
 *   DIR/runs/<run>/     `records`, `messages`, `result`, and the run's directory `run`
 *   DIR/results.csv     a row a run
 *   DIR/table.md        the table in Markdown
 *   DIR/report.html     one page, without need for anything else
 *
 * A run is finished when it has a `result` of the same command; only others are
 * started.
 */

#include "lockstep/status.h"

#include <stdint.h>

typedef struct ls_compare_config {
  const char *out;         /* directory of the comparison */
  const char *schedules;   /* file: a line each, `name: schedule`; '#' comments */
  const char *optimizers;  /* "sgd; adam(beta1=0.8)" */
  const char *rates;       /* "0.05,0.1" */
  const char *seeds;       /* "1..5", "1,4,9" */
  const char *data;        /* directory of IDX files */
  const char *baseline;    /* name of a schedule; NULL: the first */
  const char *part;        /* "2/8": only the second eighth of the runs; NULL: all */
  int64_t epochs;          /* of each run */
  int64_t holdout;         /* training rows that choices are made on; 0: test rows */
  int64_t jobs;            /* runs at a time; 0: cores / ranks of a run */
  int64_t ranks;           /* of a run; above 1: under mpirun */
  double target;           /* accuracy that is to be reached, 0.97 */
  const char *program;     /* path of lockstep */
  const char *const *more; /* [more_count] further options of `lockstep train` */
  int more_count;
} ls_compare_config;

/**
 * Train what is missing, then report.
 *
 * Local.  Without MPI.  Prints a table on stdout.
 *
 * returns   LS_OK      also where runs have diverged or failed: they are rows that say
 *           so
 *             LS_E_ARG, LS_E_IO, LS_E_NOMEM
 *             LS_STOPPED  SIGINT or SIGTERM; all runs were ended; run again to go on
 */
LS_API LS_NODISCARD ls_status ls_compare_run(const ls_compare_config *config);

/**
 * Report on a directory as it is, without training.
 *
 * Local.
 *
 * returns   as ls_compare_run; LS_E_MISSING  there is no comparison
 */
LS_API LS_NODISCARD ls_status ls_compare_collect(const char *directory);

#endif
