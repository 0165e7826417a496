/**
 * Layout of the shared memory:
 *
 *   arrival [node_size]   one cache line a rank: how many barriers it has reached
 *   bytes                 the caller's
 */

#include "comm/window.h"

#include "base/alloc.h"
#include "base/pause.h"
#include "comm/comm_private.h"

#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

// Looks before a waiting rank gives its core away.  With a core for each rank the
// others are as good as there, and a yield would hand a slice of milliseconds to
// whatever else the machine runs: about a millisecond of looking, then sleep.  With
// fewer cores the others need this one: yield soon, sleep when that has not helped.
enum { SPINS_ALONE = 50000, SPINS_SHARED = 50, YIELDS_SHARED = 2 };

typedef struct arrival {
  _Alignas(LS_ALIGNMENT) _Atomic uint32_t barriers;
  _Atomic uint32_t sleepers; /* ranks that sleep until `barriers` moves */
} arrival;

struct ls_window {
  MPI_Win win;
  arrival *arrivals; /* [count] shared */
  int count, own;    /* ranks of the node; this one */
  uint32_t reached;  /* barriers of this rank */
  int spins, yields; /* before it sleeps */
  void *bytes;
};

// Open MPI would otherwise die of SIGBUS on the first write to a page that is not
// there.
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
  window->spins = comm->has_core_each ? SPINS_ALONE : SPINS_SHARED;
  window->yields = comm->has_core_each ? 0 : YIELDS_SHARED;
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
    // One rank's memory is not shared, and so not zero.
    atomic_store(&window->arrivals[window->own].barriers, 0);
    atomic_store(&window->arrivals[window->own].sleepers, 0);
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

// The difference, not the order, so that the count may wrap around.
static bool is_behind(const arrival *other, uint32_t reached)
{
  uint32_t barriers = atomic_load_explicit(&other->barriers, memory_order_acquire);
  return (int32_t)(barriers - reached) < 0;
}

static void sleep_until_moved(arrival *other, uint32_t reached)
{
  // Announced before the last look, and looked for after the count has moved: one of
  // the two sides sees the other.
  atomic_fetch_add(&other->sleepers, 1);
  uint32_t seen = atomic_load(&other->barriers);
  if ((int32_t)(seen - reached) < 0) {
    (void)syscall(SYS_futex, &other->barriers, FUTEX_WAIT, seen, NULL, NULL, 0);
  }
  atomic_fetch_sub(&other->sleepers, 1);
}

static void wait_for(const ls_window *window, arrival *other)
{
  for (int looks = 0; is_behind(other, window->reached); looks++) {
    if (looks < window->spins) {
      ls_pause();
    } else if (looks < window->spins + window->yields) {
      (void)sched_yield();
    } else {
      sleep_until_moved(other, window->reached);
    }
  }
}

// Each rank counts its own arrivals and waits for every other count to catch up: one
// writer a cache line, and no rank needs to be the master.
void ls_window_arrive(ls_window *window)
{
  arrival *own = &window->arrivals[window->own];

  atomic_store(&own->barriers, ++window->reached);
  if (atomic_load(&own->sleepers) != 0) {
    (void)syscall(SYS_futex, &own->barriers, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
  }
}

void ls_window_wait(ls_window *window)
{
  for (int rank = 0; rank < window->count; rank++) {
    wait_for(window, &window->arrivals[rank]);
  }
}

void ls_window_barrier(ls_window *window)
{
  ls_window_arrive(window);
  ls_window_wait(window);
}
