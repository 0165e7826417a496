#ifndef COMM_EXCHANGE_H
#define COMM_EXCHANGE_H

/**
 * Between nodes: one slice of the parameters, exchanged among its peers.
 *
 * With m the smallest number of ranks on a node, the vector has m slices, and the first
 * m ranks of each node are the peers of theirs.  The peers sum their slice in stages
 * (comm/stages.h), after which each holds the sum of a piece of it, which it updates;
 * the new weights go back the way the sums have come.
 *
 * Where the peers are replicas of each other each updates all of the slice: either they
 * have sent each other all of their sums, or pieces of the whole sum go back instead of
 * weights (comm/replicas.h), which is when its norm is wanted.
 *
 * What rides along heads every message.
 */

#include "comm/blocks.h"
#include "comm/partials.h"
#include "comm/reduction_private.h"
#include "comm/stages.h"

typedef struct ls_exchange ls_exchange;

/** What rides along, of one node. */
typedef struct ls_exchange_ride {
  const double *leaf_losses; /* [shards of the node] */
  int64_t correct;
  uint64_t flags;
} ls_exchange_ride;

/** How many slices there are: the smallest number of ranks on a node.  Local. */
int ls_exchange_slices(const ls_comm *comm);

/** The logical shards of a node's ranks.  Local; same result on every rank. */
ls_span ls_exchange_node_shards(const ls_comm *comm, int shards, int node);

/**
 * Decide how the nodes exchange.
 *
 * Local; same result on every rank, but for .node, .slice and the slice's span.
 *
 * plan      out: valid as long as the edges of `config`; with rounds, if a step is to
 *           be in some (comm/exchange_rounds.h)
 * rate      bytes a second each way between nodes
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_exchange_plan(ls_stages_config *plan, const ls_comm *comm,
                                        const ls_reduction_config *config, double rate);

/**
 * Allocate for steps.
 *
 * Collective.  Ranks that are no peers get NULL in `out`.
 *
 * config    with edges; the same on every rank
 * plan      of ls_exchange_plan
 * sums      of the node's subtrees, over the slice or more: must outlive it, and its
 *           parts stay at their places
 * whole     [count] the first of these parts: where sums go back, they take its place
 * returns   LS_OK or the same error on every rank
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_exchange_create(ls_exchange **out, ls_comm *comm,
                                          const ls_reduction_config *config,
                                          const ls_stages_config *plan,
                                          const ls_partials *sums, float *whole);

/** Release it; NULL is fine.  Collective over the peers. */
void ls_exchange_destroy(ls_exchange *exchange);

/** Bytes of memory for messages.  Local. */
int64_t ls_exchange_bytes(const ls_exchange *exchange);

/** The piece that this rank owns: all of the slice where nodes are replicas.  Local. */
ls_span ls_exchange_own(const ls_exchange *exchange);

/**
 * Whether this rank's partial gradient is filled where it is sent from; else it lies in
 * what ls_exchange_create was given.
 *
 * Local.
 */
bool ls_exchange_is_filled(const ls_exchange *exchange);

/** Fill it: config.fill_thin is called.  Local; once a step, before it is sent. */
void ls_exchange_fill(ls_exchange *exchange, void *context);

/** What a rank may do while it waits for messages. */
typedef struct ls_exchange_meanwhile {
  bool (*some)(void *context); /* whether there is more; NULL: nothing is */
  void *context;
  double seconds; /* that it took are added */
} ls_exchange_meanwhile;

/**
 * Send this node's partial sums, stage by stage, and receive the others'.
 *
 * Collective over the slice's peers; each waits, in the end, for all of them.  The
 * parts of this node's sums are left alone until the last ls_exchange_update.
 *
 * totals      out: of all nodes; the same on every rank
 * ride        of this node
 * meanwhile   is done until messages are here
 */
void ls_exchange_send(ls_exchange *exchange, ls_reduction_totals *totals,
                      const ls_exchange_ride *ride, ls_exchange_meanwhile *meanwhile);

/**
 * Measure the blocks of this rank's piece, and collect those of the slice's others; or
 * hand out pieces of the sum, and measure all of them.
 *
 * Collective over the slice's peers; with radix 1 local.  After ls_exchange_send.
 *
 * squares   [blocks->count] out: those of the slice are written
 */
void ls_exchange_measure(ls_exchange *exchange, double *squares,
                         const ls_blocks *blocks, const ls_reduction_config *config);

/**
 * Join what was received and update this rank's piece.
 *
 * Local.
 *
 * weights   [count] the whole vector
 */
void ls_exchange_update(ls_exchange *exchange, float *weights,
                        ls_reduction_update *update, void *context);

/**
 * Hand out the new weights of the slice, unless each peer has updated all of it.
 *
 * Collective over the slice's peers; nothing where they are replicas.
 *
 * weights   [count] the whole vector
 */
void ls_exchange_gather(ls_exchange *exchange, float *weights);

/**
 * Copy rank 0's vector to each node's first rank.
 *
 * Collective over the peers of slice 0: each node's first rank.
 */
void ls_exchange_share(ls_exchange *exchange, float *weights, int64_t count);

#endif
