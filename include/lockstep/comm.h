#ifndef LOCKSTEP_COMM_H
#define LOCKSTEP_COMM_H

/**
 * The ranks of a run, ordered by node, and how they agree.
 *
 * A rank whose local work failed must not leave alone: the others would wait for it in
 * the next collective call for ever.  So work that may fail on one rank ends in
 * ls_comm_agree, after which all ranks hold the same status and text.
 *
 * When MPI itself fails there is nobody to agree with: the rank says so and aborts all.
 */

#include "lockstep/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct ls_comm ls_comm;

/**
 * Start MPI if nobody has, and order its ranks by node.
 *
 * Where all ranks are on one host the environment then has OMPI_MCA_pml=ob1, unless it
 * has another one: no network is looked for.
 *
 * Collective over all processes.  Out of memory ends the program here, because there is
 * nothing yet to agree over.
 *
 * fake_nodes   NULL, or sizes of pretended nodes, "3,2": for tests on one machine
 * returns      LS_OK
 *                LS_E_ARG  fake_nodes does not add up to the number of ranks
 */
LS_API LS_NODISCARD ls_status ls_comm_create(ls_comm **out, const char *fake_nodes);

/**
 * Release the communicator, and end MPI if ls_comm_create started it.
 *
 * Collective.
 */
LS_API void ls_comm_destroy(ls_comm *comm);

/** This process's rank, from 0, nodes being contiguous.  Local. */
LS_API int ls_comm_rank(const ls_comm *comm);

/** How many ranks there are.  Local; same result on every rank. */
LS_API int ls_comm_size(const ls_comm *comm);

/** This rank's place on its node, from 0.  Local. */
LS_API int ls_comm_node_rank(const ls_comm *comm);

/** How many ranks this rank's node has.  Local. */
LS_API int ls_comm_node_size(const ls_comm *comm);

/** Which node this rank is on, from 0.  Local. */
LS_API int ls_comm_node_index(const ls_comm *comm);

/** How many nodes there are.  Local; same result on every rank. */
LS_API int ls_comm_node_count(const ls_comm *comm);

/**
 * Make the first failure everybody's.
 *
 * Collective.  Between two agreements no rank may return or skip a collective call.
 *
 * status    this rank's
 * returns   LS_OK if no rank failed; else the status of the lowest failing rank, with
 *           its text prefixed `rank 3: `, on every rank
 * cost      one allreduce of an int where nobody failed
 */
LS_API LS_NODISCARD ls_status ls_comm_agree(ls_comm *comm, ls_status status);

/**
 * Check that all ranks hold the same bytes.
 *
 * Collective.  `bytes` may differ: then they are not the same.
 *
 * what      names the thing: "the data set's digest"
 * returns   LS_OK
 *             LS_E_DIVERGED  a rank's bytes differ from rank 0's; the text names it
 */
LS_API LS_NODISCARD ls_status ls_comm_same(ls_comm *comm, const void *data,
                                           size_t bytes, const char *what);

/**
 * Copy bytes from rank 0 to all ranks.
 *
 * Collective.  `bytes` must be the same on every rank.
 */
LS_API void ls_comm_broadcast(ls_comm *comm, void *data, size_t bytes);

/**
 * Copy bytes from a node's first rank to the node's other ranks.
 *
 * Collective over the node.
 */
LS_API void ls_comm_node_broadcast(ls_comm *comm, void *data, size_t bytes);

/**
 * Collect each rank's run of items on all ranks.
 *
 * Collective.
 *
 * items        [count] in: this rank's run, ls_span_part(count, size, rank), in its
 *              place; out: everybody's
 * item_bytes   of one item
 * returns      LS_OK or the same error on every rank
 *                LS_E_NOMEM
 */
LS_API LS_NODISCARD ls_status ls_comm_collect(ls_comm *comm, void *items,
                                              size_t item_bytes, int64_t count);

/**
 * The same among the ranks of each node, whose counts and items may differ.
 *
 * Collective.  The run is ls_span_part(count, node_size, node_rank).
 */
LS_API LS_NODISCARD ls_status ls_comm_node_collect(ls_comm *comm, void *items,
                                                   size_t item_bytes, int64_t count);

/**
 * The largest of the ranks' values, element by element.
 *
 * Collective.
 *
 * values   [count] in: this rank's; out: the largest over all ranks
 */
LS_API void ls_comm_largest(ls_comm *comm, double *values, int count);

/** The mean of the ranks' values, as ls_comm_largest.  Collective. */
LS_API void ls_comm_mean(ls_comm *comm, double *values, int count);

/** The largest of the ranks' words, as ls_comm_largest.  Collective. */
LS_API void ls_comm_largest_words(ls_comm *comm, uint64_t *words, int count);

/** Wait until all ranks are here.  Collective. */
LS_API void ls_comm_barrier(ls_comm *comm);

/**
 * End all ranks at once, without agreement.
 *
 * Local; does not return.
 */
LS_API _Noreturn void ls_comm_abort(int exit_code);

#endif
