/**
 * What a simulated cluster needs in place of the machine's own.
 *
 * All ranks of a simulation are coroutines of one process, so the memory that a node's
 * ranks share is plain memory, whose address its first rank tells, and nobody may spin
 * or sleep until another rank has moved: the barrier is MPI's.  There is nobody to
 * watch.
 *
 * The simulator knows the network only.  Time in memory is charged here, at one rate,
 * for what joins read and write, and for sums that are read again; the driver charges
 * its updates and gradients.
 */

#include "charge.h"

#include "base/alloc.h"
#include "comm/blocks.h"
#include "comm/comm_private.h"
#include "comm/stale.h"
#include "comm/watch.h"
#include "comm/window.h"

#include <smpi/smpi.h>

const float *__real_ls_chunk_join(ls_chunk_table *table, const ls_join *join,
                                  ls_reduction_add *add, int64_t first, int64_t count);
const float *__wrap_ls_chunk_join(ls_chunk_table *table, const ls_join *join,
                                  ls_reduction_add *add, int64_t first, int64_t count);
void __real_ls_chunk_join_into(float *out, ls_chunk_table *table, const ls_join *join,
                               ls_reduction_add *add, ls_span piece);
void __wrap_ls_chunk_join_into(float *out, ls_chunk_table *table, const ls_join *join,
                               ls_reduction_add *add, ls_span piece);
void __real_ls_blocks_measure_sum(double *squares, const ls_blocks *blocks,
                                  ls_span piece, const ls_reduction_config *config,
                                  const float *sum);
void __wrap_ls_blocks_measure_sum(double *squares, const ls_blocks *blocks,
                                  ls_span piece, const ls_reduction_config *config,
                                  const float *sum);
int __real_MPI_Isend(const void *data, int count, MPI_Datatype type, int to, int tag,
                     MPI_Comm comm, MPI_Request *request);
int __wrap_MPI_Isend(const void *data, int count, MPI_Datatype type, int to, int tag,
                     MPI_Comm comm, MPI_Request *request);

struct ls_window {
  ls_comm *comm;
  void *bytes;
};

static double bytes_per_second;
static double owed; /* seconds */

void charge_at(double rate)
{
  bytes_per_second = rate;
}

void charge_bytes(double bytes)
{
  if (bytes_per_second > 0.0) {
    owed += bytes / bytes_per_second;
  }
}

void charge_seconds(double seconds)
{
  owed += seconds;
}

void charge_now(void)
{
  if (owed > 0.0) {
    smpi_execute_flops(owed * CHARGE_FLOPS_PER_SECOND);
    owed = 0.0;
  }
}

ls_status ls_window_create(ls_window **out, ls_comm *comm, size_t bytes)
{
  ls_window *window = ls_alloc(1, sizeof *window);
  void *shared = comm->node_rank == 0 ? ls_alloc(bytes, 1) : NULL;

  if (!window) {
    return LS_E_NOMEM;
  }
  *window = (ls_window){comm, shared};
  MPI_Bcast(&window->bytes, sizeof window->bytes, MPI_BYTE, 0, comm->node);
  *out = window;
  return window->bytes ? LS_OK : LS_E_NOMEM;
}

void ls_window_destroy(ls_window *window)
{
  if (window) {
    MPI_Barrier(window->comm->node);
    if (window->comm->node_rank == 0) {
      ls_free(window->bytes);
    }
    ls_free(window);
  }
}

void *ls_window_bytes(const ls_window *window)
{
  return window->bytes;
}

// All of a barrier is in its second half: nothing is done between the two.
void ls_window_arrive(ls_window *window)
{
  (void)window;
}

void ls_window_wait(ls_window *window)
{
  charge_now();
  if (window->comm->node_size > 1) {
    MPI_Barrier(window->comm->node);
  }
}

void ls_window_barrier(ls_window *window)
{
  ls_window_wait(window);
}

// Linked with --wrap.  A join reads its parts once and writes its sum, or leaves it in
// the nearest cache for the update.
const float *__wrap_ls_chunk_join(ls_chunk_table *table, const ls_join *join,
                                  ls_reduction_add *add, int64_t first, int64_t count)
{
  charge_bytes((double)(join->step_count + 1) * (double)count * sizeof(float));
  return __real_ls_chunk_join(table, join, add, first, count);
}

void __wrap_ls_chunk_join_into(float *out, ls_chunk_table *table, const ls_join *join,
                               ls_reduction_add *add, ls_span piece)
{
  charge_bytes((double)(join->step_count + 2) * (double)piece.count * sizeof(float));
  __real_ls_chunk_join_into(out, table, join, add, piece);
}

// Once for the norm, and once more for the update.
void __wrap_ls_blocks_measure_sum(double *squares, const ls_blocks *blocks,
                                  ls_span piece, const ls_reduction_config *config,
                                  const float *sum)
{
  charge_bytes(2.0 * (double)piece.count * sizeof(float));
  __real_ls_blocks_measure_sum(squares, blocks, piece, config, sum);
}

// What is owed is paid before a message leaves.
int __wrap_MPI_Isend(const void *data, int count, MPI_Datatype type, int to, int tag,
                     MPI_Comm comm, MPI_Request *request)
{
  charge_now();
  return __real_MPI_Isend(data, count, type, to, tag, comm, request);
}

void ls_watch_arrive(void) {}

void ls_watch_excuse(void) {}

int ls_stale_remove(void)
{
  return 0;
}
