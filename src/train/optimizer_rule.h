#ifndef TRAIN_OPTIMIZER_RULE_H
#define TRAIN_OPTIMIZER_RULE_H

/**
 * The optimizers and the kinds of weight decay: each is one row of a table.
 *
 * To add an optimizer, add its row.  Parsing, listing and checkpoints read the table.
 */

#include "math/kernels.h"
#include "train/call.h"

#include <stdint.h>

enum { LS_RULE_SLOTS_MAX = 2 };

typedef struct ls_optimizer_rule {
  ls_call_form form;
  const char *summary;
  const char *formula;
  const char *source;
  const char *slots[LS_RULE_SLOTS_MAX];
  bool descends; /* without slots and decay it is a step down the gradient */
  /* How many of the slots these arguments need. */
  int (*slot_count)(const double *values);
  /* The factors of the update that so many precede. */
  void (*prepare)(ls_update *u, const double *values, double rate, int64_t updates);
  /* One piece; slots that are not needed are NULL. */
  void (*run)(const ls_kernels *kernels, float *weights, float *const *slots,
              const float *gradient, int64_t count, const ls_update *u);
} ls_optimizer_rule;

/** A kind of weight decay. */
typedef struct ls_decay_rule {
  ls_call_form form;
  const char *summary;
  const char *formula;
  const char *source;
} ls_decay_rule;

/** What a run asks for, read from its texts. */
typedef struct ls_optimizer_choice {
  const ls_optimizer_rule *rule;
  ls_call call;
  double l2;        /* weight decay as part of the gradient */
  double decoupled; /* weight decay beside it */
  bool biases;      /* decay holds for biases too */
} ls_optimizer_choice;

/**
 * Read both texts.
 *
 * Local; same result on every rank.
 *
 * returns   LS_OK
 *             LS_E_ARG  refused
 */
LS_NODISCARD ls_status ls_optimizer_choose(ls_optimizer_choice *out,
                                           const char *optimizer,
                                           const char *weight_decay);

/**
 * The texts with all arguments, so that equal choices are equal texts.
 *
 * Local; same result on every rank.
 *
 * returns   as ls_optimizer_choose
 */
LS_NODISCARD ls_status ls_optimizer_write(char optimizer[LS_CALL_TEXT_BYTES],
                                          char weight_decay[LS_CALL_TEXT_BYTES],
                                          const char *optimizer_text,
                                          const char *weight_decay_text);

#endif
