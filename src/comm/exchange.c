#include "comm/exchange_private.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <string.h>

static ls_status plan_hops(ls_exchange *x, const ls_stages_config *stages,
                           const ls_partials *node_sums)
{
  ls_node_shards shards = {x->shard_firsts, x->node_count, x->node};

  LS_TRY(ls_stages_plan(&x->stages, stages));
  x->hops = ls_alloc((size_t)x->stages.count, sizeof *x->hops);
  if (!x->hops) {
    return LS_E_NOMEM;
  }
  for (int i = 0; i < x->stages.count; i++) {
    // Not all nodes have as many stages, but the last is the same one for all.
    ls_hop_config config = {.tag = x->stages.count - 1 - i,
                            .shards = &shards,
                            .own = i == 0 ? node_sums : &x->hops[i - 1].sums,
                            .thin = x->thin,
                            .news = x->news,
                            .filled = x->fill != NULL};
    LS_TRY(ls_hop_init(&x->hops[i], &x->stages.stages[i], &config));
  }
  return LS_OK;
}

static ls_status allocate(ls_exchange *x, const ls_comm *comm, int shards,
                          const ls_stages_config *plan, const ls_partials *node_sums)
{
  size_t nodes = (size_t)x->node_count;

  LS_TRY(ls_exchange_list_shards(&x->shard_firsts, comm, shards));
  x->pieces = ls_alloc(nodes, sizeof *x->pieces);
  x->block_counts = ls_alloc(2 * nodes, sizeof *x->block_counts);
  if (!x->pieces || !x->block_counts) {
    return LS_E_NOMEM;
  }
  x->block_places = x->block_counts + nodes;
  for (int node = 0; node < x->node_count; node++) {
    x->pieces[node] = ls_stages_piece(plan, node);
  }
  x->own = x->replicated ? ls_stages_slice(plan) : x->pieces[x->node];
  return plan_hops(x, plan, node_sums);
}

// One part that goes to one node, and is all of its sum: there is nothing to join or to
// copy.
static bool can_be_filled(const ls_exchange *x, const ls_comm *comm,
                          const ls_stages_config *plan, const ls_partials *sums)
{
  return x->thin && x->node_count == 2 && plan->radix == 1 && comm->node_size == 1 &&
         sums->count == 1 && sums->joins[0].step_count == 0;
}

ls_status ls_exchange_create(ls_exchange **out, ls_comm *comm,
                             const ls_reduction_config *config,
                             const ls_stages_config *plan, const ls_partials *sums,
                             float *whole)
{
  MPI_Comm peers = MPI_COMM_NULL;
  bool is_peer = comm->node_rank < ls_exchange_slices(comm);
  ls_exchange *x = NULL;
  ls_status status = LS_OK;

  *out = NULL;
  MPI_Comm_split(comm->all, is_peer ? comm->node_rank : MPI_UNDEFINED, comm->rank,
                 &peers);
  if (is_peer) {
    x = ls_alloc(1, sizeof *x);
    status = x ? LS_OK : LS_E_NOMEM;
  }
  if (x) {
    x->comm = peers;
    x->node = comm->node_index;
    x->node_count = comm->node_count;
    x->add = config->add;
    x->skip_flags = config->skip_flags;
    x->replicated = plan->replicas;
    x->sums = plan->replicas && plan->radix > 1 ? whole : NULL;
    // In stages a node hands on what it was sent, and all of it.
    x->thin = config->thin && ls_stages_are_one(plan->radix, comm->node_count);
    // Weights are looked at for what has changed only where the network is slow.
    x->news = x->thin && config->band > 0 && !x->replicated;
    x->fill = can_be_filled(x, comm, plan, sums) ? config->fill_thin : NULL;
    x->round_bands = plan->rounds > 0 ? plan->bands / plan->rounds : 0;
    status = allocate(x, comm, config->shards, plan, sums);
  }
  status = ls_comm_agree(comm, status);
  if (status != LS_OK && x) {
    ls_exchange_destroy(x);
    x = NULL;
  } else if (status != LS_OK && is_peer) {
    MPI_Comm_free(&peers); // collective among the peers: the others destroy theirs
  }
  *out = x;
  return status;
}

