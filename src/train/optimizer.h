#ifndef TRAIN_OPTIMIZER_H
#define TRAIN_OPTIMIZER_H

/**
 * How a summed gradient changes the weights.
 *
 * An optimizer holds its slots for this rank's piece of the parameters only; the
 * reduction calls it chunk by chunk, in the same pass as the sum.
 */

#include "lockstep/reduction.h"
#include "math/kernels.h"
#include "model/layout.h"

typedef struct ls_optimizer ls_optimizer;

typedef struct ls_optimizer_config {
  const char *text;         /* "adam(beta1=0.9)" */
  const char *weight_decay; /* "l2(0.0005)", "none" */
  double clip_norm;         /* largest norm of the mean gradient; 0: any */
  const ls_kernels *kernels;
  const ls_layout *layout;
  ls_span own; /* this rank's piece of the parameters: whole LS_PADs of each tensor */
} ls_optimizer_config;

/**
 * Make the optimizer that a text names.
 *
 * Local; same result on every rank.
 *
 * config    its kernels must outlive the optimizer; the rest is copied
 * returns   LS_OK
 *             LS_E_ARG    there is no such optimizer, or it is not called like that
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_optimizer_create(ls_optimizer **out,
                                           const ls_optimizer_config *config);

/**
 * Whether the optimizer that a text names has no slots: updates then keep nothing.
 *
 * Local; same result on every rank.
 *
 * text, weight_decay   as ls_optimizer_create takes them
 */
bool ls_optimizer_keeps_nothing(const char *text, const char *weight_decay);

/** Release it; NULL is fine.  Local. */
void ls_optimizer_destroy(ls_optimizer *optimizer);

/**
 * Say what the next updates need.
 *
 * Local.
 *
 * updates   that precede it: corrections are pure functions of it
 * rate      learning rate of this step
 * rows      of this step's batch: the gradient is divided by it
 */
void ls_optimizer_begin_step(ls_optimizer *optimizer, int64_t updates, float rate,
                             int64_t rows);

/** An ls_reduction_measured that clips; its context is the optimizer.  Local. */
void ls_optimizer_measured(void *context, double squares);

/** An ls_reduction_update whose context is the optimizer.  Local. */
void ls_optimizer_update(void *context, float *weights, const float *gradient,
                         ls_span piece);

/**
 * Whether this step's update of all parameters is nothing but a step down the gradient.
 *
 * Local; same result on every rank.  After ls_optimizer_begin_step.
 *
 * descent   out: that step
 */
bool ls_optimizer_descends(const ls_optimizer *optimizer, ls_descent *descent);

/** Number of slots.  Local; same result on every rank. */
int ls_optimizer_slot_count(const ls_optimizer *optimizer);

/** Name of a slot, "momentum".  Local; same result on every rank. */
const char *ls_optimizer_slot_name(const ls_optimizer *optimizer, int slot);

/** This rank's piece of a slot, [own.count].  Local. */
float *ls_optimizer_slot(ls_optimizer *optimizer, int slot);

#endif
