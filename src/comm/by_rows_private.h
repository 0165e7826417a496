#ifndef COMM_BY_ROWS_PRIVATE_H
#define COMM_BY_ROWS_PRIVATE_H

/**
 * LS_REDUCTION_ORDERED where rows are common: each node has those of all shards, and
 * each of its ranks computes its own slice of the gradient from them, over all shards,
 * in bands that are updated at once, and then what others have left of theirs, if the
 * update may be done anywhere.  Where a norm is wanted, the own slice is one band.
 *
 * A node's window:
 *
 *   rides [node_size + 1]    what each rank adds to the step; the last: other nodes
 *   claims [node_size]       how much of each rank's slice is claimed
 *   relayed [node_size]      how many groups of rows each rank has handed on
 *   above                    in how many steps what is above the first layer is updated
 *   ball                     to see how far apart the cores of two ranks are
 *   leaf_losses [shards]     where there are other nodes; else each rank has its own
 *   squares [blocks]         of the summed gradient, where norms are wanted
 *   weights [stride]
 *   rows [bytes]
 *
 * Before the first barrier a rank writes its ride and its portion of the rows.  Among
 * nodes these travel then, and a second barrier follows.  After that weights are
 * written, rides and rows only read, until the last barrier.  Where norms are wanted
 * one more stands between: before it squares are written, after it read.  Who is early
 * at the last one begins with what the next step needs besides weights.
 *
 * Where rows are handed on a rank writes its inputs, and adds to the first sums, of all
 * rows.  If most of the work is with these inputs' parameters, and updates keep
 * nothing, they are its slice too, and so stay in one cache.  The first rank ends
 * first, and begins with the next step's at the first barrier; the others do while they
 * wait for its first rows.
 *
 * Of two such ranks, if few rows are handed on, nobody updates what is another's.  The
 * second one begins with what is above the first layer, and the first layer's bias: the
 * first rank needs no more of it to begin the next step, nor does anybody read what it
 * then overwrites.  So nobody waits at the last barrier, but before the next one's
 * first; unless a flag is raised: then ranks do more than another step.
 */

#include "comm/blocks.h"
#include "comm/claims.h"
#include "comm/portions.h"
#include "comm/reduction_private.h"
#include "comm/relay.h"
#include "comm/rides.h"
#include "comm/row_exchange.h"
#include "comm/window.h"

typedef struct ls_by_rows {
  ls_reduction head;
  ls_window *window;
  ls_row_exchange *exchange; /* NULL: one node, or not its first rank */
  ls_shared_ride *rides;     /* [node_size + 1] in the window */
  double *leaf_losses;       /* [shards] in the window, or of this rank's own */
  double *own_losses;        /* [shards] where there are no other nodes, or NULL */
  ls_portions portions;      /* of rows or, where they are handed on, of their inputs */
  ls_portions equal;         /* of rows there */
  ls_relay relay;
  int64_t steps; /* taken */
  bool arrived;  /* at the last barrier of the step before, and has not waited there */
  double begun;  /* when the last step ended; 0: none has */
  double told;   /* when this rank last told how long it has worked; 0: never */
  double idle;   /* seconds that it had waited by then, in all steps */
  ls_claims claims;
  float *scratch; /* [claims.widest] a band's gradient */
  ls_blocks blocks;
  double *squares; /* [blocks.count] in the window */
} ls_by_rows;

/** Whether slices follow the legs that ranks have where rows are handed on.  Local. */
bool ls_by_rows_slices_move(const ls_by_rows *r);

/**
 * Find the legs of the next step, where rows are handed on, and cut this step's slices
 * by them if slices move: what a rank updates now it reads then.
 *
 * Local; the same on every rank of a node.
 */
void ls_by_rows_choose_legs(ls_by_rows *r);

/** As ls_reduction_step. */
void ls_by_rows_step(ls_reduction *reduction, ls_reduction_totals *totals,
                     const ls_reduction_ride *ride, void *context);

#endif
