#ifndef TESTS_COMM_REDUCTION_BENCH_H
#define TESTS_COMM_REDUCTION_BENCH_H

/**
 * A reduction under test, and a record of all that it calls.
 */

#include "lockstep/reduction.h"
#include "reduction_case.h"

/** The flag that skips a step, the most edges that a case may have, and how often there
 * is something to do ahead. */
enum { SKIP_FLAG = 1, EDGES = 512, SOME_AHEAD = 3 };

/** A run as this rank sees it, and what a serial program makes of it. */
typedef struct bench {
  const reduction_case *c;
  ls_comm *comm;
  ls_reduction *reduction;
  float *expected; /* [count] weights */
  float *bounds;   /* [count] sums of magnitudes, for rounding */
  float *slot;     /* [own.count] the last gradient */
  float *summed;   /* [count] the last gradient, from the serial program */
  int *updates;    /* [count] how often this rank has updated each weight */
  int *fills;      /* [part_count][count] how often each was filled in this step */
  double squares;  /* of the last gradient, as this rank has learnt it */
  int ahead;       /* how often what needs no weights of the next step was asked for */
  int some_ahead;  /* how often a little of that, while messages are on their way */
  int thin_fills;  /* how often lines were filled where they are sent from */
  int late_fills;  /* what was filled after that */
  int step;
  bool is_last;
} bench;

/**
 * Create it.
 *
 * Collective over all processes.
 *
 * bench   out: to be released by bench_close
 * c       must outlive it
 */
void bench_open(bench *bench, const reduction_case *c);

/** Release it.  Collective over all processes. */
void bench_close(bench *bench);

/**
 * Run a step with the terms of reduction_terms.h, which must allocate nothing.
 *
 * Collective over all processes.
 *
 * flags   that this rank raises
 */
ls_reduction_totals bench_step(bench *bench, int step, uint64_t flags);

/** What an update makes of a weight.  Local. */
float bench_updated(float weight, float gradient);

/** The sum of squares that a block is measured by: x [count].  Local. */
double bench_measure(const float *x, int64_t count);

/** How many `fills` there are.  Local. */
size_t bench_fill_count(const bench *bench);

/** [shards] how often each has been prepared; only where rows are common.  Local. */
int *bench_prepared(const bench *bench);

#endif
