#include "bench/sums.h"

#include "base/alloc.h"
#include "comm/probe.h"
#include "lockstep/reduction.h"

#include <string.h>

// Slices are cut, and filled in bands, about as in training.
enum { BLOCK_FLOATS = 1024, BAND_FLOATS = 12 * BLOCK_FLOATS };

typedef struct workbench {
  ls_comm *comm;
  ls_reduction *reduction;
  float *values; /* [count] */
  size_t count;
} workbench;

static void give_values(void *context, float *out, int part, ls_span piece,
                        const ls_reduction_near *near)
{
  const workbench *w = context;

  (void)near;
  (void)part; // there is one
  memcpy(out, w->values + piece.first, (size_t)piece.count * sizeof *out);
}

static void take_sum(void *context, float *weights, const float *gradient,
                     ls_span piece)
{
  (void)context;
  memcpy(weights, gradient, (size_t)piece.count * sizeof *weights);
}

static void sum_in_order(void *context)
{
  workbench *w = context;
  const double loss = 0;
  ls_reduction_totals totals;
  ls_reduction_ride ride = {.leaf_losses = &loss};

  ls_reduction_step(w->reduction, &totals, &ride, w);
}

static void sum_by_mpi(void *context)
{
  const workbench *w = context;
  ls_probe_allreduce(w->comm, w->values, w->count);
}

// A logical shard a rank, so that each has one vector to give.
static ls_status create_reduction(workbench *w, const ls_kernels *kernels)
{
  int64_t count = (int64_t)w->count;
  int blocks = (int)((count + BLOCK_FLOATS - 1) / BLOCK_FLOATS);
  int64_t *edges = ls_alloc((size_t)blocks + 1, sizeof *edges);

  ls_status status = ls_comm_agree(w->comm, edges ? LS_OK : LS_E_NOMEM);
  if (status == LS_OK) {
    for (int i = 0; i < blocks; i++) {
      edges[i] = (int64_t)i * BLOCK_FLOATS;
    }
    edges[blocks] = count;
    ls_reduction_config config = {.kind = LS_REDUCTION_ORDERED,
                                  .count = count,
                                  .edges = edges,
                                  .edge_count = blocks + 1,
                                  .shards = ls_comm_size(w->comm),
                                  .add = kernels->add,
                                  .fill = give_values,
                                  .update = take_sum,
                                  .band = BAND_FLOATS};
    status = ls_reduction_create(&w->reduction, w->comm, &config);
  }
  ls_free(edges);
  return status;
}

ls_status ls_sums_measure(ls_sums *out, ls_comm *comm, const ls_kernels *kernels,
                          int64_t bytes, double seconds)
{
  workbench w = {.comm = comm, .count = (size_t)bytes / sizeof(float)};

  *out = (ls_sums){.bytes = bytes};
  w.values = ls_alloc(w.count, sizeof *w.values);
  ls_status status = ls_comm_agree(comm, w.values ? LS_OK : LS_E_NOMEM);
  if (status != LS_OK) {
    ls_free(w.values);
    return status;
  }
  // A /dev/shm that is too small for a size is no reason to end.
  if (create_reduction(&w, kernels) == LS_OK) {
    out->fits = true;
    out->ordered = ls_sample_take(comm, seconds, sum_in_order, &w);
    ls_reduction_destroy(w.reduction);
  }
  out->mpi = ls_sample_take(comm, seconds, sum_by_mpi, &w);
  ls_free(w.values);
  return LS_OK;
}
