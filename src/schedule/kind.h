#ifndef SCHEDULE_KIND_H
#define SCHEDULE_KIND_H

/**
 * The kinds of schedule: each is one row of a table in a file of its family, with its
 * arguments, their defaults and ranges, its check, its value and its formula.
 *
 * To add a kind, add its row.  Parsing, printing, listing and explaining read the
 * table.
 */

#include "schedule/expression.h"

#include <stddef.h>

typedef enum ls_form {
  LS_FORM_NUMBER, /* 0.5 */
  LS_FORM_FACTOR, /* 0.5 of the base rate, or 0.001abs */
  LS_FORM_LENGTH, /* 100, 2.5ep, 30% */
  LS_FORM_WORD,   /* one of `words` */
  LS_FORM_FLAG    /* its name alone */
} ls_form;

typedef enum ls_range {
  LS_RANGE_ANY,
  LS_RANGE_POSITIVE,     /* above 0 */
  LS_RANGE_NOT_NEGATIVE, /* 0 or more */
  LS_RANGE_COUNT,        /* a whole number, at least 1 */
  LS_RANGE_NATURAL,      /* a whole number, at least 0 */
  LS_RANGE_FRACTION      /* above 0 and below 1 */
} ls_range;

/** A row of a kind's arguments. */
typedef struct ls_argument {
  const char *name;
  ls_form form;
  ls_range range;
  bool many;         /* takes several, as 5|8|11 */
  const char *words; /* "linear|cosine" */
  const char *value; /* the default as text; "": may be left out; NULL: must be given */
  const char *help;
} ls_argument;

/** How a leaf ends. */
typedef enum ls_ending {
  LS_ENDING_NEVER, /* no length of its own */
  LS_ENDING_HOLDS, /* after `over` its value stays */
  LS_ENDING_CYCLES /* `over` is a period */
} ls_ending;

/** When a leaf is evaluated. */
typedef struct ls_moment {
  int64_t step;  /* local: what the formulas call t */
  int64_t now;   /* the same moment, in steps of the run */
  int64_t start; /* where its stage began, in steps of the run */
  bool held;     /* its stage is over, just before `step`; leaves never see it set */
  const ls_metric_history *history; /* or NULL */
} ls_moment;

/** A row of the table of kinds. */
typedef struct ls_kind {
  const char *name;
  const char *summary;
  const char *formula; /* in t and the names of arguments */
  const ls_argument *arguments;
  int argument_count;
  bool follows_metric;
  /* The factor at a moment; `over`, where there is one, is resolved. */
  double (*at)(const ls_leaf *leaf, const ls_moment *moment);
  /* NULL, or why the arguments cannot stand together; names one of them.  Unknown
     factors are NaN and unknown steps -1: run again when they are known. */
  const char *(*check)(const ls_leaf *leaf, int *argument);
  /* NULL, or how this leaf ends where that depends on its arguments. */
  ls_ending (*ending)(const ls_leaf *leaf);
  /* NULL, or the formula of this leaf where that depends on its words and flags. */
  const char *(*formula_of)(const ls_leaf *leaf);
} ls_kind;

/** The kinds of one file. */
typedef struct ls_family {
  const ls_kind *kinds; /* [count] */
  int count;
} ls_family;

extern const ls_family ls_family_plain;
extern const ls_family ls_family_warmup;
extern const ls_family ls_family_points;
extern const ls_family ls_family_decay;
extern const ls_family ls_family_finite;
extern const ls_family ls_family_root;
extern const ls_family ls_family_restarts;
extern const ls_family ls_family_cycle;
extern const ls_family ls_family_one_cycle;
extern const ls_family ls_family_plateau;

/** Rows that many kinds share. */
#define LS_ARGUMENT_OVER                                                               \
  {                                                                                    \
    .name = "over", .form = LS_FORM_LENGTH, .range = LS_RANGE_POSITIVE, .value = "",   \
    .help = "its length; left out, it ends with its stage"                             \
  }
#define LS_ARGUMENT_GROW                                                               \
  {                                                                                    \
    .name = "grow", .form = LS_FORM_FLAG, .help = "let it grow, which is refused else" \
  }
#define LS_ARGUMENT_BOUND                                                              \
  {                                                                                    \
    .name = "end", .form = LS_FORM_FACTOR, .range = LS_RANGE_NOT_NEGATIVE,             \
    .value = "", .help = "never below this; where it grows, never above"               \
  }
#define LS_ARGUMENT_STAIRCASE                                                          \
  {                                                                                    \
    .name = "staircase", .form = LS_FORM_FLAG, .help = "only whole multiples of every" \
  }

#define LS_COUNT_OF(array) ((int)(sizeof(array) / sizeof(array)[0]))

/** How many kinds there are.  Local; same result on every rank. */
int ls_kind_count(void);

/** Kind `index`.  Local; same result on every rank. */
const ls_kind *ls_kind_get(int index);

/** The kind of that name, or NULL.  Local; same result on every rank. */
const ls_kind *ls_kind_find(const char *name, size_t length);

/** The index of an argument, or -1.  Local; same result on every rank. */
int ls_kind_argument(const ls_kind *kind, const char *name, size_t length);

#endif
