#include "lockstep/reduction.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/clock.h"
#include "comm/comm_private.h"
#include "comm/exchange.h"
#include "comm/portions.h"
#include "comm/probe.h"
#include "comm/reduction_private.h"
#include "comm/relay.h"
#include "comm/way.h"

#include <math.h>

static void add_plainly(float *sum, const float *left, const float *right,
                        int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    sum[i] = left[i] + right[i];
  }
}

static int most_ranks(const ls_comm *comm)
{
  int most = 0;

  for (int node = 0; node < comm->node_count; node++) {
    most = comm->node_sizes[node] > most ? comm->node_sizes[node] : most;
  }
  return most;
}

// What is asked for may differ between ranks, as their environments do: rank 0's
// counts.
static ls_reduction_exchange way_of(double *rate, ls_comm *comm,
                                    const ls_reduction_config *config)
{
  const ls_way_nodes nodes = {.count = comm->node_count,
                              .ranks = comm->size,
                              .least_ranks = ls_exchange_slices(comm),
                              .most_ranks = most_ranks(comm)};
  ls_way_network network = {.rate = HUGE_VAL};

  // Also where a way is asked for: what was probed is quicker in the first steps, too.
  if (nodes.count > 1) {
    network.rate = ls_probe_rate(comm);
    network.letter =
        ls_probe_letter(comm, ls_way_letter_bytes(&nodes, config), network.rate);
  }
  *rate = network.rate;
  ls_reduction_exchange way = ls_way_choose(&nodes, config, &network);
  ls_comm_broadcast(comm, &way, sizeof way);
  return way;
}

ls_status ls_reduction_create(ls_reduction **out, ls_comm *comm,
                              const ls_reduction_config *config)
{
  ls_reduction head = {.comm = comm, .config = *config, .sends = LS_EXCHANGE_SUMS};
  const int64_t pad = LS_ALIGNMENT / (int64_t)sizeof(float);

  *out = NULL;
  LS_ASSERT(config->edge_count >= 2 && config->edges[0] == 0 &&
            config->edges[config->edge_count - 1] == config->count);
  LS_ASSERT(config->rows.bytes == 0 || config->rows.losses);
  LS_ASSERT(!config->rows.one_leaf ||
            (config->shards <= LS_ONE_LEAF_SHARDS_MAX && config->rows.bytes > 0 &&
             config->rows.shard_bytes > 0));
  if (comm->size > config->shards) {
    return ls_fail(LS_E_ARG,
                   "%d ranks cannot share %d logical shards: start fewer ranks, or "
                   "begin a run with --shards %d",
                   comm->size, config->shards, comm->size);
  }
  if (!head.config.add) {
    head.config.add = add_plainly;
  }
  head.stride = (config->count + pad - 1) / pad * pad;
  head.shards = ls_span_part(config->shards, comm->size, comm->rank);
  head.part_count = ls_tree_cover(head.nodes, config->shards, (int)head.shards.first,
                                  (int)(head.shards.first + head.shards.count));
  if (config->kind == LS_REDUCTION_MPI) {
    return ls_reduction_create_mpi(out, &head);
  }
  head.sends = way_of(&head.rate, comm, config);
  if (head.sends == LS_EXCHANGE_FLAGS) {
    return ls_reduction_create_apart(out, &head);
  }
  return head.sends == LS_EXCHANGE_ROWS ? ls_reduction_create_by_rows(out, &head)
                                        : ls_reduction_create_ordered(out, &head);
}

void ls_reduction_destroy(ls_reduction *reduction)
{
  if (reduction) {
    reduction->class->destroy(reduction);
  }
}

float *ls_reduction_weights(ls_reduction *reduction)
{
  return reduction->weights;
}

void *ls_reduction_common(const ls_reduction *reduction)
{
  return reduction->common;
}

ls_span ls_reduction_portion(const ls_reduction *reduction, const int *first_row)
{
  const ls_span shards = reduction->node_shards;

  LS_ASSERT(reduction->common != NULL);
  const int first = first_row[shards.first];
  const ls_span rows = {first, first_row[shards.first + shards.count] - first};
  return ls_portions_of(reduction->portions, reduction->comm->node_rank, rows);
}

int ls_reduction_legs(const ls_reduction *reduction)
{
  return reduction->relay ? reduction->relay->ranks : 0;
}

int ls_reduction_leg(const ls_reduction *reduction)
{
  LS_ASSERT(reduction->relay != NULL);
  return reduction->relay->own;
}

