#ifndef SCHEDULE_EXPRESSION_H
#define SCHEDULE_EXPRESSION_H

/**
 * A schedule as a tree, as parsed and, after resolving, with every length in steps.
 *
 *   warmup for 500 then cosine(end=0.1) * (step(every=1ep) from 10)
 *
 *   sequence
 *     stage  for 500          factors: leaf warmup
 *     stage                   factors: leaf cosine, sequence
 *                                                     stage from 10   factors: leaf
 *                                                                     step
 *
 * Everything lives in the arena of the schedule that owns the tree.
 */

#include "lockstep/schedule.h"

#include <stdbool.h>
#include <stdint.h>

struct ls_kind;

typedef enum ls_unit {
  LS_UNIT_NONE,
  LS_UNIT_STEPS,
  LS_UNIT_EPOCHS,
  LS_UNIT_PERCENT,
  LS_UNIT_ABSOLUTE
} ls_unit;

/** A number with its unit. */
typedef struct ls_amount {
  double number; /* as written */
  ls_unit unit;
  int64_t steps; /* of a length; -1 while the run is unknown */
  double factor; /* of a factor; NaN while the base rate is unknown */
  ls_schedule_place place;
} ls_amount;

/** The value of one argument. */
typedef struct ls_value {
  ls_amount *amounts; /* [count] */
  int count;          /* 0: left out, and has no default; also of words and flags */
  int word;           /* index among the words that the argument takes; -1: left out */
  bool given;         /* written in the text; for a flag: it is set */
  ls_schedule_place place;
} ls_value;

/** A kind with its arguments. */
typedef struct ls_leaf {
  const struct ls_kind *kind;
  ls_value *values; /* [kind->argument_count] */
  int64_t end;      /* resolved: from this local step on the value stays; -1: never */
  ls_schedule_place place;
} ls_leaf;

/** One factor of a product: a leaf or a sequence in parentheses. */
typedef struct ls_factor {
  struct ls_factor *next;
  ls_leaf *leaf;                /* or NULL */
  struct ls_sequence *sequence; /* or NULL */
} ls_factor;

typedef struct ls_stage {
  struct ls_stage *next;
  ls_factor *factors;
  bool has_from;
  bool has_span;
  ls_amount from; /* the local step that it begins with */
  ls_amount span; /* how long it lasts */
  int64_t first;  /* resolved: its first step in its sequence */
  int64_t end;    /* resolved: one past its last; -1: lasts for ever */
  ls_schedule_place place;
} ls_stage;

typedef struct ls_sequence {
  ls_stage *stages;
} ls_sequence;

#endif
