#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

/**
 * Repeating something that all ranks do together, and what it took.
 */

#include "lockstep/comm.h"

/** Seconds of one repeat, each as long as its slowest rank. */
typedef struct ls_sample {
  double median, least, most;
} ls_sample;

/** What is repeated.  Collective. */
typedef void ls_sample_body(void *context);

/**
 * Repeat for about `seconds`, at least three times, after a first time that is not
 * counted.
 *
 * Collective.  Every repeat begins with a barrier.
 */
ls_sample ls_sample_take(ls_comm *comm, double seconds, ls_sample_body *body,
                         void *context);

/**
 * The same for what may be shorter than a clock can tell: a repeat does it so often
 * that it takes some microseconds.
 *
 * Collective.
 *
 * returns   of doing it once
 */
ls_sample ls_sample_take_short(ls_comm *comm, double seconds, ls_sample_body *body,
                               void *context);

/** The same of a body that does its work `times` times.  Local. */
ls_sample ls_sample_divided(ls_sample sample, int64_t times);

#endif
