/**
 * Layout of the shared memory:
 *
 *   arrival [node_size]   one cache line a rank: how many barriers it has reached
 *   bytes                 the caller's
 */

#include "comm/window.h"

#include "base/alloc.h"
#include "comm/comm_private.h"

#include <sched.h>
#include <stdatomic.h>
#include <sys/statvfs.h>

enum { SPINS = 64 };

typedef struct arrival {
  _Alignas(LS_ALIGNMENT) _Atomic uint32_t barriers;
} arrival;

struct ls_window {
  MPI_Win win;
  arrival *arrivals; /* [count] shared */
  int count, own;    /* ranks of the node; this one */
  uint32_t reached;  /* barriers of this rank */
  void *bytes;
};

// Open MPI would otherwise die of SIGBUS on the first write to a page that is not there.
static ls_status check_room(size_t bytes)
{
  struct statvfs shm;

  if (statvfs("/dev/shm", &shm) != 0) {
    return LS_OK; // the backing file is elsewhere, and its owner reports
  }
  uint64_t room = (uint64_t)shm.f_bavail * shm.f_frsize;
  if (room < bytes) {
    return ls_fail(
        LS_E_NOMEM,
        "this node's ranks need %zu MB of shared memory and /dev/shm has %llu "
        "MB left: enlarge it, run fewer ranks a node, or use --allreduce mpi",
        (bytes >> 20) + 1, (unsigned long long)(room >> 20));
  }
  return LS_OK;
}

static void attach(ls_window *window, ls_comm *comm, size_t bytes)
{
  void *base = NULL;
  MPI_Aint size = 0;
  int unit = 0;
  MPI_Aint wanted = comm->node_rank == 0 ? (MPI_Aint)bytes : 0;

  MPI_Win_allocate_shared(wanted, 1, MPI_INFO_NULL, comm->node, &base, &window->win);
  MPI_Win_shared_query(window->win, 0, &size, &unit, &base);
  // The mapping is whole pages, so every rank skips the same number of bytes.
  uintptr_t address = (uintptr_t)base;
  uintptr_t skip = (LS_ALIGNMENT - address % LS_ALIGNMENT) % LS_ALIGNMENT;
  window->arrivals = (arrival *)(void *)((char *)base + skip);
  window->bytes = window->arrivals + comm->node_size;
  window->count = comm->node_size;
  window->own = comm->node_rank;
}

ls_status ls_window_create(ls_window **out, ls_comm *comm, size_t bytes)
{
  ls_window *window = ls_alloc(1, sizeof *window);
  size_t all = bytes + LS_ALIGNMENT + (size_t)comm->node_size * sizeof(arrival);
  ls_status status = window ? LS_OK : LS_E_NOMEM;

  if (status == LS_OK && comm->node_rank == 0) {
    status = check_room(all);
  }
  status = ls_comm_agree(comm, status);
  if (status == LS_OK) {
    attach(window, comm, all);
    atomic_store(&window->arrivals[window->own].barriers, 0);
    MPI_Barrier(comm->node);
  } else {
    ls_free(window);
    window = NULL;
  }
  *out = window;
  return status;
}

void ls_window_destroy(ls_window *window)
{
  if (window) {
    MPI_Win_free(&window->win);
    ls_free(window);
  }
}

void *ls_window_bytes(const ls_window *window)
{
  return window->bytes;
}

static inline void pause_briefly(void)
{
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// Each rank counts its own arrivals and waits for every other count to catch up: one
// writer a cache line, and no rank needs to be the master.
void ls_window_barrier(ls_window *window)
{
  uint32_t reached = ++window->reached;

  atomic_store_explicit(&window->arrivals[window->own].barriers, reached,
                        memory_order_release);
  for (int rank = 0; rank < window->count; rank++) {
    const _Atomic uint32_t *other = &window->arrivals[rank].barriers;
    // The difference, not the order, so that the count may wrap around.
    for (int spins = 0;
         (int32_t)(atomic_load_explicit(other, memory_order_acquire) - reached) < 0;
         spins++) {
      if (spins < SPINS) {
        pause_briefly();
      } else {
        (void)sched_yield();
      }
    }
  }
}
