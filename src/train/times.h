#ifndef TRAIN_TIMES_H
#define TRAIN_TIMES_H

/**
 * Where the time of a run's steps went.
 *
 * Parts are of one rank and never overlap, so they add up to no more than all of its
 * time; so do their means over the ranks.  The largest of each over the ranks would
 * not: where one works while another waits, both parts are as long as the whole.
 */

#include "train/trainer.h"

typedef struct ls_run_times {
  double seconds; /* since the first step began */
  double data, forward, backward, update, exchange, waiting; /* in steps */
  double validating, saving;                                 /* between them */
} ls_run_times;

/** This rank's so far.  Local. */
ls_run_times ls_run_times_so_far(const ls_trainer *trainer, double begin_seconds);

/** The means over the ranks.  Collective. */
ls_run_times ls_run_times_mean(ls_comm *comm, const ls_run_times *own);

/** What is in no part: choosing the rate, the display, records, digests.  Local. */
double ls_run_times_other(const ls_run_times *times);

#endif
