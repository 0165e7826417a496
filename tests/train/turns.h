#ifndef TESTS_TRAIN_TURNS_H
#define TESTS_TRAIN_TURNS_H

/**
 * Training steps that take turns with something else: a noisy machine slows both sides
 * of a turn.
 */

#include "train/trainer.h"

/** Turns that are measured at most, and steps before the first. */
enum { TURNS_MAX = 1000, TURNS_WARM_STEPS = 50 };

/** What is trained, in the words of a command line. */
typedef struct turns_job {
  const char *data, *batch, *hidden;
  const char *allreduce, *shards; /* NULL: as lockstep does without being told */
} turns_job;

/**
 * Open a trainer for steps: it writes nothing.
 *
 * Collective over `comm`.
 *
 * trainer   out: to be closed by ls_trainer_close
 */
LS_NODISCARD ls_status turns_open(ls_trainer *trainer, ls_comm *comm,
                                  const turns_job *job);

/** Run steps; returns the mean seconds of one on this rank.  Collective over its. */
double turns_step_seconds(ls_trainer *trainer, int count);

/**
 * Warm up, and see how many steps a turn of `seconds` has.
 *
 * Collective over the trainer's ranks; same result on each.
 */
int turns_count(ls_trainer *trainer, double seconds);

/** Sorts them.  Local. */
double turns_median(double *values, int count);

#endif
