#ifndef TRAIN_STEPPER_H
#define TRAIN_STEPPER_H

/**
 * One step, as every rank lives it: gather, forward, backward, gradient, reduce,
 * update.
 */

#include "data/batch.h"
#include "lockstep/reduction.h"
#include "model/network.h"
#include "train/feed.h"
#include "train/optimizer.h"
#include "train/sharing.h"

typedef struct ls_stepper ls_stepper;

typedef struct ls_stepper_config {
  ls_batch_plan plan;
  ls_rows training;
  uint64_t seed;
  const ls_kernels *kernels;
  const ls_layout *layout;
  bool sparse; /* as in ls_network_config */
  ls_reduction *reduction;
  ls_optimizer *optimizer;
  double label_smoothing;
  double dropout;        /* share of the hidden units */
  double dropout_inputs; /* share of the inputs */
} ls_stepper_config;

/** Seconds that this rank has spent so far. */
typedef struct ls_stepper_times {
  double data;
  double forward;
  double backward;
} ls_stepper_times;

/**
 * Allocate for steps; they allocate nothing.
 *
 * Local.  What `config` points to is borrowed.
 *
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_stepper_create(ls_stepper **out,
                                         const ls_stepper_config *config);

/** Release it; NULL is fine.  Local. */
void ls_stepper_destroy(ls_stepper *stepper);

/**
 * What ls_reduction_config.rows is for steps of a plan.
 *
 * Local; same result on every rank.
 *
 * sparse, tile_rows, asked   as in ls_sharing_rows
 */
ls_reduction_rows ls_stepper_rows(const ls_layout *layout, const ls_batch_plan *plan,
                                  bool sparse, int tile_rows, const ls_sharing *asked);

/** What the reduction of a step calls; the context is the stepper.  Local. */
void ls_stepper_fill(void *context, float *out, int part, ls_span piece,
                     const ls_reduction_near *near);
int64_t ls_stepper_fill_thin(void *context, float *lines, uint64_t *map, int part);
void ls_stepper_update(void *context, float *weights, const float *gradient,
                       ls_span piece);
int64_t ls_stepper_descend(void *context, float *weights, ls_span piece);
void ls_stepper_measured(void *context, double squares);

/** One step: the same on every rank, but for the flags. */
typedef struct ls_step {
  int64_t step;
  int64_t updates; /* before it: fewer than steps where some were skipped */
  float rate;      /* the learning rate */
  uint64_t flags;  /* LS_RIDE_... of this rank */
} ls_step;

/**
 * Do a step.
 *
 * Collective; waits for all ranks.
 *
 * totals   out: the same on every rank
 * now      a value that is not finite is added to its flags here
 */
void ls_stepper_run(ls_stepper *stepper, ls_reduction_totals *totals,
                    const ls_step *now);

/** Whether this rank's losses or gradients of the last step were not finite.  Local. */
bool ls_stepper_was_not_finite(const ls_stepper *stepper);

/** Bytes of this rank's own for rows.  Local. */
int64_t ls_stepper_bytes(const ls_stepper *stepper);

/** Where this rank's time went.  Local. */
ls_stepper_times ls_stepper_seconds(const ls_stepper *stepper);

#endif