void ls_exchange_destroy(ls_exchange *x)
{
  if (!x) {
    return;
  }
  for (int i = 0; i < x->stages.count && x->hops; i++) {
    ls_hop_clear(&x->hops[i]);
  }
  ls_free(x->hops);
  ls_stages_clear(&x->stages);
  ls_free(x->shard_firsts);
  ls_free(x->pieces);
  ls_free(x->block_counts);
  MPI_Comm_free(&x->comm);
  ls_free(x);
}

int64_t ls_exchange_bytes(const ls_exchange *x)
{
  int64_t bytes = 0;

  for (int i = 0; i < x->stages.count; i++) {
    bytes += (int64_t)x->hops[i].letter_bytes;
  }
  return bytes;
}

ls_span ls_exchange_own(const ls_exchange *exchange)
{
  return exchange->own;
}

ls_letter_ride ls_exchange_letter_ride(const ls_exchange *x,
                                       const ls_exchange_ride *node)
{
  ls_letter_ride ride = {.correct = node->correct, .flags = node->flags};
  ls_tree_node subtrees[LS_TREE_NODES_MAX];
  int first = (int)x->shard_firsts[x->node];
  int count = ls_tree_cover(subtrees, (int)x->shard_firsts[x->node_count], first,
                            (int)x->shard_firsts[x->node + 1]);

  for (int i = 0; i < count; i++) {
    ride.losses[i] = ls_tree_sum(node->leaf_losses + (subtrees[i].lo - first),
                                 subtrees[i].hi - subtrees[i].lo);
  }
  return ride;
}

ls_reduction_totals ls_exchange_totals(const ls_exchange *x, const ls_letter_ride *ride)
{
  return (ls_reduction_totals){.loss = ride->losses[0],
                               .correct = ride->correct,
                               .flags = ride->flags,
                               .applied = (ride->flags & x->skip_flags) == 0};
}

static void send_all(ls_exchange *x, ls_hop *hop, const ls_letter_ride *ride)
{
  for (int i = 0; i < hop->stage->send_count; i++) {
    ls_hop_send(hop, x->comm, i, ride, x->add);
  }
}

bool ls_exchange_is_filled(const ls_exchange *exchange)
{
  return exchange->fill != NULL;
}

void ls_exchange_fill(ls_exchange *x, void *context)
{
  const ls_thin place = ls_hop_place(&x->hops[0]);

  ls_hop_fill(&x->hops[0], x->fill(context, place.lines, place.map, 0));
}

static void receive(ls_hop *hop, ls_exchange_meanwhile *meanwhile)
{
  while (meanwhile->some && !ls_hop_has_all(hop)) {
    const double begin = ls_clock_seconds();
    if (!meanwhile->some(meanwhile->context)) {
      meanwhile->some = NULL;
    }
    meanwhile->seconds += ls_clock_seconds() - begin;
  }
  ls_hop_receive(hop);
}

void ls_exchange_send(ls_exchange *x, ls_reduction_totals *totals,
                      const ls_exchange_ride *node, ls_exchange_meanwhile *meanwhile)
{
  ls_letter_ride ride = ls_exchange_letter_ride(x, node);

  for (int i = 0; i < x->stages.count; i++) {
    ls_hop_expect(&x->hops[i], x->comm);
  }
  for (int i = 0; i < x->stages.count; i++) {
    send_all(x, &x->hops[i], &ride);
    receive(&x->hops[i], meanwhile);
    ls_hop_read_rides(&x->hops[i], &ride);
  }
  for (int i = 0; i < x->stages.count; i++) {
    ls_hop_flush(&x->hops[i]);
  }
  *totals = ls_exchange_totals(x, &ride);
}

