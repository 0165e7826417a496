/**
 * LS_REDUCTION_ORDERED where rows are common: each node has those of all shards, and
 * each of its ranks computes its own slice of the gradient from them, over all shards,
 * in bands that are updated at once, and then what others have left of theirs, if the
 * update may be done anywhere.  Where a norm is wanted, the own slice is one band.
 *
 * A node's window:
 *
 *   rides [node_size + 1]    what each rank adds to the step; the last: other nodes
 *   claims [node_size]       of each rank's slice, which bands are somebody's
 *   leaf_losses [shards]     where there are other nodes: theirs and this one's
 *   squares [blocks]         of the summed gradient, where norms are wanted
 *   weights [stride]
 *   rows [bytes]
 *
 * Before the first barrier a rank writes its ride and its shards' rows.  Among nodes
 * these travel then, and a second barrier follows.  After that weights are written,
 * rides and rows only read, until the last barrier.  Where norms are wanted one more
 * stands between: before it squares are written, after it read.  Who is early at the
 * last one begins with what the next step needs besides weights.
 */

#include "base/alloc.h"
#include "base/clock.h"
#include "comm/blocks.h"
#include "comm/claims.h"
#include "comm/comm_private.h"
#include "comm/portions.h"
#include "comm/reduction_private.h"
#include "comm/rides.h"
#include "comm/row_exchange.h"
#include "comm/slice.h"
#include "comm/slots.h"
#include "comm/watch.h"
#include "comm/window.h"

#include <string.h>

typedef struct by_rows {
  ls_reduction head;
  ls_window *window;
  ls_row_exchange *exchange; /* NULL: one node, or not its first rank */
  ls_shared_ride *rides;     /* [node_size + 1] in the window */
  double *leaf_losses;       /* [shards] in the window, or of this rank's own */
  double *own_losses;        /* [shards] where there are no other nodes, or NULL */
  ls_portions portions;
  double begun; /* when the next step's rows could be; 0: not yet */
  ls_claims claims;
  float *scratch; /* [claims.widest] a band's gradient */
  ls_blocks blocks;
  double *squares; /* [blocks.count] in the window */
} by_rows;

static size_t window_bytes(const by_rows *r)
{
  const size_t ranks = (size_t)r->head.comm->node_size;

  return (ranks + 1) * sizeof *r->rides + ranks * sizeof *r->claims.counts +
         ls_window_lines((size_t)r->head.config.shards * sizeof *r->leaf_losses) +
         ls_window_lines((size_t)r->blocks.count * sizeof *r->squares) +
         (size_t)r->head.stride * sizeof *r->head.weights + r->head.config.rows.bytes;
}

// The order of the file's head; each rank clears, and so places, what it writes most
// of.
static void lay_out_window(by_rows *r)
{
  char *at = ls_window_bytes(r->window);

  r->rides = (ls_shared_ride *)(void *)at;
  at += ((size_t)r->head.comm->node_size + 1) * sizeof *r->rides;
  r->claims.counts = (ls_claim_count *)(void *)at;
  at += (size_t)r->head.comm->node_size * sizeof *r->claims.counts;
  r->leaf_losses = r->own_losses ? r->own_losses : (double *)(void *)at;
  at += ls_window_lines((size_t)r->head.config.shards * sizeof *r->leaf_losses);
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
  by_rows *r = (by_rows *)reduction;

  ls_row_exchange_destroy(r->exchange);
  ls_window_destroy(r->window);
  ls_claims_clear(&r->claims);
  ls_portions_clear(&r->portions);
  ls_free(r->own_losses);
  ls_free(r->scratch);
  ls_blocks_clear(&r->blocks);
  ls_free(r);
}

static void share(ls_reduction *reduction)
{
  by_rows *r = (by_rows *)reduction;

  if (r->exchange) {
    ls_row_exchange_share(r->exchange, reduction->weights, reduction->config.count);
  }
  ls_window_barrier(r->window);
}