ls_span ls_reduction_inputs(const ls_reduction *reduction, int leg)
{
  LS_ASSERT(reduction->relay != NULL);
  return reduction->inputs[leg];
}

int ls_reduction_relay_rows(const ls_reduction *reduction)
{
  LS_ASSERT(reduction->relay != NULL);
  return reduction->config.rows.relay_rows;
}

void ls_reduction_take(ls_reduction *reduction, int group)
{
  LS_ASSERT(reduction->relay != NULL);
  ls_relay_take(reduction->relay, group);
}

void ls_reduction_hand_on(ls_reduction *reduction)
{
  LS_ASSERT(reduction->relay != NULL);
  ls_relay_hand_on(reduction->relay);
}

double ls_reduction_take_all(ls_reduction *reduction, int groups)
{
  LS_ASSERT(reduction->relay != NULL);
  const double waited = ls_relay_take_all(reduction->relay, groups);

  reduction->times.waiting += waited;
  return waited;
}

bool ls_reduction_posts(const ls_reduction *reduction)
{
  LS_ASSERT(reduction->relay != NULL);
  return reduction->relay->posts;
}

ls_loans *ls_reduction_loans(ls_reduction *reduction)
{
  return reduction->loans;
}

ls_reduction_exchange ls_reduction_sends(const ls_reduction *reduction)
{
  return reduction->sends;
}

double ls_reduction_sent_bytes(const ls_reduction *reduction)
{
  const ls_reduction_config *config = &reduction->config;
  const ls_comm *comm = reduction->comm;
  double parties = comm->node_count;

  if (config->kind == LS_REDUCTION_MPI && comm->node_count == 1) {
    parties = comm->size;
  }
  if (reduction->sends == LS_EXCHANGE_FLAGS) {
    return 0; // and some words every few milliseconds
  }
  if (reduction->sends == LS_EXCHANGE_ROWS) {
    return (parties - 1) / parties * config->shards * (double)config->rows.shard_bytes;
  }
  // Each part of the vector is sent once as a partial sum and once as new weights, or
  // between replicas all of it as a sum.
  return 2 * (parties - 1) / parties * (double)config->count * sizeof(float);
}

int64_t ls_reduction_message_bytes(const ls_reduction *reduction)
{
  return reduction->message_bytes;
}

const char *ls_reduction_exchange_name(ls_reduction_exchange exchange)
{
  static const char *const names[] = {[LS_EXCHANGE_BY_SPEED] = "by speed",
                                      [LS_EXCHANGE_SUMS] = "sums",
                                      [LS_EXCHANGE_ROUNDS] = "rounds",
                                      [LS_EXCHANGE_ROWS] = "rows",
                                      [LS_EXCHANGE_FLAGS] = "flags"};
  return names[exchange];
}

ls_span ls_reduction_shards(const ls_reduction *reduction)
{
  return reduction->shards;
}

int ls_reduction_part_count(const ls_reduction *reduction)
{
  return reduction->part_count;
}

ls_span ls_reduction_part_shards(const ls_reduction *reduction, int part)
{
  const ls_tree_node *node = &reduction->nodes[part];
  return (ls_span){node->lo, node->hi - node->lo};
}

ls_span ls_reduction_own(const ls_reduction *reduction)
{
  return reduction->own;
}

void ls_reduction_share(ls_reduction *reduction)
{
  reduction->class->share(reduction);
}

void ls_reduction_step(ls_reduction *reduction, ls_reduction_totals *totals,
                       const ls_reduction_ride *ride, void *context)
{
  reduction->class->step(reduction, totals, ride, context);
}

void ls_reduction_fill_parts(ls_reduction *reduction, ls_span piece,
                             const ls_reduction_near *near, void *context)
{
  double begin = ls_clock_seconds();

  for (int part = 0; part < reduction->part_count && piece.count > 0; part++) {
    float *out = reduction->parts + part * reduction->stride + piece.first;
    reduction->config.fill(context, out, part, piece, near);
  }
  reduction->times.filling += ls_clock_seconds() - begin;
}

bool ls_reduction_slices_follow(const ls_reduction *reduction)
{
  return reduction->follows;
}

void ls_reduction_collect(ls_reduction *reduction, float *all, const float *own)
{
  reduction->class->collect(reduction, all, own);
}

void ls_reduction_deal(ls_reduction *reduction, float *own, const float *all)
{
  reduction->class->deal(reduction, own, all);
}

ls_reduction_times ls_reduction_seconds(const ls_reduction *reduction)
{
  return reduction->times;
}
