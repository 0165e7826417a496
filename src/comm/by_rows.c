#include "comm/by_rows_private.h"

#include "base/alloc.h"
#include "comm/comm_private.h"
#include "comm/slice.h"
#include "comm/slots.h"

#include <string.h>

// In the window; where there are no other nodes each rank has its own.
static size_t losses_bytes(const ls_by_rows *r)
{
  return r->own_losses
             ? 0
             : ls_window_lines((size_t)r->head.config.shards * sizeof *r->leaf_losses);
}

static size_t window_bytes(const ls_by_rows *r)
{
  const size_t ranks = (size_t)r->head.comm->node_size;

  return (ranks + 1) * sizeof *r->rides + ranks * sizeof *r->claims.counts +
         ranks * sizeof *r->relay.counts + sizeof *r->relay.above + LS_ALIGNMENT +
         losses_bytes(r) +
         ls_window_lines((size_t)r->blocks.count * sizeof *r->squares) +
         (size_t)r->head.stride * sizeof *r->head.weights + r->head.config.rows.bytes;
}

// Two ranks that wait for each other without taking turns on a core.
static bool is_quick_pair(const ls_comm *comm)
{
  return comm->node_size == 2 && comm->has_core_each;
}

// The order of by_rows_private.h's head; each rank clears, and so places, what it
// writes most of.
static void lay_out_window(ls_by_rows *r)
{
  char *at = ls_window_bytes(r->window);

  r->rides = (ls_shared_ride *)(void *)at;
  at += ((size_t)r->head.comm->node_size + 1) * sizeof *r->rides;
  r->claims.counts = (ls_claim_count *)(void *)at;
  at += (size_t)r->head.comm->node_size * sizeof *r->claims.counts;
  r->relay.counts = (ls_tally *)(void *)at;
  ls_tally_raise(&r->relay.counts[r->head.comm->node_rank], 0);
  at += (size_t)r->head.comm->node_size * sizeof *r->relay.counts;
  if (r->head.follows) {
    r->relay.above = (ls_tally *)(void *)at;
    if (r->head.comm->node_rank == 0) {
      ls_tally_raise(r->relay.above, 0);
    }
  }
  at += sizeof *r->relay.above;
  if (r->head.relay && is_quick_pair(r->head.comm)) {
    r->relay.player = (ls_player){(_Atomic uint32_t *)(void *)at, r->relay.own, 0};
  }
  at += LS_ALIGNMENT;
  r->leaf_losses = r->own_losses ? r->own_losses : (double *)(void *)at;
  at += losses_bytes(r);
  r->squares = (double *)(void *)at;
  at += ls_window_lines((size_t)r->blocks.count * sizeof *r->squares);
  r->head.weights = (float *)(void *)at;
  r->head.common = r->head.weights + r->head.stride;
  ls_span part = ls_span_part((int64_t)r->head.config.rows.bytes,
                              r->head.comm->node_size, r->head.comm->node_rank);
  memset((char *)r->head.common + part.first, 0, (size_t)part.count);
  memset(r->head.weights + r->head.own.first, 0,
         (size_t)r->head.own.count * sizeof *r->head.weights);
  // Where there are no other nodes nobody writes their ride.
  if (r->head.comm->node_rank == 0) {
    r->rides[r->head.comm->node_size] = (ls_shared_ride){0};
  }
}

static void destroy(ls_reduction *reduction)
{
  ls_by_rows *r = (ls_by_rows *)reduction;

  ls_row_exchange_destroy(r->exchange);
  ls_window_destroy(r->window);
  ls_claims_clear(&r->claims);
  ls_portions_clear(&r->portions);
  ls_portions_clear(&r->equal);
  ls_free(r->head.inputs);
  ls_free(r->own_losses);
  ls_free(r->scratch);
  ls_blocks_clear(&r->blocks);
  ls_free(r);
}

static void share(ls_reduction *reduction)
{
  ls_by_rows *r = (ls_by_rows *)reduction;

  if (r->exchange) {
    ls_row_exchange_share(r->exchange, reduction->weights, reduction->config.count);
  }
  ls_window_barrier(r->window);
}

static ls_span slice_of(const ls_reduction_config *config, int ranks, int rank)
{
  return config->rows.costs ? ls_slice_cut_by_cost(config->edges, config->edge_count,
                                                   config->rows.costs, ranks, rank)
                            : ls_slice_cut(config->edges, config->edge_count,
                                           (ls_span){0, config->count}, ranks, rank);
}

static ls_status plan_claims(ls_by_rows *r)
{
  const int ranks = r->head.comm->node_size, own = r->head.comm->node_rank;
  ls_span *slices = ls_alloc((size_t)ranks, sizeof *slices);
  ls_status status = LS_E_NOMEM;

  for (int rank = 0; slices && rank < ranks; rank++) {
    slices[rank] = slice_of(&r->head.config, ranks, rank);
  }
  if (slices) {
    r->head.own = slices[own];
    status = ls_claims_init(&r->claims, &r->head.config, slices, ranks, own,
                            ls_by_rows_slices_move(r));
  }
  ls_free(slices);
  return status;
}