static void wait(by_rows *r)
{
  double begin = ls_clock_seconds();

  ls_window_barrier(r->window);
  r->head.times.waiting += ls_clock_seconds() - begin;
}

// The last barrier of a step.
static void end(by_rows *r, void *context)
{
  ls_window_arrive(r->window);
  if (r->head.comm->node_size > 1 && r->head.config.rows.ahead) {
    r->head.config.rows.ahead(context);
  }
  double begin = ls_clock_seconds();
  ls_window_wait(r->window);
  r->begun = ls_clock_seconds();
  r->head.times.waiting += r->begun - begin;
}

// Other nodes' shards, shared out among the ranks of this one.
static void prepare_others(const by_rows *r, void *context)
{
  const ls_comm *comm = r->head.comm;
  int turn = 0;

  for (int shard = 0; shard < r->head.config.shards; shard++) {
    bool is_own = shard >= r->head.node_shards.first &&
                  shard < r->head.node_shards.first + r->head.node_shards.count;
    if (!is_own && turn++ % comm->node_size == comm->node_rank) {
      r->head.config.rows.prepare(context, shard);
    }
  }
}

static void find_losses(by_rows *r, void *context)
{
  const ls_span shards = r->head.node_shards;
  r->head.config.rows.losses(context, shards, r->leaf_losses + shards.first);
}

static void exchange(by_rows *r, void *context)
{
  const int node_size = r->head.comm->node_size;
  double begin = ls_clock_seconds();

  if (r->exchange) {
    find_losses(r, context);
    ls_exchange_ride node =
        ls_rides_sum(r->rides, node_size, r->leaf_losses + r->head.node_shards.first);
    ls_row_exchange_begin(r->exchange, &node, context);
  }
  double sent = ls_clock_seconds();
  prepare_others(r, context);
  double prepared = ls_clock_seconds();
  if (r->exchange) {
    ls_exchange_ride others = ls_row_exchange_end(r->exchange, r->leaf_losses, context);
    r->rides[node_size].correct = others.correct;
    r->rides[node_size].flags = others.flags;
  }
  r->head.times.exchange += ls_clock_seconds() - prepared + sent - begin;
  wait(r); // all rows are here
}

static ls_reduction_totals totals_of(const by_rows *r)
{
  ls_exchange_ride all =
      ls_rides_sum(r->rides, r->head.comm->node_size + 1, r->leaf_losses);
  return ls_rides_totals(&all, &r->head.config);
}

// What can be updated while it is computed; returns the rest.
static ls_span descend(by_rows *r, ls_span band, void *context)
{
  const ls_reduction_config *config = &r->head.config;
  const int64_t done =
      config->rows.descend
          ? config->rows.descend(context, r->head.weights + band.first, band)
          : 0;

  return (ls_span){band.first + done, band.count - done};
}

// Returns the seconds of the update.
static double fill_and_update(by_rows *r, ls_span band, void *context)
{
  float *weights = r->head.weights + band.first;
  const ls_reduction_near near = {.weights = weights};

  if (ls_span_is_empty(band)) {
    return 0;
  }
  r->head.config.fill(context, r->scratch, 0, band, &near);
  double filled = ls_clock_seconds();
  r->head.config.update(context, weights, r->scratch, band);
  return ls_clock_seconds() - filled;
}

// A look at the clock for each band would be a hundredth of a step of few rows.
static void fill_and_update_bands(by_rows *r, void *context)
{
  double begin = ls_clock_seconds();
  double updating = 0;
  ls_span band;

  while (ls_claims_next(&r->claims, &band)) {
    updating += fill_and_update(r, descend(r, band, context), context);
  }
  r->head.times.update += updating;
  r->head.times.filling += ls_clock_seconds() - begin - updating;
}

