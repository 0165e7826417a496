#ifndef TRAIN_CALL_H
#define TRAIN_CALL_H

/**
 * Calls with numbers, as in `adam(beta1=0.9, eps=1e-8)`: the form that optimizers and
 * weight decay are written in, which is that of a schedule's factors.
 *
 * Arguments stand in the order of the form, or are named; a flag is its name alone.
 */

#include "lockstep/status.h"

#include <stdbool.h>
#include <stddef.h>

enum { LS_CALL_ARGUMENTS_MAX = 8, LS_CALL_TEXT_BYTES = 256 };

typedef struct ls_call_argument {
  const char *name;
  bool flag;          /* value 0 or 1 */
  bool must_be_given; /* has no default */
  double value;       /* default */
  double least;       /* smallest number that is allowed */
  double below;       /* and what it must be below */
  const char *help;
} ls_call_argument;

typedef struct ls_call_form {
  const char *name;
  const ls_call_argument *arguments; /* [argument_count] */
  int argument_count;                /* at most LS_CALL_ARGUMENTS_MAX */
} ls_call_form;

typedef struct ls_call {
  int form; /* index */
  double values[LS_CALL_ARGUMENTS_MAX];
} ls_call;

/** Form `index` of some table; NULL behind the last.  Local; same on every rank. */
typedef const ls_call_form *ls_call_form_at(int index);

/**
 * Read a call.
 *
 * Local; same result on every rank.
 *
 * what      what is being read, for refusals: "optimizer"
 * returns   LS_OK
 *             LS_E_ARG  refused, as `optimizer:1:6: 'bta1' is not an argument of adam
 *                       (did you mean 'beta1'?)`
 */
LS_NODISCARD ls_status ls_call_parse(ls_call *out, const char *what,
                                     ls_call_form_at *form_at, const char *text);

/**
 * Show the line of `text` that the last failure names, with a caret under the place, as
 * is done for schedules.
 *
 * Local; nothing where the failure is not about `what`.
 */
void ls_call_show_place(const char *what, const char *text);

/**
 * Write a call with all its arguments, so that equal calls are equal texts.
 *
 * Local; same result on every rank.
 *
 * text   [LS_CALL_TEXT_BYTES] out
 */
void ls_call_write(char text[LS_CALL_TEXT_BYTES], const ls_call *call,
                   const ls_call_form *form);

#endif
