#include "lockstep/comm.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/log.h"
#include "comm/comm_private.h"
#include "comm/cores.h"
#include "comm/launch.h"
#include "comm/stale.h"
#include "comm/watch.h"
#include "lockstep/span.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A status on its way to other ranks.
typedef struct verdict {
  int status;
  char text[1024];
} verdict;

void ls_comm_abort(int exit_code)
{
  ls_watch_excuse();
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  abort();
}

static void report_mpi_failure(MPI_Comm *comm, int *code, ...)
{
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  int rank = -1;

  MPI_Comm_rank(*comm, &rank);
  MPI_Error_string(*code, text, &length);
  ls_log_alarm("rank %d: MPI failed: %s", rank, text);
  ls_comm_abort(ls_status_exit_code(LS_E_LOST));
}

// The handler is inherited by every communicator split from this one.
static MPI_Comm duplicate_world(void)
{
  MPI_Comm parent = MPI_COMM_NULL;
  MPI_Errhandler handler = MPI_ERRHANDLER_NULL;

  MPI_Comm_dup(MPI_COMM_WORLD, &parent);
  MPI_Comm_create_errhandler(report_mpi_failure, &handler);
  MPI_Comm_set_errhandler(parent, handler);
  MPI_Errhandler_free(&handler);
  return parent;
}

static void set_handler(MPI_Comm from, MPI_Comm to)
{
  MPI_Errhandler handler = MPI_ERRHANDLER_NULL;

  MPI_Comm_get_errhandler(from, &handler);
  MPI_Comm_set_errhandler(to, handler);
  MPI_Errhandler_free(&handler);
}

