#ifndef LOCKSTEP_OPTIMIZER_H
#define LOCKSTEP_OPTIMIZER_H

/**
 * Optimizers for people: which there are, what they take, and whether a text names one.
 *
 * docs/optimizers.md has every formula with its source.
 */

#include "lockstep/status.h"

#include <stdbool.h>

/** What can be called as `name(argument=value, ...)`; everything borrowed, for ever. */
typedef struct ls_optimizer_kind {
  const char *name;
  const char *summary;
  const char *formula; /* lines; g is the mean gradient, w a weight, lr the rate */
  const char *source;
  int argument_count;
} ls_optimizer_kind;

/** An argument of a kind, for people; everything borrowed, for ever. */
typedef struct ls_optimizer_argument {
  const char *name;
  bool flag;          /* its name alone */
  bool must_be_given; /* has no default */
  double value;       /* its default */
  const char *help;
} ls_optimizer_argument;

/** How many optimizers there are.  Local; same result on every rank. */
LS_API int ls_optimizer_kind_count(void);

/** Optimizer `index`.  Local; same result on every rank. */
LS_API ls_optimizer_kind ls_optimizer_kind_get(int index);

/** Argument `index` of optimizer number `kind`.  Local; same result on every rank. */
LS_API ls_optimizer_argument ls_optimizer_kind_argument(int kind, int index);

/** How many kinds of weight decay there are.  Local; same result on every rank. */
LS_API int ls_weight_decay_count(void);

/** Kind `index` of weight decay.  Local; same result on every rank. */
LS_API ls_optimizer_kind ls_weight_decay_get(int index);

/** Argument `index` of weight decay number `kind`.  Local; same on every rank. */
LS_API ls_optimizer_argument ls_weight_decay_argument(int kind, int index);

/**
 * Check the texts that a run would be started with.
 *
 * Local; same result on every rank.
 *
 * optimizer      "sgd", "adam(beta1=0.9)"
 * weight_decay   "none", "l2(0.0005)", "decoupled(0.01, biases)"
 * returns        LS_OK
 *                  LS_E_ARG  refused, as `optimizer:1:6: 'bta1' is not an argument of
 *                            adam (did you mean 'beta1'?)`
 */
LS_API LS_NODISCARD ls_status ls_optimizer_check(const char *optimizer,
                                                 const char *weight_decay);

#endif
