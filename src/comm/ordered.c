/**
 * LS_REDUCTION_ORDERED: the canonical sum, updated once a node in shared memory.
 *
 * A node's window:
 *
 *   rides [node_size]        what each rank adds to the step, a cache line a rank
 *   totals                   for ranks that take no part in the exchange
 *   leaf_losses [shards of the node]
 *   squares [blocks]         of the summed gradient, where norms are wanted
 *   weights [stride]
 *   parts [of all ranks of the node][stride]
 *
 * Between two barriers the parts and rides are only read and the weights only written;
 * outside of them it is the other way round.  Where norms are
 * wanted a third barrier stands between: before it squares are written, after it read.
 */

#include "base/alloc.h"
#include "base/assert.h"
#include "base/clock.h"
#include "comm/blocks.h"
#include "comm/chunk.h"
#include "comm/comm_private.h"
#include "comm/exchange.h"
#include "comm/reduction_private.h"
#include "comm/slice.h"
#include "comm/window.h"

#include <string.h>

typedef struct shared_ride {
  _Alignas(LS_ALIGNMENT) int64_t correct;
  uint64_t flags;
} shared_ride;

typedef struct ordered {
  ls_reduction head;
  ls_window *window;
  ls_exchange *exchange;       /* NULL: one node, or no peer */
  shared_ride *rides;          /* [node_size] in the window */
  ls_reduction_totals *totals; /* in the window */
  double *leaf_losses;         /* [node_shards.count] in the window */
  ls_blocks blocks;
  double *squares; /* [blocks.count] in the window */
  ls_span node_shards;
  float *node_parts; /* [node_part_count][stride] in the window */
  int node_part_count;
  ls_join *joins; /* [join_count]: the node's parts into each of its subtrees */
  int join_count; /* 1 where there is one node: all of the tree */
  ls_chunk_table table;
} ordered;

// The node's partial gradients: the subtrees of each of its ranks, and where this
// rank's begin.
static ls_status list_node_parts(ordered *o, ls_tree_node **nodes, int *own_first)
{
  const ls_comm *comm = o->head.comm;
  int first_rank = comm->rank - comm->node_rank;
  size_t most = (size_t)comm->node_size * LS_TREE_NODES_MAX;

  *nodes = ls_alloc(most, sizeof **nodes);
  if (!*nodes) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < comm->node_size; i++) {
    ls_span run = ls_span_part(o->head.config.shards, comm->size, first_rank + i);
    if (i == comm->node_rank) {
      *own_first = o->node_part_count;
    }
    o->node_part_count +=
        ls_tree_cover(*nodes + o->node_part_count, o->head.config.shards,
                      (int)run.first, (int)(run.first + run.count));
  }
  return LS_OK;
}

static ls_status plan_joins(ordered *o, const ls_tree_node *nodes)
{
  ls_tree_node wanted[LS_TREE_NODES_MAX];
  int scratch = 0;

  o->join_count =
      ls_tree_cover(wanted, o->head.config.shards, (int)o->node_shards.first,
                    (int)(o->node_shards.first + o->node_shards.count));
  o->joins = ls_alloc((size_t)o->join_count, sizeof *o->joins);
  if (!o->joins) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < o->join_count; i++) {
    LS_TRY(ls_join_plan(&o->joins[i], nodes, o->node_part_count, wanted[i]));
    scratch = o->joins[i].scratch_count > scratch ? o->joins[i].scratch_count : scratch;
  }
  return ls_chunk_table_init(&o->table, o->node_part_count, scratch);
}