// By where ranks are bound.
static bool has_core_each(const ls_comm *comm)
{
  MPI_Comm machine = MPI_COMM_NULL;
  int ranks = 0;
  ls_cores cores;

  MPI_Comm_split_type(comm->all, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  MPI_Comm_size(machine, &ranks);
  ls_cores_of(&cores, 0);
  MPI_Allreduce(MPI_IN_PLACE, cores.words, LS_CORES_WORDS, MPI_UINT64_T, MPI_BOR,
                machine);
  MPI_Comm_free(&machine);
  return ls_cores_count(&cores) >= ranks;
}

ls_status ls_comm_create(ls_comm **out, const char *fake_nodes)
{
  int running = 0;
  ls_comm *comm = NULL;

  *out = NULL;
  MPI_Initialized(&running);
  if (!running) {
    int level = 0;
    if (ls_launch_is_first_of_host()) {
      (void)ls_stale_remove();
    }
    ls_launch_leave_networks_out();
    ls_launch_let_long_messages_go();
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
  }
  comm = ls_alloc(1, sizeof *comm);
  if (!comm) {
    ls_comm_abort(1);
  }
  comm->started_mpi = !running;
  comm->all = MPI_COMM_NULL;
  comm->node = MPI_COMM_NULL;
  MPI_Comm parent = duplicate_world();
  ls_status status = ls_comm_find_nodes(comm, parent, fake_nodes);
  if (status == LS_OK) {
    set_handler(parent, comm->all);
    set_handler(parent, comm->node);
    comm->has_core_each = has_core_each(comm);
  }
  MPI_Comm_rank(MPI_COMM_WORLD, &running);
  ls_assert_set_handler(comm->all == MPI_COMM_NULL ? running : comm->rank,
                        ls_comm_abort);
  MPI_Comm_free(&parent);
  if (status != LS_OK) {
    ls_comm_destroy(comm);
    comm = NULL;
  }
  *out = comm;
  return status;
}

void ls_comm_destroy(ls_comm *comm)
{
  if (!comm) {
    return;
  }
  if (comm->node != MPI_COMM_NULL) {
    MPI_Comm_free(&comm->node);
  }
  if (comm->all != MPI_COMM_NULL) {
    MPI_Comm_free(&comm->all);
  }
  bool started_mpi = comm->started_mpi;
  ls_free(comm->node_sizes);
  ls_free(comm);
  if (started_mpi) {
    ls_assert_set_handler(0, NULL);
    MPI_Finalize();
  }
}

int ls_comm_rank(const ls_comm *comm)
{
  return comm->rank;
}

int ls_comm_size(const ls_comm *comm)
{
  return comm->size;
}

int ls_comm_node_rank(const ls_comm *comm)
{
  return comm->node_rank;
}

int ls_comm_node_size(const ls_comm *comm)
{
  return comm->node_size;
}

int ls_comm_node_index(const ls_comm *comm)
{
  return comm->node_index;
}

int ls_comm_node_count(const ls_comm *comm)
{
  return comm->node_count;
}

int ls_comm_count(size_t count)
{
  if (count > INT_MAX) {
    ls_log_alarm("a message of %zu items is too long for MPI", count);
    ls_comm_abort(ls_status_exit_code(LS_E_INTERNAL));
  }
  return (int)count;
}

ls_status ls_comm_agree(ls_comm *comm, ls_status status)
{
  int failed = status == LS_OK ? comm->size : comm->rank;
  int lowest = 0;
  verdict sent = {0};

  ls_watch_arrive();
  MPI_Allreduce(&failed, &lowest, 1, MPI_INT, MPI_MIN, comm->all);
  if (lowest == comm->size) {
    return LS_OK;
  }
  if (comm->rank == lowest) {
    sent.status = (int)status;
    (void)snprintf(sent.text, sizeof sent.text, "%s", ls_status_message());
  }
  MPI_Bcast(&sent, sizeof sent, MPI_BYTE, lowest, comm->all);
  // Of a part of a run the text names the rank already.
  if (strncmp(sent.text, "rank ", 5) == 0) {
    return ls_fail((ls_status)sent.status, "%s", sent.text);
  }
  return ls_fail((ls_status)sent.status, "rank %d: %s", comm->first_rank + lowest,
                 sent.text);
}

ls_status ls_comm_same(ls_comm *comm, const void *data, size_t bytes, const char *what)
{
  uint64_t first_bytes = bytes;
  ls_status status = LS_OK;

  ls_watch_arrive();
  MPI_Bcast(&first_bytes, 1, MPI_UINT64_T, 0, comm->all);
  unsigned char *first = ls_alloc(first_bytes, 1);
  if (!first) {
    ls_comm_abort(1);
  }
  if (comm->rank == 0) {
    memcpy(first, data, bytes);
  }
  MPI_Bcast(first, ls_comm_count(first_bytes), MPI_BYTE, 0, comm->all);
  if (first_bytes != bytes || memcmp(first, data, bytes) != 0) {
    status = ls_fail(LS_E_DIVERGED, "%s differs from rank 0's", what);
  }
  ls_free(first);
  return ls_comm_agree(comm, status);
}

void ls_comm_broadcast(ls_comm *comm, void *data, size_t bytes)
{
  // In pieces, because MPI counts with an int.
  const size_t piece = (size_t)1 << 30;

  for (size_t done = 0; done < bytes; done += piece) {
    size_t now = bytes - done < piece ? bytes - done : piece;
    ls_watch_arrive();
    MPI_Bcast((char *)data + done, ls_comm_count(now), MPI_BYTE, 0, comm->all);
  }
}

void ls_comm_node_broadcast(ls_comm *comm, void *data, size_t bytes)
{
  MPI_Bcast(data, ls_comm_count(bytes), MPI_BYTE, 0, comm->node);
}

// Over the whole of `comm` or over each node.
static ls_status collect(ls_comm *comm, MPI_Comm over, void *items, size_t item_bytes,
                         int64_t count)
{
  int size = 0;

  MPI_Comm_size(over, &size);
  int *bytes = ls_alloc(2 * (size_t)size, sizeof *bytes);
  ls_status status = ls_comm_agree(comm, bytes ? LS_OK : LS_E_NOMEM);
  if (status == LS_OK) {
    int *places = bytes + size;
    for (int rank = 0; rank < size; rank++) {
      ls_span run = ls_span_part(count, size, rank);
      bytes[rank] = ls_comm_count((size_t)run.count * item_bytes);
      places[rank] = ls_comm_count((size_t)run.first * item_bytes);
    }
    ls_watch_arrive();
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, items, bytes, places, MPI_BYTE,
                   over);
  }
  ls_free(bytes);
  return status;
}

ls_status ls_comm_collect(ls_comm *comm, void *items, size_t item_bytes, int64_t count)
{
  return collect(comm, comm->all, items, item_bytes, count);
}

ls_status ls_comm_node_collect(ls_comm *comm, void *items, size_t item_bytes,
                               int64_t count)
{
  return collect(comm, comm->node, items, item_bytes, count);
}

void ls_comm_largest(ls_comm *comm, double *values, int count)
{
  ls_watch_arrive();
  MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_MAX, comm->all);
}

void ls_comm_mean(ls_comm *comm, double *values, int count)
{
  ls_watch_arrive();
  MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_SUM, comm->all);
  for (int i = 0; i < count; i++) {
    values[i] /= comm->size;
  }
}

void ls_comm_largest_words(ls_comm *comm, uint64_t *words, int count)
{
  ls_watch_arrive();
  MPI_Allreduce(MPI_IN_PLACE, words, count, MPI_UINT64_T, MPI_MAX, comm->all);
}

void ls_comm_barrier(ls_comm *comm)
{
  ls_watch_arrive();
  MPI_Barrier(comm->all);
}
