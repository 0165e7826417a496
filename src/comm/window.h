#ifndef COMM_WINDOW_H
#define COMM_WINDOW_H

/**
 * Memory that the ranks of a node share, and a barrier in it.
 *
 * The node's first rank allocates all of it.  A page belongs to the core that writes it
 * first, so each rank clears what it will write.
 */

#include "base/alloc.h"
#include "lockstep/comm.h"

typedef struct ls_window ls_window;

/**
 * Share `bytes` bytes on every node.
 *
 * Collective.
 *
 * bytes     of this node; the same on every rank of a node, may differ between nodes
 * returns   LS_OK or the same error on every rank
 *             LS_E_NOMEM  the node's shared memory is too small; the text says how much
 *                         there is
 */
LS_NODISCARD ls_status ls_window_create(ls_window **out, ls_comm *comm, size_t bytes);

/** Bytes rounded up to whole cache lines, so that no two ranks write one.  Local. */
static inline size_t ls_window_lines(size_t bytes)
{
  return (bytes + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

/** Release it.  Collective. */
void ls_window_destroy(ls_window *window);

/** The shared bytes, 64-byte aligned, zero at first.  Local. */
void *ls_window_bytes(const ls_window *window);

/**
 * Wait until all ranks of the node are here; what they wrote before is visible after.
 *
 * Collective over the node.  Waits for every rank of the node; spins briefly and then
 * yields, because ranks may share cores.
 */
void ls_window_barrier(ls_window *window);

/**
 * The first half of a barrier: tell that this rank is here, and wait for nobody.
 *
 * Collective over the node.  Until ls_window_wait it writes nothing that others read,
 * and reads nothing that they write.
 */
void ls_window_arrive(ls_window *window);

/** The second half: wait until all ranks of the node have arrived.  Collective. */
void ls_window_wait(ls_window *window);

#endif
