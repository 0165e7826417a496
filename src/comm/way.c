#include "comm/way.h"

#include <limits.h>
#include <math.h>

// Computing while sums are sent won a quarter of a step at 119 MB/s each way, up to a
// fifth at 750, and nothing at 1,250 and more, where sending is copying by the same
// cores.
static const double SLOW_BYTES_A_SECOND = 800e6;
// More are not worth sending across a node's caches: 512 took 1.05 times what sums
// take.
enum { NODE_ROWS_MAX = 256 };
// What travels of sums and weights in rounds where those that need not are left out:
// 324 of 438 kB on MNIST.
static const double THIN_LEFT = 0.75;
// What a rank multiplies and adds in a step, with AVX2 at 90 GFLOP/s: half of them
// forward.  Where nobody has measured it.
static const double STEP_PRODUCTS_A_SECOND = 30e9;
// A request to stop or to save is seen about as late.
static const double FLAGS_SECONDS = 4e-3;
enum { FLAGS_STEPS_MAX = 64 };
// What a message costs beside its bytes; everybody sends everybody one.  More of them
// at once no switch likes.
static const double MESSAGE_SECONDS = 5e-6;
enum { ROW_NODES_MAX = LS_ONE_LEAF_SHARDS_MAX };

// Each of the node's shards goes with a loss.
double ls_way_letter_bytes(const ls_way_nodes *nodes, const ls_reduction_config *config)
{
  return (double)config->shards / nodes->ranks * nodes->most_ranks *
         (double)(config->rows.shard_bytes + sizeof(double));
}

static bool rows_are_possible(const ls_way_nodes *nodes,
                              const ls_reduction_config *config)
{
  if (nodes->count == 1) {
    return config->rows.bytes > 0;
  }
  return config->rows.shard_bytes > 0 &&
         ls_way_letter_bytes(nodes, config) < INT_MAX / 2;
}

// That is, to so many nodes, without being asked for.
static bool rows_can_be_sent(const ls_way_nodes *nodes,
                             const ls_reduction_config *config)
{
  return rows_are_possible(nodes, config) && nodes->count <= ROW_NODES_MAX;
}

static ls_reduction_pace pace_of(const ls_reduction_config *config)
{
  const ls_reduction_rows *rows = &config->rows;
  // Each shard's gradient is added, too; that takes as long as a row.
  const double joins =
      rows->one_leaf ? 0.0 : (double)config->shards * (double)config->count;
  const double forward = rows->products / STEP_PRODUCTS_A_SECOND;

  return rows->pace.gradient > 0
             ? rows->pace
             : (ls_reduction_pace){.forward = forward,
                                   .gradient =
                                       forward + joins / STEP_PRODUCTS_A_SECOND};
}

// Each other node's letter comes through this one's wire.
static double seconds_of_letters(const ls_way_nodes *nodes,
                                 const ls_reduction_config *config,
                                 const ls_way_network *network)
{
  const int others = nodes->count - 1;

  return network->letter + others * MESSAGE_SECONDS +
         (others - 1) * ls_way_letter_bytes(nodes, config) / network->rate;
}

static double seconds_of_sums(const ls_way_nodes *nodes,
                              const ls_reduction_config *config,
                              const ls_way_network *network)
{
  return 2.0 * (nodes->count - 1) / nodes->count * (double)config->count *
             sizeof(float) / network->rate +
         2 * ceil(log2(nodes->count)) * MESSAGE_SECONDS;
}

// Seconds of a step, without what is the same whatever travels.
static double seconds_of_step(ls_reduction_exchange way, const ls_way_nodes *nodes,
                              const ls_reduction_config *config,
                              const ls_way_network *network)
{
  const ls_reduction_pace all = pace_of(config);
  const double sums = seconds_of_sums(nodes, config, network);

  switch (way) {
  case LS_EXCHANGE_ROWS:
    // Who waits for letters also waits for the latest node, step by step.
    return all.forward / nodes->ranks + seconds_of_letters(nodes, config, network) +
           (all.gather + all.gradient) / nodes->least_ranks;
  case LS_EXCHANGE_ROUNDS:
    return (all.gather + all.forward) / nodes->ranks +
           fmax(config->thin ? THIN_LEFT * sums : sums, all.gradient / nodes->ranks);
  case LS_EXCHANGE_FLAGS:
    return (all.gather + all.forward + all.gradient) / nodes->least_ranks;
  default:
    return (all.gather + all.forward + all.gradient) / nodes->ranks + sums;
  }
}

// Of those in which each node computes its own shards.
static ls_reduction_exchange quickest_of_shards(const ls_way_nodes *nodes,
                                                const ls_reduction_config *config,
                                                const ls_way_network *network)
{
  const ls_reduction_exchange sums =
      network->rate < SLOW_BYTES_A_SECOND ? LS_EXCHANGE_ROUNDS : LS_EXCHANGE_SUMS;

  if (config->rows.one_leaf) {
    return LS_EXCHANGE_ROWS;
  }
  return rows_can_be_sent(nodes, config) &&
                 seconds_of_step(LS_EXCHANGE_ROWS, nodes, config, network) <
                     seconds_of_step(sums, nodes, config, network)
             ? LS_EXCHANGE_ROWS
             : sums;
}

// Whether to compute what others do takes less than to learn of it.
static bool had_better_work_apart(const ls_way_nodes *nodes,
                                  const ls_reduction_config *config,
                                  ls_reduction_exchange way,
                                  const ls_way_network *network)
{
  // Where nothing is known of the products nothing can be said of a step.
  return config->rows.products > 0 &&
         seconds_of_step(LS_EXCHANGE_FLAGS, nodes, config, network) <
             seconds_of_step(way, nodes, config, network);
}

static ls_reduction_exchange quickest(const ls_way_nodes *nodes,
                                      const ls_reduction_config *config,
                                      const ls_way_network *network)
{
  if (nodes->count == 1) {
    return config->rows.count <= NODE_ROWS_MAX ? LS_EXCHANGE_ROWS : LS_EXCHANGE_SUMS;
  }
  ls_reduction_exchange way = quickest_of_shards(nodes, config, network);
  return had_better_work_apart(nodes, config, way, network) ? LS_EXCHANGE_FLAGS : way;
}

static ls_reduction_exchange asked_for(const ls_way_nodes *nodes,
                                       const ls_reduction_config *config,
                                       const ls_way_network *network)
{
  if (config->exchange == LS_EXCHANGE_BY_SPEED ||
      (config->exchange == LS_EXCHANGE_FLAGS && nodes->count == 1)) {
    return quickest(nodes, config, network);
  }
  return config->exchange;
}

ls_reduction_exchange ls_way_choose(const ls_way_nodes *nodes,
                                    const ls_reduction_config *config,
                                    const ls_way_network *network)
{
  ls_reduction_exchange way = asked_for(nodes, config, network);

  if (config->rows.one_leaf) {
    return way == LS_EXCHANGE_FLAGS ? way : LS_EXCHANGE_ROWS;
  }
  return way == LS_EXCHANGE_ROWS && !rows_are_possible(nodes, config) ? LS_EXCHANGE_SUMS
                                                                      : way;
}

int ls_way_steps_between_flags(int least_ranks, const ls_reduction_config *config)
{
  double step = 2 * config->rows.products / STEP_PRODUCTS_A_SECOND / least_ranks;
  double steps = step > 0 ? FLAGS_SECONDS / step : 1.0;

  return (int)fmin(fmax(steps, 1.0), FLAGS_STEPS_MAX);
}
