#ifndef COMM_PORTIONS_H
#define COMM_PORTIONS_H

/**
 * How a step's rows are dealt to the ranks of a node: by how quick each has been.
 *
 * A core that is busy for others, or hot, is slower than its neighbour for thousands of
 * steps, and all wait for the slowest.  Rows have the same bits whoever computes them.
 *
 * All is counted in integers, from times that the ranks have told each other, so that
 * all have the same portions.
 */

#include "comm/rides.h"
#include "lockstep/span.h"

typedef struct ls_portions {
  int ranks;     /* of the node */
  bool by_speed; /* else they stay equal */
  int turn;      /* for tests: how often portions were made unequal */
  int64_t *of;   /* [ranks] of the rows, about LS_PORTIONS_ALL together */
} ls_portions;

enum { LS_PORTIONS_ALL = 1 << 20 };

/**
 * Begin with equal ones.
 *
 * Local; same result on every rank of a node.
 *
 * portions   out: to be released by ls_portions_clear, also after a failure
 * ranks      of the node
 * by_speed   else they stay equal
 * returns    LS_OK
 *              LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_portions_init(ls_portions *portions, int ranks,
                                        bool by_speed);

/** Release them; zeroed ones are fine.  Local. */
void ls_portions_clear(ls_portions *portions);

/**
 * Give more to who was quick.
 *
 * Local; same result on every rank of a node.  Portions move by a few hundredths a step
 * at most: one late rank is no slow one.
 *
 * rides   [ranks] how long each has taken for its portion; where a time is not positive
 *         nothing changes
 */
void ls_portions_follow(ls_portions *portions, const ls_shared_ride *rides);

/**
 * Which of a node's rows are a rank's.
 *
 * Local; same result on every rank of a node; together the ranks' are all.  Of few rows
 * a portion may be none.
 *
 * rows   of the node
 */
ls_span ls_portions_of(const ls_portions *portions, int rank, ls_span rows);

#endif
