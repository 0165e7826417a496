#ifndef COMM_HOP_H
#define COMM_HOP_H

/**
 * One stage of an exchange with its memory and messages.
 *
 * A message on the way to the sum:
 *
 *   header   correct, flags, losses of the sender's subtrees; whole cache lines
 *   parts    the sender's subtrees, ascending, each [floats of the message's span]
 *
 * On the way back it is the new weights of the same span, and nothing else.
 */

#include "comm/comm_private.h"
#include "comm/partials.h"
#include "comm/stages.h"

/** What rides along, of a run of nodes. */
typedef struct ls_hop_ride {
  int64_t correct;
  uint64_t flags;
  double losses[LS_TREE_NODES_MAX]; /* of the run's subtrees, ascending */
} ls_hop_ride;

/** Which logical shards each node has. */
typedef struct ls_hop_shards {
  const int64_t *firsts; /* [node_count + 1] the first of each, and the end of all */
  int node_count;
  int node; /* this one */
} ls_hop_shards;

/** A message as it lies in memory. */
typedef struct ls_hop_letter {
  char *place;
  size_t bytes;
  int first, parts; /* subtrees of the stage's that it has, and how many */
} ls_hop_letter;

typedef struct ls_hop {
  const ls_stage *stage;
  int tag;
  ls_hop_letter *sends, *receives;  /* as the stage's */
  int others_sent, others_received; /* of them, those not to itself */
  MPI_Request *requests;            /* [others_received + others_sent] */
  char *sent, *received;
  ls_chunk_table table; /* rows: the subtrees of all runs, ascending */
  ls_join *joins;       /* [sums.count] */
  double *losses;       /* a row each, and scratch */
  ls_stretch *stretches;
  const float **parts; /* the stretches' */
  ls_partials sums;    /* of all runs, over this node's piece */
} ls_hop;

/**
 * Allocate.
 *
 * Local.
 *
 * hop       out: to be released by ls_hop_clear, also after a failure
 * stage     must outlive it
 * tag       the same on every node of the stage, another for every other stage
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_hop_init(ls_hop *hop, const ls_stage *stage, int tag,
                                   const ls_hop_shards *shards);

/** Release it; a zeroed one is fine.  Local. */
void ls_hop_clear(ls_hop *hop);

/** Say where messages are to go.  Local; once a step, before anybody can send. */
void ls_hop_expect(ls_hop *hop, MPI_Comm peers);

/**
 * Send what this node's run has summed up.
 *
 * Local: waits for nobody.
 *
 * sums   of the run, over the node's piece before the stage
 */
void ls_hop_send(ls_hop *hop, MPI_Comm peers, const ls_hop_ride *ride,
                 const ls_partials *sums, ls_reduction_add *add);

/**
 * Receive the same from the others.
 *
 * Waits for the nodes that send to this one.
 *
 * ride   in: of this node's run; out: of all
 */
void ls_hop_receive(ls_hop *hop, ls_hop_ride *ride);

/** Wait until what was sent has left.  Waits for the nodes that this one sends to. */
void ls_hop_flush(ls_hop *hop);

/**
 * Hand out new weights, the other way round.
 *
 * Waits for the nodes that this one sends to, and for those that send to it.
 *
 * weights   [count] the whole vector
 */
void ls_hop_return(ls_hop *hop, MPI_Comm peers, float *weights);

#endif
