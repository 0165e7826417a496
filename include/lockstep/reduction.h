#ifndef LOCKSTEP_REDUCTION_H
#define LOCKSTEP_REDUCTION_H

/**
 * The step that ranks share: sum the leaf gradients in one order, update, hand out.
 *
 * Every rank sums its own run of logical shards into a few partial gradients, one for
 * each maximal subtree of the canonical tree in that run.  ls_reduction_step has these
 * filled, joins the partials of all ranks in the canonical tree and lets each slice of
 * the parameters be updated exactly once per node, so that the sums have the same bits
 * on any number of ranks and nodes.
 *
 * What ranks fill from, the rows, may be common to those of a node, and travel to other
 * nodes instead of sums.  Each rank then fills its own slice, over all shards, and what
 * others have left of theirs where that may be updated anywhere; no partial gradient is
 * stored, and every node updates all weights itself.  Or nothing travels but flags, and
 * the ranks of each node have all shards among them.
 *
 * Else what other ranks need is filled first.  On a single node the rest is filled,
 * joined and updated a band at a time, so that it need not leave the caches and nobody
 * waits for it.  Among a few nodes a band's sums, and then its new weights, are on
 * their way while the next is filled, where the network is slow.
 *
 * Why not MPI_Allreduce: a library may choose its algorithm by message size or
 * topology, and float addition is not associative.  It is here too, as
 * LS_REDUCTION_MPI: the reference for speed, and for values to rounding.  See
 * docs/numerics.md.
 */

#include "lockstep/comm.h"
#include "lockstep/loans.h"
#include "lockstep/reduction_config.h"

typedef struct ls_reduction ls_reduction;

/** What a rank adds to a step's messages. */
typedef struct ls_reduction_ride {
  const double *leaf_losses; /* [own shards]; not asked for where rows are common */
  int64_t correct;
  uint64_t flags;
} ls_reduction_ride;

/** What all ranks learn from a step. */
typedef struct ls_reduction_totals {
  double loss; /* the leaf losses in the canonical tree */
  int64_t correct;
  uint64_t flags; /* of all ranks, or-ed */
  bool applied;   /* false: a skip flag was raised, nothing was updated */
} ls_reduction_totals;

/** Seconds that this rank has spent so far. */
typedef struct ls_reduction_times {
  double waiting;  /* for ranks of the node */
  double exchange; /* with other nodes, or in MPI_Allreduce */
  double filling;  /* partial gradients */
  double update;   /* joining and updating */
} ls_reduction_times;

/**
 * Allocate everything that steps need; they allocate nothing.
 *
 * Collective.  `config` must be the same on every rank.
 *
 * returns   LS_OK or the same error on every rank
 *             LS_E_ARG    more ranks than logical shards
 *             LS_E_NOMEM  memory, or a node's shared memory, is too small
 */
LS_API LS_NODISCARD ls_status ls_reduction_create(ls_reduction **out, ls_comm *comm,
                                                  const ls_reduction_config *config);

/** Release it.  Collective. */
LS_API void ls_reduction_destroy(ls_reduction *reduction);

/**
 * The parameters, [count], zero at first; shared by the node's ranks or, with
 * LS_REDUCTION_MPI, this rank's own.  Read only, but for ls_reduction_share.
 *
 * Local.
 */
LS_API float *ls_reduction_weights(ls_reduction *reduction);

/**
 * Memory of config.rows.bytes, and leg_bytes for each leg but the first, that the ranks
 * of a node share, zero at first; NULL where each has to fill its own shards: large
 * batches, nodes that send each other sums, LS_REDUCTION_MPI.  It is written before
 * ls_reduction_step, and read during it.
 *
 * Local; NULL on every rank or on none.
 */
LS_API void *ls_reduction_common(const ls_reduction *reduction);

/**
 * Which rows of the next batch this rank has to write, where they are common.
 *
 * Local; the ranks of a node have all rows of its shards among them.  Changes with
 * ls_reduction_step, from before config.rows.ahead on: who was quick gets more, if each
 * rank has a core.
 *
 * first_row   [shards + 1] where the rows of each logical shard begin in the batch
 */
LS_API ls_span ls_reduction_portion(const ls_reduction *reduction,
                                    const int *first_row);

/**
 * How many ranks of a node hand rows on to each other, each for a run of inputs; 0:
 * none does.
 *
 * Local; the same on every rank of a node.  Each then writes its inputs of all rows,
 * and does in each step, for every group of rows:
 *
 *   ls_reduction_take -> its share in what the group's rows have in common
 *                     -> ls_reduction_hand_on
 *
 * and then ls_reduction_take_all, before it goes on with ls_reduction_portion.
 */
LS_API int ls_reduction_legs(const ls_reduction *reduction);

/** Which of these this rank is.  Local. */
LS_API int ls_reduction_leg(const ls_reduction *reduction);

/**
 * A leg's inputs there, of config.rows.inputs.
 *
 * Local; the same on every rank of a node.  For the next step, as soon as
 * config.rows.ahead is called: who was quick gets more.
 */
