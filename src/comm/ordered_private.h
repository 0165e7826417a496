#ifndef COMM_ORDERED_PRIVATE_H
#define COMM_ORDERED_PRIVATE_H

/**
 * LS_REDUCTION_ORDERED: the canonical sum, updated once a node in shared memory.
 *
 * A node's window:
 *
 *   rides [node_size]        what each rank adds to the step, a cache line a rank
 *   totals                   for ranks that take no part in the exchange
 *   leaf_losses [shards of the node]
 *   squares [blocks]         of the summed gradient, where norms are wanted
 *   weights [stride]
 *   parts [of all ranks of the node][stride]
 *   what ranks lend each other (comm/loans_private.h), where they do
 *
 * Between two barriers the parts and rides are only read and the weights only written;
 * outside of them it is the other way round.  Where norms are wanted a third barrier
 * stands between: before it squares are written, after it read.  Where sums go back
 * between nodes (comm/exchange.h), each peer puts those of its slice in the place of
 * the first part's, which nobody else reads there.
 *
 * On the only node, a rank fills what others update before the first barrier, and its
 * own slice after it, in bands whose
 * partial gradients nobody else sees; the first of them still before, so that ranks
 * that are early need not wait.
 *
 * Among nodes there may be a barrier for each round (comm/rounds.h): what is filled in
 * a round is only read after its barrier.  Rides and the old weights are read no more
 * after the first.
 */

#include "base/alloc.h"
#include "comm/bands.h"
#include "comm/blocks.h"
#include "comm/chunk.h"
#include "comm/comm_private.h"
#include "comm/exchange.h"
#include "comm/loans_private.h"
#include "comm/reduction_private.h"
#include "comm/rides.h"
#include "comm/rounds.h"
#include "comm/window.h"

typedef struct ordered {
  ls_reduction head;
  ls_window *window;
  ls_exchange *exchange;       /* NULL: one node, or no peer */
  ls_shared_ride *rides;       /* [node_size] in the window */
  ls_reduction_totals *totals; /* in the window */
  double *leaf_losses;         /* [node_shards.count] in the window */
  ls_blocks blocks;
  double *squares; /* [blocks.count] in the window */
  ls_span node_shards;
  float *node_parts; /* [node_part_count][stride] in the window */
  int node_part_count;
  ls_join *joins; /* [join_count]: the node's parts into each of its subtrees */
  int join_count; /* 1 where there is one node: all of the tree */
  ls_chunk_table table;
  ls_stretch all;   /* floats, of the table's parts */
  ls_partials sums; /* the node's subtrees, over all of them */
  ls_span *slices;  /* [node_size] of the node; NULL: nothing is filled in bands */
  ls_bands bands;   /* of the own slice */
  ls_loans loans;   /* zeroed: nothing is lent */
  ls_rounds rounds; /* among nodes; count 0: all at once */
  int own_first;    /* of node_parts, which of them are this rank's */
} ordered;

/** ls_reduction_class.step.  Collective. */
void ls_ordered_step(ls_reduction *reduction, ls_reduction_totals *totals,
                     const ls_reduction_ride *ride, void *context);

/** The same among nodes, in rounds.  Collective. */
void ls_ordered_step_in_rounds(ls_reduction *reduction, ls_reduction_totals *totals,
                               const ls_reduction_ride *ride, void *context);

/** Write what this rank adds.  Local. */
void ls_ordered_write_ride(ordered *o, const ls_reduction_ride *ride);

/** What the node's ranks have written.  Local. */
ls_exchange_ride ls_ordered_read_rides(const ordered *o);

/** The node's barrier.  Collective over its ranks. */
void ls_ordered_wait(ordered *o);

#endif
