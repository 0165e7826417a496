#ifndef COMM_ROUNDS_H
#define COMM_ROUNDS_H

/**
 * Which parts of the gradient the ranks of a node compute one after the other, so that
 * one is on its way to another node while the next is computed.
 *
 * Every slice is exchanged in one stage, so a node has a piece of each.  A piece is cut
 * into bands, each a message.  In a round some bands of each slice are computed: the
 * rounds are in the order of the stage's messages, those of the node's own pieces last.
 *
 * Pure: no communication.
 */

#include "comm/stages.h"

typedef struct ls_rounds {
  int count; /* 0: all is computed before anything is sent */
  int own;   /* the last rounds, which are of the own pieces */
  int bands; /* of each slice in a round */
  int slice_count;
  ls_span *spans; /* [count][slice_count] of the vector; may be empty */
} ls_rounds;

/**
 * Decide whether there are rounds, and how many bands.
 *
 * Local; same result on every rank.
 *
 * stages   in: but for .rounds and .bands; out: these.  No rounds where nodes exchange
 *          in more than one stage, pieces are so small that they are not worth a round
 *          each, or none are wanted; else bands are messages that leave on their own
 * band     floats that are worth computing at a time, about; 0: no rounds are wanted
 * parts    the most partial sums that a node sends of a float
 */
void ls_rounds_plan(ls_stages_config *stages, int64_t band, int parts);

/**
 * List the rounds of a node.
 *
 * Local.
 *
 * rounds    out: to be released by ls_rounds_clear, also after a failure
 * stages    planned; of any slice
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_rounds_init(ls_rounds *rounds,
                                      const ls_stages_config *stages);

/** Release them; zeroed ones are fine.  Local. */
void ls_rounds_clear(ls_rounds *rounds);

/** What each slice has in a round, [slice_count].  Local. */
const ls_span *ls_rounds_at(const ls_rounds *rounds, int round);

#endif
