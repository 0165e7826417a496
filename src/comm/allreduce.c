/**
 * LS_REDUCTION_MPI: one MPI_Allreduce a step, and every rank updates everything.
 *
 * The message is the gradient and, behind it, what rides along, as floats that a sum
 * leaves exact: the loss in two halves, the count of correct rows (below 2^24), and a
 * count of raising ranks for each flag.
 */

#include "base/alloc.h"
#include "base/clock.h"
#include "comm/blocks.h"
#include "comm/chunk.h"
#include "comm/comm_private.h"
#include "comm/reduction_private.h"
#include "comm/watch.h"

#include <string.h>

enum { FLAG_BITS = 64, RIDE_FLOATS = 3 + FLAG_BITS };

typedef struct allreduce {
  ls_reduction head;
  float *message; /* [count + RIDE_FLOATS] */
  ls_blocks blocks;
  double *squares; /* [blocks.count] */
} allreduce;

static void destroy(ls_reduction *reduction)
{
  allreduce *a = (allreduce *)reduction;

  ls_blocks_clear(&a->blocks);
  ls_free(a->squares);
  ls_free(a->message);
  ls_free(reduction->parts);
  ls_free(reduction->weights);
  ls_free(a);
}

static void share(ls_reduction *reduction)
{
  ls_comm_broadcast(reduction->comm, reduction->weights,
                    (size_t)reduction->config.count * sizeof *reduction->weights);
}

static void pack_ride(float *out, const ls_reduction_ride *ride, int64_t shards)
{
  double loss = ls_tree_sum(ride->leaf_losses, (int)shards);

  out[0] = (float)loss;
  out[1] = (float)(loss - (double)out[0]);
  out[2] = (float)ride->correct;
  for (int bit = 0; bit < FLAG_BITS; bit++) {
    out[3 + bit] = (float)(ride->flags >> bit & 1);
  }
}

static void unpack_totals(ls_reduction_totals *totals, const float *in)
{
  totals->loss = (double)in[0] + (double)in[1];
  totals->correct = (int64_t)in[2];
  totals->flags = 0;
  for (int bit = 0; bit < FLAG_BITS; bit++) {
    if (in[3 + bit] != 0.0f) {
      totals->flags |= UINT64_C(1) << bit;
    }
  }
}

// This rank's partial gradients in one, left to right.
static void pack_gradient(allreduce *a)
{
  const ls_reduction *head = &a->head;
  int64_t count = head->config.count;

  memcpy(a->message, head->parts, (size_t)count * sizeof *a->message);
  for (int part = 1; part < head->part_count; part++) {
    head->config.add(a->message, a->message, head->parts + part * head->stride, count);
  }
}

// Every rank holds all blocks of the sum.
static void measure(allreduce *a, void *context)
{
  const ls_span all = {0, a->head.config.count};

  if (a->blocks.count > 0) {
    ls_blocks_measure_sum(a->squares, &a->blocks, all, &a->head.config, a->message);
    a->head.config.measured(context, ls_tree_sum(a->squares, a->blocks.count));
  }
}

static void step(ls_reduction *reduction, ls_reduction_totals *totals,
                 const ls_reduction_ride *ride, void *context)
{
  allreduce *a = (allreduce *)reduction;
  int64_t count = reduction->config.count;

  ls_reduction_fill_parts(reduction, (ls_span){0, count}, &(ls_reduction_near){0},
                          context);
  ls_watch_arrive();
  double begin = ls_clock_seconds();
  pack_gradient(a);
  pack_ride(a->message + count, ride, reduction->shards.count);
  MPI_Allreduce(MPI_IN_PLACE, a->message, ls_comm_count((size_t)count + RIDE_FLOATS),
                MPI_FLOAT, MPI_SUM, reduction->comm->all);
  double exchanged = ls_clock_seconds();
  unpack_totals(totals, a->message + count);
  totals->applied = (totals->flags & reduction->config.skip_flags) == 0;
  if (totals->applied) {
    measure(a, context);
    reduction->config.update(context, reduction->weights, a->message, reduction->own);
  }
  reduction->times.exchange += exchanged - begin;
  reduction->times.update += ls_clock_seconds() - exchanged;
}

// Every rank holds all of every slot.
static void collect(ls_reduction *reduction, float *all, const float *own)
{
  if (all) {
    memcpy(all, own, (size_t)reduction->own.count * sizeof *own);
  }
}

static void deal(ls_reduction *reduction, float *own, const float *all)
{
  size_t bytes = (size_t)reduction->own.count * sizeof *own;

  if (all) {
    memcpy(own, all, bytes);
  }
  ls_comm_broadcast(reduction->comm, own, bytes);
}

ls_status ls_reduction_create_mpi(ls_reduction **out, const ls_reduction *head)
{
  static const ls_reduction_class class = {destroy, share, step, collect, deal};
  allreduce *a = ls_alloc(1, sizeof *a);
  size_t count = (size_t)head->config.count;
  ls_status status = LS_E_NOMEM;

  *out = NULL;
  if (a) {
    a->head = *head;
    a->head.class = &class;
    a->head.own = (ls_span){0, head->config.count};
    a->head.weights = ls_alloc(count, sizeof *head->weights);
    a->head.parts =
        ls_alloc((size_t)head->part_count * (size_t)head->stride, sizeof *head->parts);
    a->message = ls_alloc(count + RIDE_FLOATS, sizeof *a->message);
    status = a->head.weights && a->head.parts && a->message ? LS_OK : LS_E_NOMEM;
  }
  if (status == LS_OK) {
    status = ls_blocks_init(&a->blocks, &head->config);
  }
  if (status == LS_OK) {
    a->squares = ls_alloc((size_t)a->blocks.count, sizeof *a->squares);
    status = a->squares ? LS_OK : LS_E_NOMEM;
  }
  status = ls_comm_agree(head->comm, status);
  if (status == LS_OK) {
    *out = &a->head;
  } else if (a) {
    destroy(&a->head);
  }
  return status;
}
