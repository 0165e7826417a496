#include "comm/ordered_private.h"
#include "comm/slice.h"
#include "comm/slots.h"

#include <string.h>

// The node's partial gradients: the subtrees of each of its ranks, and where this
// rank's begin.
static ls_status list_node_parts(ordered *o, ls_tree_node **nodes)
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
      o->own_first = o->node_part_count;
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

static size_t window_bytes(const ordered *o)
{
  size_t vectors = (size_t)o->node_part_count + 1;
  return (size_t)o->head.comm->node_size * sizeof *o->rides +
         ls_window_lines(sizeof *o->totals) +
         ls_window_lines((size_t)o->node_shards.count * sizeof(double)) +
         ls_window_lines((size_t)o->blocks.count * sizeof(double)) +
         vectors * (size_t)o->head.stride * sizeof(float) +
         (o->head.loans ? ls_loans_bytes(&o->loans) : 0);
}

// The order of the file's head; each rank clears, and so places, what it writes.
static void lay_out_window(ordered *o)
{
  char *at = ls_window_bytes(o->window);

  o->rides = (ls_shared_ride *)(void *)at;
  at += (size_t)o->head.comm->node_size * sizeof *o->rides;
  o->totals = (ls_reduction_totals *)(void *)at;
  at += ls_window_lines(sizeof *o->totals);
  o->leaf_losses = (double *)(void *)at;
  at += ls_window_lines((size_t)o->node_shards.count * sizeof(double));
  o->squares = (double *)(void *)at;
  at += ls_window_lines((size_t)o->blocks.count * sizeof(double));
  o->head.weights = (float *)(void *)at;
  o->node_parts = o->head.weights + o->head.stride;
  o->head.parts = o->node_parts + o->own_first * o->head.stride;
  for (int i = 0; i < o->node_part_count; i++) {
    o->table.parts[i] = o->node_parts + i * o->head.stride;
  }
  if (o->head.loans) {
    ls_loans_lay_out(&o->loans, o->node_parts + o->node_part_count * o->head.stride);
  }
  o->all = (ls_stretch){{0, o->head.config.count}, o->table.parts, NULL};
  o->sums = (ls_partials){&o->table, o->joins, o->join_count, &o->all, 1};
  memset(o->head.parts, 0,
         (size_t)(o->head.part_count * o->head.stride) * sizeof *o->head.parts);
  // All weights: of those that other nodes own, padding never arrives here on rank 0.
  ls_span part =
      ls_span_part(o->head.stride, o->head.comm->node_size, o->head.comm->node_rank);
  memset(o->head.weights + part.first, 0, (size_t)part.count * sizeof *o->head.weights);
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
  ls_bands_clear(&o->bands);
  ls_rounds_clear(&o->rounds);
  ls_loans_clear(&o->loans);
  ls_free(o->slices);
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

// Each band begins with copying the deltas of all rows (math/gradient.c).  Where ranks
// have own shards these are many, and wider bands win what the copies cost.
enum { BANDS_IN_ONE = 8 };

// Without norms nothing but flags has to be known before the first update.
static ls_status plan_bands(ordered *o)
{
  ls_reduction_config wide = o->head.config;
  const ls_reduction_config *config = &wide;
  int count = o->head.comm->node_size;

  wide.band *= BANDS_IN_ONE;
  if (o->head.comm->node_count > 1 || o->blocks.count > 0) {
    return LS_OK;
  }
  o->slices = ls_alloc((size_t)count, sizeof *o->slices);
  if (!o->slices) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < count; i++) {
    o->slices[i] = ls_slice_cut(config->edges, config->edge_count,
                                (ls_span){0, config->count}, count, i);
  }
  return ls_bands_init(&o->bands, config, o->head.own, o->head.part_count);
}

static ls_status plan_rounds(ordered *o, ls_stages_config *stages)
{
  if (o->head.comm->node_count == 1) {
    return LS_OK;
  }
  LS_TRY(ls_exchange_plan(stages, o->head.comm, &o->head.config, o->head.rate));
  return ls_rounds_init(&o->rounds, stages);
}

