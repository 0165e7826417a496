#ifndef TRAIN_STEPPER_PRIVATE_H
#define TRAIN_STEPPER_PRIVATE_H

/**
 * What a step and the bringing of its rows share.
 */

#include "train/samples.h"
#include "train/stepper.h"

struct ls_stepper {
  ls_stepper_config config;
  ls_network *network;
  ls_span filled;  /* shards of which it fills gradients: its own or, common, all */
  bool common;     /* rows are */
  int legs;        /* ranks that hand them on to each other; 0: none do */
  int relay_rows;  /* that they hand on at a time */
  ls_loans *loans; /* of rows, or NULL */
  int64_t origin;  /* position in the epoch of the first row of these shards */
  ls_samples samples;
  int *first_row;        /* [filled.count + 1] from the first of these shards' on */
  double *leaf_losses;   /* [filled.count], unless rows are common */
  bool one_leaf;         /* ls_leaves_are_one */
  int64_t step;          /* the present one */
  int64_t gathered;      /* the step whose rows were gathered ahead; -1: none */
  int64_t gathered_rows; /* so many of them */
  bool not_finite;       /* what this rank has seen of this step */
  ls_stepper_times times;
};

/**
 * Put a step's rows where they belong, unless they are there.
 *
 * Local.  After `step` was set.
 *
 * returns   the positions of this rank's rows in the epoch
 */
ls_span ls_stepper_bring_rows(ls_stepper *s, const ls_batch *batch);

/**
 * Forward, loss and backward of rows that are where ls_network_begin says.
 *
 * Local.
 *
 * rows   their positions in the epoch
 * ride   how many of them are right is added, and a flag where any is not fit to be
 *        added up
 */
void ls_stepper_run_rows(ls_stepper *s, ls_span rows, ls_reduction_ride *ride);

/**
 * Run the rows that neighbours lend.
 *
 * Local.  After ls_stepper_bring_rows.
 *
 * rows      the positions of this rank's
 * returns   of those that are left to run
 */
ls_span ls_stepper_run_lent(ls_stepper *s, ls_span rows, ls_reduction_ride *ride);

/**
 * Wait for the rows that neighbours have run, and put them where they belong.
 *
 * Local.  After ls_stepper_run_rows of those that were left.
 */
void ls_stepper_take_back(ls_stepper *s, ls_span rows);

/**
 * Gather rows, put them where ls_network_begin says, and ask for as many a batch later.
 *
 * Local.  Products hide the wait for these.
 */
void ls_stepper_gather(ls_stepper *s, ls_span rows);

/** What is left out of rows from `row` of the batch on.  Local. */
ls_dropout ls_stepper_dropout_from(const ls_stepper *s, int64_t row);

/** ls_reduction_rows.here; the context is the stepper.  Local. */
void ls_stepper_take_rows(void *context);

/** ls_reduction_rows.losses; the context is the stepper.  Local. */
void ls_stepper_find_losses(void *context, ls_span shards, double *out);

#endif
