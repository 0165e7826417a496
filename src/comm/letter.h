#ifndef COMM_LETTER_H
#define COMM_LETTER_H

/**
 * A message between nodes as it lies in memory.
 *
 *   header   correct, flags, losses of the sender's subtrees; whole cache lines
 *   map      in a thin letter, which lines of its parts travel (comm/thin.h)
 *   parts    the sender's subtrees, ascending, each [floats of the letter's span]
 *
 * A thin letter travels without lines of zeros, and has them again when it has been
 * opened.
 *
 * Pure: no communication.
 */

#include "comm/partials.h"
#include "comm/thin.h"

#include <stdbool.h>

/** What rides along, of a run of nodes. */
typedef struct ls_letter_ride {
  int64_t correct;
  uint64_t flags;
  double losses[LS_TREE_NODES_MAX]; /* of the run's subtrees, ascending */
} ls_letter_ride;

typedef struct ls_letter {
  char *place;
  size_t bytes;     /* at most; the next can begin behind them, at a cache line */
  int first, parts; /* which of the receiver's subtrees it tells of, and how many */
  ls_span span;     /* of the vector; may be empty */
  int64_t floats;   /* of all parts */
  bool thin;
  bool is_open; /* nothing is left out; false when it is expected */
} ls_letter;

/** Plan one that is not at its place yet.  Local. */
ls_letter ls_letter_plan(int first, int parts, ls_span span, bool thin);

/** Its parts, [parts][floats of its span].  Local. */
float *ls_letter_floats(const ls_letter *letter);

/**
 * Write it.
 *
 * Local.
 *
 * sums      the letter's parts, over its span or more
 * returns   bytes that have to travel
 */
size_t ls_letter_write(const ls_letter *letter, const ls_letter_ride *ride,
                       const ls_partials *sums, ls_reduction_add *add);

/** Put back in what one that has arrived has left out, unless it is open.  Local. */
void ls_letter_open(ls_letter *letter);

/**
 * The place of a thin one's map and parts, for floats that are made from them, ascending.
 *
 * Local.
 *
 * count   at most those of its span
 */
ls_thin ls_letter_reuse(const ls_letter *letter, int64_t count);

/**
 * Add what rode along.
 *
 * Local.
 *
 * losses   [parts] out
 */
void ls_letter_read_ride(const ls_letter *letter, ls_letter_ride *ride, double *losses);

#endif
