#include "comm/way.h"

#include <limits.h>
#include <math.h>

// Computing while sums are sent won a quarter of a step at 119 MB/s each way, and nothing
// or less at 1,500, where sending is copying by the same cores.
static const double SLOW_BYTES_A_SECOND = 500e6;
// More are not worth sending across a node's caches: 512 took 1.05 times what sums take.
enum { NODE_ROWS_MAX = 256 };
// What travels of sums and weights in rounds where those that need not are left out: 324 of
// 438 kB on MNIST.
static const double THIN_LEFT = 0.75;
// What a rank multiplies and adds, at least, with AVX2.
static const double PRODUCTS_A_SECOND = 20e9;
// What a message costs beside its bytes; everybody sends everybody one.  More of them at
// once no switch likes.
static const double MESSAGE_SECONDS = 5e-6;
enum { ROW_NODES_MAX = LS_ONE_LEAF_SHARDS_MAX };
// What rows have to take of the time of sums, as both are rough.
static const double ROWS_WIN = 0.8;

// Bytes of the longest letter, if each of the node's shards goes with a loss.
static double letter_bytes(const ls_way_nodes *nodes, const ls_reduction_config *config)
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
  return config->rows.shard_bytes > 0 && letter_bytes(nodes, config) < INT_MAX / 2;
}

// Seconds from the first gradient to the last of the new weights.
static double seconds_of_sums(const ls_way_nodes *nodes,
                              const ls_reduction_config *config, double rate)
{
  double others = (double)(nodes->count - 1) / nodes->count;
  double wire = 2 * others * (double)config->count * sizeof(float) / rate;
  double work = config->rows.products / nodes->ranks / PRODUCTS_A_SECOND;

  if (rate >= SLOW_BYTES_A_SECOND) {
    return wire + work;
  }
  return fmax(config->thin ? THIN_LEFT * wire : wire, work);
}

static double seconds_of_rows(const ls_way_nodes *nodes,
                              const ls_reduction_config *config, double rate)
{
  double others = (double)(nodes->count - 1) / nodes->count;
  double bytes = (double)config->shards * (double)config->rows.shard_bytes;

  return others * bytes / rate + (nodes->count - 1) * MESSAGE_SECONDS +
         config->rows.products / nodes->least_ranks / PRODUCTS_A_SECOND;
}

bool ls_way_depends_on_rate(const ls_way_nodes *nodes,
                            const ls_reduction_config *config)
{
  return nodes->count > 1 && !config->rows.one_leaf &&
         config->exchange != LS_EXCHANGE_ROWS;
}

static ls_reduction_exchange quickest(const ls_way_nodes *nodes,
                                      const ls_reduction_config *config, double rate)
{
  if (nodes->count == 1) {
    return config->rows.count <= NODE_ROWS_MAX ? LS_EXCHANGE_ROWS : LS_EXCHANGE_SUMS;
  }
  if (rows_are_possible(nodes, config) && nodes->count <= ROW_NODES_MAX &&
      seconds_of_rows(nodes, config, rate) <
          ROWS_WIN * seconds_of_sums(nodes, config, rate)) {
    return LS_EXCHANGE_ROWS;
  }
  return rate < SLOW_BYTES_A_SECOND ? LS_EXCHANGE_ROUNDS : LS_EXCHANGE_SUMS;
}

ls_reduction_exchange ls_way_choose(const ls_way_nodes *nodes,
                                    const ls_reduction_config *config, double rate)
{
  if (config->rows.one_leaf) {
    return LS_EXCHANGE_ROWS;
  }
  ls_reduction_exchange way = config->exchange == LS_EXCHANGE_BY_SPEED
                                  ? quickest(nodes, config, rate)
                                  : config->exchange;

  return way == LS_EXCHANGE_ROWS && !rows_are_possible(nodes, config) ? LS_EXCHANGE_SUMS
                                                                      : way;
}