static size_t whole_lines(size_t bytes)
{
  return (bytes + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

static size_t window_bytes(const ordered *o)
{
  size_t vectors = (size_t)o->node_part_count + 1;
  return (size_t)o->head.comm->node_size * sizeof(shared_ride) +
         whole_lines(sizeof *o->totals) +
         whole_lines((size_t)o->node_shards.count * sizeof(double)) +
         whole_lines((size_t)o->blocks.count * sizeof(double)) +
         vectors * (size_t)o->head.stride * sizeof(float);
}

// The order of the file's head; each rank clears, and so places, what it writes.
static void lay_out_window(ordered *o, int own_first)
{
  char *at = ls_window_bytes(o->window);

  o->rides = (shared_ride *)(void *)at;
  at += (size_t)o->head.comm->node_size * sizeof(shared_ride);
  o->totals = (ls_reduction_totals *)(void *)at;
  at += whole_lines(sizeof *o->totals);
  o->leaf_losses = (double *)(void *)at;
  at += whole_lines((size_t)o->node_shards.count * sizeof(double));
  o->squares = (double *)(void *)at;
  at += whole_lines((size_t)o->blocks.count * sizeof(double));
  o->head.weights = (float *)(void *)at;
  o->node_parts = o->head.weights + o->head.stride;
  o->head.parts = o->node_parts + own_first * o->head.stride;
  for (int i = 0; i < o->node_part_count; i++) {
    o->table.parts[i] = o->node_parts + i * o->head.stride;
  }
  memset(o->head.parts, 0,
         (size_t)(o->head.part_count * o->head.stride) * sizeof *o->head.parts);
  memset(o->head.weights + o->head.own.first, 0,
         (size_t)o->head.own.count * sizeof *o->head.weights);
}

static void destroy(ls_reduction *reduction)
{
  ordered *o = (ordered *)reduction;

  ls_exchange_destroy(o->exchange);
  ls_window_destroy(o->window);
  for (int i = 0; i < o->join_count && o->joins; i++) {
    ls_join_clear(&o->joins[i]);
  }
  ls_free(o->joins);
  ls_chunk_table_clear(&o->table);
  ls_blocks_clear(&o->blocks);
  ls_free(o);
}

static void share(ls_reduction *reduction)
{
  ordered *o = (ordered *)reduction;

  if (o->exchange && reduction->comm->node_rank == 0) {
    ls_exchange_share(o->exchange, reduction->weights, reduction->config.count);
  }
  ls_window_barrier(o->window);
}

static void write_ride(ordered *o, const ls_reduction_ride *ride)
{
  shared_ride *own = &o->rides[o->head.comm->node_rank];
  int64_t first = o->head.shards.first - o->node_shards.first;

  own->correct = ride->correct;
  own->flags = ride->flags;
  memcpy(o->leaf_losses + first, ride->leaf_losses,
         (size_t)o->head.shards.count * sizeof *ride->leaf_losses);
}

static ls_exchange_ride read_rides(const ordered *o)
{
  ls_exchange_ride node = {.leaf_losses = o->leaf_losses};

  for (int i = 0; i < o->head.comm->node_size; i++) {
    node.correct += o->rides[i].correct;
    node.flags |= o->rides[i].flags;
  }
  return node;
}

static void update_own(ordered *o, ls_reduction_update *update, void *context)
{
  ls_span own = o->head.own;

  for (int64_t done = 0; done < own.count; done += LS_CHUNK) {
    int64_t now = own.count - done < LS_CHUNK ? own.count - done : LS_CHUNK;
    ls_span piece = {own.first + done, now};
    const float *sum =
        ls_chunk_join(&o->table, &o->joins[0], o->head.config.add, piece.first, now);
    update(context, o->head.weights + piece.first, sum, piece);
  }
}

static void wait_for_node(ordered *o)
{
  double begin = ls_clock_seconds();

  ls_window_barrier(o->window);
  o->head.times.waiting += ls_clock_seconds() - begin;
}

// First half of a step on the only node: what all ranks say, and norms.
static void sum_on_one_node(ordered *o, ls_reduction_totals *totals)
{
  ls_exchange_ride ride = read_rides(o);

  totals->loss = ls_tree_sum(ride.leaf_losses, o->head.config.shards);
  totals->correct = ride.correct;
  totals->flags = ride.flags;
  totals->applied = (ride.flags & o->head.config.skip_flags) == 0;
  if (totals->applied && o->blocks.count > 0) {
    ls_blocks_measure(o->squares, &o->blocks, o->head.own, &o->head.config, &o->table,
                      &o->joins[0], 0);
  }
}

// The same among nodes, by their peers.
static void sum_among_nodes(ordered *o, ls_reduction_totals *totals)
{
  ls_exchange_ride ride = read_rides(o);
  double begin = ls_clock_seconds();

  ls_exchange_send(o->exchange, totals, &ride, &o->table, o->joins);
  if (totals->applied && o->blocks.count > 0) {
    ls_exchange_measure(o->exchange, o->squares, &o->blocks, &o->head.config);
  }
  if (o->head.comm->node_rank == 0) {
    *o->totals = *totals;
  }
  o->head.times.exchange += ls_clock_seconds() - begin;
}

// Second half: the update, after which peers hand out the weights.
static void update_all(ordered *o, ls_reduction_update *update, void *context)
{
  double begin = ls_clock_seconds();

  if (o->blocks.count > 0) {
    o->head.config.measured(context, ls_tree_sum(o->squares, o->blocks.count));
  }
  if (!o->exchange) {
    update_own(o, update, context);
    o->head.times.update += ls_clock_seconds() - begin;
    return;
  }
  ls_exchange_update(o->exchange, o->head.weights, update, context);
  double updated = ls_clock_seconds();
  ls_exchange_gather(o->exchange, o->head.weights);
  o->head.times.update += updated - begin;
  o->head.times.exchange += ls_clock_seconds() - updated;
}

static void step(ls_reduction *reduction, ls_reduction_totals *totals,
                 const ls_reduction_ride *ride, ls_reduction_update *update,
                 void *context)
{
  ordered *o = (ordered *)reduction;
  bool alone = reduction->comm->node_count == 1;
  bool takes_part = alone || o->exchange;

  write_ride(o, ride);
  wait_for_node(o); // all partial gradients are written
  if (alone) {
    sum_on_one_node(o, totals);
  } else if (o->exchange) {
    sum_among_nodes(o, totals);
  }
  if (o->blocks.count > 0) {
    wait_for_node(o); // all squares are written
  }
  if (takes_part && totals->applied) {
    update_all(o, update, context);
  }
  wait_for_node(o); // all weights are written
  if (!alone) {
    *totals = *o->totals;
  }
}

// Who owns what, for gathering: counts and places by rank on rank 0.
static void list_owners(const ls_reduction *head, int *counts, int *places)
{
  int count = ls_comm_count((size_t)head->own.count);
  int place = ls_comm_count((size_t)head->own.first);

  MPI_Gather(&count, 1, MPI_INT, counts, 1, MPI_INT, 0, head->comm->all);
  MPI_Gather(&place, 1, MPI_INT, places, 1, MPI_INT, 0, head->comm->all);
}

static int *allocate_owners(const ls_comm *comm)
{
  int *owners = ls_alloc(2 * (size_t)comm->size, sizeof *owners);

  if (!owners) {
    ls_comm_abort(1);
  }
  return owners;
}

static void collect(ls_reduction *reduction, float *all, const float *own)
{
  ls_comm *comm = reduction->comm;
  int *counts = allocate_owners(comm);

  list_owners(reduction, counts, counts + comm->size);
  MPI_Gatherv(own, ls_comm_count((size_t)reduction->own.count), MPI_FLOAT, all, counts,
              counts + comm->size, MPI_FLOAT, 0, comm->all);
  ls_free(counts);
}

static void deal(ls_reduction *reduction, float *own, const float *all)
{
  ls_comm *comm = reduction->comm;
  int *counts = allocate_owners(comm);

  list_owners(reduction, counts, counts + comm->size);
  MPI_Scatterv(all, counts, counts + comm->size, MPI_FLOAT, own,
               ls_comm_count((size_t)reduction->own.count), MPI_FLOAT, 0, comm->all);
  ls_free(counts);
}

static ls_status plan(ordered *o, int *own_first)
{
  const ls_reduction_config *config = &o->head.config;
  const ls_comm *comm = o->head.comm;
  ls_tree_node *nodes = NULL;

  o->node_shards = ls_exchange_node_shards(comm, config->shards, comm->node_index);
  o->head.own =
      ls_slice_cut(config->edges, config->edge_count, (ls_span){0, config->count},
                   comm->node_size, comm->node_rank);
  ls_status status = ls_blocks_init(&o->blocks, config);
  if (status == LS_OK) {
    status = list_node_parts(o, &nodes, own_first);
  }
  if (status == LS_OK) {
    status = plan_joins(o, nodes);
  }
  ls_free(nodes);
  return status;
}

ls_status ls_reduction_create_ordered(ls_reduction **out, const ls_reduction *head)
{
  static const ls_reduction_class class = {destroy, share, step, collect, deal};
  ls_comm *comm = head->comm;
  ordered *o = ls_alloc(1, sizeof *o);
  int own_first = 0;
  ls_status status = LS_E_NOMEM;

  if (o) {
    o->head = *head;
    o->head.class = &class;
    status = plan(o, &own_first);
  }
  status = ls_comm_agree(comm, status);
  if (status == LS_OK && comm->node_count > 1) {
    status = ls_exchange_create(&o->exchange, comm, &head->config);
    o->head.own = o->exchange ? ls_exchange_own(o->exchange) : (ls_span){0, 0};
  }
  if (status == LS_OK) {
    status = ls_window_create(&o->window, comm, window_bytes(o));
  }
  if (status != LS_OK) {
    if (o) {
      destroy(&o->head);
    }
    *out = NULL;
    return status;
  }
  lay_out_window(o, own_first);
  ls_window_barrier(o->window);
  *out = &o->head;
  return LS_OK;
}