LS_API ls_span ls_reduction_inputs(const ls_reduction *reduction, int leg);

/** How many rows a group has, but for the last.  Local; same result on every rank. */
LS_API int ls_reduction_relay_rows(const ls_reduction *reduction);

/** Wait until the rank before has handed a group of this step on.  Local. */
LS_API void ls_reduction_take(ls_reduction *reduction, int group);

/** Hand the next group on.  Local. */
LS_API void ls_reduction_hand_on(ls_reduction *reduction);

/**
 * Wait until the last rank has handed the first `groups` of this step on.
 *
 * Local.  This rank has handed on all of the step's.
 *
 * returns   seconds that this rank has waited for others in this step so far
 */
LS_API double ls_reduction_take_all(ls_reduction *reduction, int groups);

/**
 * Whether what this rank writes for others is best written past its caches, because
 * their cores do not share one with its own.
 *
 * Local; may differ between ranks, and from step to step.  It decides no bits.
 */
LS_API bool ls_reduction_posts(const ls_reduction *reduction);

/**
 * Whether, of two ranks that hand rows on, each alone updates what belongs to its
 * inputs, and the second one all that follows; others' slices may then still be written
 * when ls_reduction_step returns.
 *
 * Local; the same on every rank of a node.
 */
LS_API bool ls_reduction_slices_follow(const ls_reduction *reduction);

/**
 * What ranks lend each other where each has the rows of its own shards, and a core;
 * NULL: nothing.
 *
 * Local; NULL on every rank or on none.
 */
LS_API ls_loans *ls_reduction_loans(ls_reduction *reduction);

/**
 * What ranks send each other, as it was decided.
 *
 * Local; the same on every rank.  On one node, and with LS_REDUCTION_MPI, it tells what
 * gradients are computed from: rows of all ranks, or the rank's own for sums.
 */
LS_API ls_reduction_exchange ls_reduction_sends(const ls_reduction *reduction);

/**
 * Bytes that a node sends in a step, a rank with LS_REDUCTION_MPI, about; less, where
 * ls_reduction_config.thin leaves some out.
 *
 * Local.
 */
LS_API double ls_reduction_sent_bytes(const ls_reduction *reduction);

/** Bytes of this rank's memory for messages between nodes.  Local. */
LS_API int64_t ls_reduction_message_bytes(const ls_reduction *reduction);

/** "sums", "rounds", "rows", "flags".  Local. */
LS_API const char *ls_reduction_exchange_name(ls_reduction_exchange exchange);

/** This rank's logical shards; of common rows ls_reduction_portion tells.  Local. */
LS_API ls_span ls_reduction_shards(const ls_reduction *reduction);

/** Partial gradients that this rank has to fill; one where rows are common.  Local. */
LS_API int ls_reduction_part_count(const ls_reduction *reduction);

/**
 * The logical shards that this rank's partial gradient `part` is the ordered sum of.
 *
 * Local.
 */
LS_API ls_span ls_reduction_part_shards(const ls_reduction *reduction, int part);

/**
 * The piece of the parameters that this rank updates, and of which it has the slots.
 *
 * Local.  May be empty.  Where the configuration says `anywhere`, others may update
 * some of it, and this rank some of theirs.
 */
LS_API ls_span ls_reduction_own(const ls_reduction *reduction);

/**
 * Copy rank 0's parameters to all.
 *
 * Collective.  Rank 0 has written ls_reduction_weights; nobody else has.
 */
LS_API void ls_reduction_share(ls_reduction *reduction);

/**
 * Fill, join, update, hand out.
 *
 * Collective; waits for all ranks, or where nodes work apart, mostly for the node's.
 * All weights are then written; where ls_reduction_slices_follow, only if a flag was
 * raised by any rank: nobody but the next step reads them otherwise.
 *
 * totals    out: the same on every rank that is as far
 * ride      this rank's
 * context   handed to what config.fill, .update and .measured name
 * cost      per node, 2 (nodes - 1)/nodes count floats sent, where nodes own aligned
 *           subtrees, or its rows to all others, or next to nothing; inside a node no
 *           float is copied
 */
LS_API void ls_reduction_step(ls_reduction *reduction, ls_reduction_totals *totals,
                              const ls_reduction_ride *ride, void *context);

/**
 * Collect an optimizer slot on rank 0.
 *
 * Collective.
 *
 * all   [count] out, on rank 0; else NULL
 * own   [own.count] this rank's piece
 */
LS_API void ls_reduction_collect(ls_reduction *reduction, float *all, const float *own);

/**
 * Hand an optimizer slot out from rank 0.
 *
 * Collective.
 *
 * own   [own.count] out
 * all   [count] on rank 0; else NULL
 */
LS_API void ls_reduction_deal(ls_reduction *reduction, float *own, const float *all);

/** Where this rank's time went.  Local. */
LS_API ls_reduction_times ls_reduction_seconds(const ls_reduction *reduction);

#endif