static const ls_partials *sums_of_all(const ls_exchange *x)
{
  return &x->hops[x->stages.count - 1].sums;
}

// The way that sums have come, what each node has of a vector for the others.
static void hand_out(ls_exchange *x, float *vector)
{
  for (int i = x->stages.count - 1; i >= 0; i--) {
    ls_hop_expect_back(&x->hops[i], x->comm, vector);
    for (int band = 0; band < x->hops[i].stage->bands; band++) {
      ls_hop_send_back(&x->hops[i], x->comm, band, vector);
    }
    ls_hop_flush(&x->hops[i]);
  }
}

void ls_exchange_update_stretch(ls_exchange *x, float *weights,
                                const ls_stretch *stretch, ls_reduction_update *update,
                                void *context)
{
  const ls_partials *sums = sums_of_all(x);
  ls_span span = stretch->span;
  float before[LS_CHUNK];

  ls_partials_load(sums, stretch);
  for (int64_t done = 0; done < span.count; done += LS_CHUNK) {
    int64_t now = span.count - done < LS_CHUNK ? span.count - done : LS_CHUNK;
    ls_span piece = {span.first + done, now};
    float *own = weights + piece.first;
    const float *sum = ls_chunk_join(sums->table, sums->joins, x->add, done, now);
    if (x->news) {
      memcpy(before, own, (size_t)now * sizeof *before);
    }
    update(context, own, sum, piece);
    if (x->news) {
      ls_hop_note(&x->hops[0], before, own, piece);
    }
  }
}

static void update_piece(ls_exchange *x, float *weights, ls_reduction_update *update,
                         void *context)
{
  const ls_partials *sums = sums_of_all(x);

  for (int i = 0; i < sums->stretch_count; i++) {
    ls_exchange_update_stretch(x, weights, &sums->stretches[i], update, context);
  }
}

// An update to the sum itself.
static void put(void *context, float *out, const float *sum, ls_span piece)
{
  (void)context;
  memcpy(out, sum, (size_t)piece.count * sizeof *out);
}

static void measure_slice(ls_exchange *x, double *squares, const ls_blocks *blocks,
                          const ls_reduction_config *config)
{
  update_piece(x, x->sums, put, NULL);
  hand_out(x, x->sums);
  ls_blocks_measure_sum(squares, blocks, x->own, config, x->sums + x->own.first);
}

void ls_exchange_measure(ls_exchange *x, double *squares, const ls_blocks *blocks,
                         const ls_reduction_config *config)
{
  const ls_partials *sums = sums_of_all(x);

  if (x->sums) {
    measure_slice(x, squares, blocks, config);
    return;
  }
  for (int i = 0; i < sums->stretch_count; i++) {
    ls_span span = sums->stretches[i].span;
    ls_partials_load(sums, &sums->stretches[i]);
    ls_blocks_measure(squares, blocks, span, config, sums->table, sums->joins,
                      span.first);
  }
  if (x->replicated) {
    return;
  }
  for (int node = 0; node < x->node_count; node++) {
    ls_span run = ls_blocks_of(blocks, x->pieces[node]);
    x->block_counts[node] = ls_comm_count((size_t)run.count);
    x->block_places[node] = ls_comm_count((size_t)run.first);
  }
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, squares, x->block_counts,
                 x->block_places, MPI_DOUBLE, x->comm);
}

void ls_exchange_update(ls_exchange *x, float *weights, ls_reduction_update *update,
                        void *context)
{
  const ls_span own = x->own;

  if (x->sums) {
    update(context, weights + own.first, x->sums + own.first, own);
    return;
  }
  update_piece(x, weights, update, context);
}

void ls_exchange_gather(ls_exchange *x, float *weights)
{
  if (!x->replicated) {
    hand_out(x, weights);
  }
}

void ls_exchange_share(ls_exchange *x, float *weights, int64_t count)
{
  MPI_Bcast(weights, ls_comm_count((size_t)count), MPI_FLOAT, 0, x->comm);
}
