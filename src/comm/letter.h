#ifndef COMM_LETTER_H
#define COMM_LETTER_H

/**
 * A message between nodes as it lies in memory.
 *
 *   header   correct, flags, losses of the sender's subtrees; whole cache lines
 *   parts    the sender's subtrees, ascending, each [floats of the message's span]
 *
 * Pure: no communication.
 */

#include "comm/partials.h"

/** What rides along, of a run of nodes. */
typedef struct ls_letter_ride {
  int64_t correct;
  uint64_t flags;
  double losses[LS_TREE_NODES_MAX]; /* of the run's subtrees, ascending */
} ls_letter_ride;

typedef struct ls_letter {
  char *place;
  size_t bytes;
  int first, parts; /* which of the receiver's subtrees it has, and how many */
} ls_letter;

/** The bytes of a letter, of which the next can begin at a cache line.  Local. */
size_t ls_letter_bytes(int parts, ls_span span);

/** Its parts, [parts][floats of its span].  Local. */
float *ls_letter_floats(const ls_letter *letter);

/**
 * Write it.
 *
 * Local.
 *
 * sums   the letter's parts, over its span or more
 */
void ls_letter_write(const ls_letter *letter, const ls_letter_ride *ride,
                     const ls_partials *sums, ls_reduction_add *add, ls_span span);

/**
 * Add what rode along.
 *
 * Local.
 *
 * losses   [parts] out
 */
void ls_letter_read_ride(const ls_letter *letter, ls_letter_ride *ride, double *losses);

#endif
