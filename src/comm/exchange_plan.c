#include "comm/exchange_private.h"

#include "base/alloc.h"
#include "comm/radix.h"
#include "comm/replicas.h"
#include "comm/rounds.h"

int ls_exchange_slices(const ls_comm *comm)
{
  int least = comm->node_sizes[0];

  for (int node = 1; node < comm->node_count; node++) {
    least = comm->node_sizes[node] < least ? comm->node_sizes[node] : least;
  }
  return least;
}

ls_span ls_exchange_node_shards(const ls_comm *comm, int shards, int node)
{
  int first_rank = 0;

  for (int i = 0; i < node; i++) {
    first_rank += comm->node_sizes[i];
  }
  int last_rank = first_rank + comm->node_sizes[node] - 1;
  ls_span first = ls_span_part(shards, comm->size, first_rank);
  ls_span last = ls_span_part(shards, comm->size, last_rank);
  return (ls_span){first.first, last.first + last.count - first.first};
}

ls_status ls_exchange_list_shards(int64_t **firsts, const ls_comm *comm, int shards)
{
  *firsts = ls_alloc((size_t)comm->node_count + 1, sizeof **firsts);
  if (!*firsts) {
    return LS_E_NOMEM;
  }
  for (int node = 0, rank = 0; node < comm->node_count; node++) {
    (*firsts)[node] = ls_span_part(shards, comm->size, rank).first;
    rank += comm->node_sizes[node];
  }
  (*firsts)[comm->node_count] = shards;
  return LS_OK;
}

// The most subtrees that a node's shards are.
static int most_parts(const int64_t *shard_firsts, int node_count)
{
  ls_tree_node some[LS_TREE_NODES_MAX];
  int most = 1;

  for (int node = 0; node < node_count; node++) {
    int parts = ls_tree_cover(some, (int)shard_firsts[node_count],
                              (int)shard_firsts[node], (int)shard_firsts[node + 1]);
    most = parts > most ? parts : most;
  }
  return most;
}

// Replicas of a slice measure all of it: only its ends have to be at edges.
static void cut_replicas(ls_stages_config *plan)
{
  ls_span slice = ls_stages_slice(plan);

  plan->first = slice.first;
  plan->count = slice.count;
  plan->slice = 0;
  plan->slice_count = 1;
  plan->edges = NULL;
}

// With what the choice of a radix and of what goes back depends on.
static void choose(ls_stages_config *plan, const ls_reduction_config *config,
                   ls_radix_cluster *cluster)
{
  bool go_back = false;

  if (config->measure) {
    cluster->block = LS_CHUNK;
    go_back = config->back == LS_BACK_SUMS ||
              (config->back == LS_BACK_BY_SPEED && ls_replicas_are_quicker(cluster));
    cluster->block = go_back ? 0 : LS_CHUNK;
  }
  if (plan->radix == 0) {
    plan->radix = ls_radix_choose(cluster);
  }
  plan->replicas = plan->radix == 1 || go_back;
}

ls_status ls_exchange_plan(ls_stages_config *plan, const ls_comm *comm,
                           const ls_reduction_config *config, double rate)
{
  int slices = ls_exchange_slices(comm);
  int64_t *firsts = NULL;

  *plan = (ls_stages_config){.node_count = comm->node_count,
                             .node = comm->node_index,
                             .radix = config->radix,
                             .slice = comm->node_rank,
                             .slice_count = slices,
                             .count = config->count,
                             .edges = config->edges,
                             .edge_count = config->edge_count};
  LS_TRY(ls_exchange_list_shards(&firsts, comm, config->shards));
  ls_radix_cluster cluster = {.shard_firsts = firsts,
                              .node_count = comm->node_count,
                              .slices = slices,
                              .floats = config->count / slices,
                              .rate = rate,
                              .in_rounds = config->band > 0 && !config->measure};
  choose(plan, config, &cluster);
  // Where a norm is wanted all gradients have to be there before the first update.
  if (!config->measure) {
    ls_rounds_plan(plan, config->band, most_parts(firsts, comm->node_count));
  }
  // Norms of pieces need whole blocks, and so do those who fill a band at a time.  Else
  // there may be fewer blocks than pieces, which would be far from equal.
  if (config->measure && plan->replicas) {
    cut_replicas(plan);
  } else if (!config->measure && plan->rounds == 0) {
    plan->edges = NULL;
  }
  ls_free(firsts);
  return LS_OK;
}
