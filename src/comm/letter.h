#ifndef COMM_LETTER_H
#define COMM_LETTER_H

/**
 * A message between nodes as it lies in memory.
 *
 *   header   correct, flags, losses of the sender's subtrees; whole cache lines
 *   maps     in a thin letter, of each part, which of its lines travel (comm/thin.h)
 *   parts    the sender's subtrees, ascending, each [floats of the letter's span]; of a
 *            thin letter's those lines that are not zeros
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
  bool thin;
} ls_letter;

/** Plan one that is not at its place yet.  Local. */
ls_letter ls_letter_plan(int first, int parts, ls_span span, bool thin);

/** Its parts, [parts][floats of its span], or their lines.  Local. */
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

/**
 * Write all but the parts.
 *
 * Local.
 *
 * floats    of the parts, or their lines, that are there
 * returns   as ls_letter_write
 */
size_t ls_letter_write_head(const ls_letter *letter, const ls_letter_ride *ride,
                            int64_t floats);

/**
 * Where a part of a thin one begins.
 *
 * Local.
 *
 * returns   lines are NULL but for the first part: they lie behind the part before it
 */
ls_thin ls_letter_thin(const ls_letter *letter, int part);

/**
 * Add what rode along.
 *
 * Local.
 *
 * losses   [parts] out
 */
void ls_letter_read_ride(const ls_letter *letter, ls_letter_ride *ride, double *losses);

#endif