// The norm has to be known before the first update.
static void fill_measure_and_update(by_rows *r, bool applied, void *context)
{
  const ls_reduction_config *config = &r->head.config;
  const ls_span own = r->head.own;
  const float *gradient = r->scratch;
  double begin = ls_clock_seconds();

  if (applied) {
    const ls_reduction_near near = {0};
    config->fill(context, r->scratch, 0, own, &near);
    ls_blocks_measure_sum(r->squares, &r->blocks, own, config, gradient);
  }
  r->head.times.filling += ls_clock_seconds() - begin;
  wait(r); // all squares are written
  if (applied) {
    double filled = ls_clock_seconds();
    config->measured(context, ls_tree_sum(r->squares, r->blocks.count));
    config->update(context, r->head.weights + own.first, gradient, own);
    r->head.times.update += ls_clock_seconds() - filled;
  }
}

static void write_ride(by_rows *r, const ls_reduction_ride *ride)
{
  const double took = r->begun > 0 ? ls_clock_seconds() - r->begun : 0;

  r->rides[r->head.comm->node_rank] = (ls_shared_ride){
      .correct = ride->correct,
      .flags = ride->flags,
      .nanoseconds = (int64_t)(took * 1e9),
  };
}

static void step(ls_reduction *reduction, ls_reduction_totals *totals,
                 const ls_reduction_ride *ride, void *context)
{
  by_rows *r = (by_rows *)reduction;

  write_ride(r, ride);
  ls_claims_open(&r->claims);
  ls_watch_arrive();
  wait(r); // the node's rows are written
  ls_portions_follow(&r->portions, r->rides);
  if (reduction->comm->node_count > 1) {
    exchange(r, context);
  } else {
    find_losses(r, context);
  }
  *totals = totals_of(r);
  if (r->blocks.count > 0) {
    fill_measure_and_update(r, totals->applied, context);
  } else if (totals->applied) {
    fill_and_update_bands(r, context);
  }
  end(r, context); // all weights are written
}

static ls_span slice_of(const ls_reduction_config *config, int ranks, int rank)
{
  return config->rows.costs ? ls_slice_cut_by_cost(config->edges, config->edge_count,
                                                   config->rows.costs, ranks, rank)
                            : ls_slice_cut(config->edges, config->edge_count,
                                           (ls_span){0, config->count}, ranks, rank);
}

static ls_status plan_claims(by_rows *r)
{
  const int ranks = r->head.comm->node_size, own = r->head.comm->node_rank;
  ls_span *slices = ls_alloc((size_t)ranks, sizeof *slices);
  ls_status status = LS_E_NOMEM;

  for (int rank = 0; slices && rank < ranks; rank++) {
    slices[rank] = slice_of(&r->head.config, ranks, rank);
  }
  if (slices) {
    r->head.own = slices[own];
    status = ls_claims_init(&r->claims, &r->head.config, slices, ranks, own);
  }
  ls_free(slices);
  return status;
}

static ls_status plan(by_rows *r)
{
  ls_reduction_config *config = &r->head.config;
  const ls_comm *comm = r->head.comm;

  r->head.part_count = ls_tree_cover(r->head.nodes, config->shards, 0, config->shards);
  r->head.node_shards = ls_exchange_node_shards(comm, config->shards, comm->node_index);
  r->head.portions = &r->portions;
  if (config->measure) {
    config->band = 0; // all of the slice
  }
  LS_TRY(plan_claims(r));
  LS_TRY(ls_portions_init(&r->portions, comm->node_size, comm->node_rank,
                          comm->has_core_each));
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
  static const ls_reduction_class class = {
      destroy, share, step, ls_slots_collect_of_node, ls_slots_deal_to_nodes};
  by_rows *r = ls_alloc(1, sizeof *r);
  ls_status status = LS_E_NOMEM;

  *out = NULL;
  if (r) {
    r->head = *head;
    r->head.class = &class;
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
  *out = &r->head;
  return LS_OK;
}