// Who has to share its core would be waited for.
static bool should_lend(ls_comm *comm, const ls_reduction_rows *rows)
{
  ls_reduction_help loans = rows->loans;

  ls_comm_broadcast(comm, &loans, sizeof loans);
  return comm->node_count == 1 &&
         (loans == LS_HELP_ALWAYS ||
          (loans == LS_HELP_WHERE_QUICK && comm->has_core_each));
}

static ls_status plan_loans(ordered *o, bool lends)
{
  const ls_comm *comm = o->head.comm;

  if (!lends) {
    return LS_OK;
  }
  LS_TRY(ls_loans_init(&o->loans, comm->node_size, comm->node_rank, &o->head.config));
  o->head.loans = ls_loans_are_possible(&o->loans) ? &o->loans : NULL;
  return LS_OK;
}

static ls_status plan(ordered *o, ls_stages_config *stages, bool lends)
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
    status = list_node_parts(o, &nodes);
  }
  if (status == LS_OK) {
    status = plan_joins(o, nodes);
  }
  if (status == LS_OK) {
    status = plan_rounds(o, stages);
  }
  if (status == LS_OK) {
    status = plan_loans(o, lends);
  }
  ls_free(nodes);
  return status == LS_OK ? plan_bands(o) : status;
}

// After the window is laid out, as sums may be read there.
static ls_status open_exchange(ordered *o, const ls_stages_config *stages)
{
  ls_comm *comm = o->head.comm;

  if (comm->node_count == 1) {
    return LS_OK;
  }
  LS_TRY(ls_exchange_create(&o->exchange, comm, &o->head.config, stages, &o->sums,
                            o->node_parts));
  o->head.own = o->exchange ? ls_exchange_own(o->exchange) : (ls_span){0, 0};
  o->head.message_bytes = o->exchange ? ls_exchange_bytes(o->exchange) : 0;
  return LS_OK;
}

static void set_class(ordered *o, const ls_stages_config *stages)
{
  static const ls_reduction_class class = {destroy, share, ls_ordered_step,
                                           ls_slots_collect, ls_slots_deal};
  static const ls_reduction_class rounds_class = {
      destroy, share, ls_ordered_step_in_rounds, ls_slots_collect, ls_slots_deal};
  static const ls_reduction_class replicated_class = {destroy, share, ls_ordered_step,
                                                      ls_slots_collect_of_node,
                                                      ls_slots_deal_to_nodes};

  o->head.class = stages->replicas ? &replicated_class : &class;
  o->head.sends = LS_EXCHANGE_SUMS;
  if (o->rounds.count > 0) {
    o->head.class = &rounds_class;
    o->head.sends = LS_EXCHANGE_ROUNDS;
  }
}

ls_status ls_reduction_create_ordered(ls_reduction **out, const ls_reduction *head)
{
  ls_stages_config stages = {0};
  ls_comm *comm = head->comm;
  const bool lends = should_lend(comm, &head->config.rows);
  ordered *o = ls_alloc(1, sizeof *o);
  ls_status status = LS_E_NOMEM;

  if (o) {
    o->head = *head;
    if (comm->node_count > 1 && head->sends == LS_EXCHANGE_SUMS) {
      o->head.config.band = 0;
    }
    status = plan(o, &stages, lends);
    set_class(o, &stages);
  }
  status = ls_comm_agree(comm, status);
  if (status == LS_OK) {
    status = ls_window_create(&o->window, comm, window_bytes(o));
  }
  if (status == LS_OK) {
    lay_out_window(o);
    status = open_exchange(o, &stages);
  }
  if (status != LS_OK) {
    if (o) {
      destroy(&o->head);
    }
    *out = NULL;
    return status;
  }
  ls_window_barrier(o->window);
  *out = &o->head;
  return LS_OK;
}