// More than two ranks would wait for each other longer than for caches, and ranks
// without a core each for a time slice with each group.
static bool should_relay(const ls_comm *comm, const ls_reduction_rows *rows)
{
  const bool may = rows->inputs > 0 && comm->node_count == 1 && comm->node_size > 1;

  return may && (rows->relay == LS_HELP_ALWAYS ||
                 (rows->relay == LS_HELP_WHERE_QUICK && is_quick_pair(comm)));
}

// What the first rank says.
static void agree_on_relay(ls_comm *comm, ls_reduction_rows *rows)
{
  ls_comm_broadcast(comm, &rows->relay, sizeof rows->relay);
  ls_comm_broadcast(comm, &rows->relay_rows, sizeof rows->relay_rows);
}

static ls_status plan_legs(ls_by_rows *r)
{
  const int legs = ls_reduction_legs(&r->head);

  r->head.inputs = ls_alloc((size_t)legs, sizeof *r->head.inputs);
  if (!r->head.inputs) {
    return LS_E_NOMEM;
  }
  if (legs > 1) {
    r->head.config.rows.bytes += (size_t)(legs - 1) * r->head.config.rows.leg_bytes;
  }
  ls_by_rows_choose_legs(r);
  return LS_OK;
}

// Whether a slice can begin wherever a leg's inputs may, and behind all: what a rank
// updates is then exactly what it reads next.
static bool legs_end_at_edges(const ls_reduction_config *config)
{
  const int64_t line = LS_ALIGNMENT / (int64_t)sizeof(float);
  const int64_t all = config->rows.all_input_floats;
  const int64_t *edge = config->edges, *end = edge + config->edge_count;

  for (int64_t place = 0; place < all; place += line * config->rows.input_floats) {
    while (edge < end && *edge < place) {
      edge++;
    }
    if (edge == end || *edge != place) {
      return false;
    }
  }
  while (edge < end && *edge < all) {
    edge++;
  }
  return all > 0 && edge < end && *edge == all;
}

static bool do_slices_follow(const ls_by_rows *r)
{
  return ls_by_rows_slices_move(r) && r->claims.only_own &&
         r->head.comm->node_size == 2 && legs_end_at_edges(&r->head.config);
}

static ls_status plan(ls_by_rows *r)
{
  ls_reduction_config *config = &r->head.config;
  const ls_comm *comm = r->head.comm;

  r->head.part_count = ls_tree_cover(r->head.nodes, config->shards, 0, config->shards);
  r->head.node_shards = ls_exchange_node_shards(comm, config->shards, comm->node_index);
  r->head.portions = r->head.relay ? &r->equal : &r->portions;
  if (config->measure) {
    config->band = 0; // all of the slice
  }
  LS_TRY(plan_claims(r));
  r->head.follows = do_slices_follow(r);
  LS_TRY(ls_portions_init(&r->portions, comm->node_size, comm->has_core_each));
  LS_TRY(ls_portions_init(&r->equal, comm->node_size, false));
  LS_TRY(plan_legs(r));
  if (comm->node_count == 1) {
    r->own_losses = ls_alloc((size_t)config->shards, sizeof *r->own_losses);
    LS_TRY(r->own_losses ? LS_OK : LS_E_NOMEM);
  }
  LS_TRY(ls_blocks_init(&r->blocks, config));
  r->scratch = ls_alloc((size_t)r->claims.widest, sizeof *r->scratch);
  return r->scratch ? LS_OK : LS_E_NOMEM;
}

ls_status ls_reduction_create_by_rows(ls_reduction **out, const ls_reduction *head)
{
  static const ls_reduction_class class = {destroy, share, ls_by_rows_step,
                                           ls_slots_collect_of_node,
                                           ls_slots_deal_to_nodes};
  ls_reduction_rows rows = head->config.rows;
  ls_by_rows *r = ls_alloc(1, sizeof *r);
  ls_status status = LS_E_NOMEM;

  *out = NULL;
  agree_on_relay(head->comm, &rows);
  if (r) {
    r->head = *head;
    r->head.class = &class;
    r->head.config.rows = rows;
    r->relay = (ls_relay){.ranks = head->comm->node_size, .own = head->comm->node_rank};
    r->head.relay = should_relay(head->comm, &rows) ? &r->relay : NULL;
    status = plan(r);
  }
  status = ls_comm_agree(head->comm, status);
  if (status == LS_OK && head->comm->node_count > 1) {
    status = ls_row_exchange_create(&r->exchange, head->comm, &head->config);
  }
  if (status == LS_OK) {
    r->head.message_bytes = r->exchange ? ls_row_exchange_bytes(r->exchange) : 0;
    status = ls_window_create(&r->window, head->comm, window_bytes(r));
  }
  if (status != LS_OK) {
    if (r) {
      destroy(&r->head);
    }
    return status;
  }
  lay_out_window(r);
  ls_window_barrier(r->window);
  ls_relay_look(&r->relay);
  *out = &r->head;
  return LS_OK;
}
