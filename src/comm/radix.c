#include "comm/radix.h"

#include "base/tree.h"
#include "comm/launch.h"
#include "comm/stages.h"
#include "lockstep/span.h"

// Seconds of a stage and of a message, there and back, as across the switches of a
// network of 10 Gbit/s, and of a byte on a wire between 10 and 100 and in memory.
static const double stage_seconds = 16e-6;
static const double message_seconds = 4e-6;
static const double byte_seconds = 1.0 / 5e9;
static const double memory_seconds = 1.0 / 10e9;

// More messages at once than this no switch likes, which the simulation does not see.
enum { RADIX_MAX = 8, ONE_STAGE_MAX = 64 };

static const double quick_bytes_a_second = 5e9;

static int parts_of(const ls_radix_cluster *c, ls_span nodes)
{
  ls_tree_node some[LS_TREE_NODES_MAX];

  return ls_tree_cover(some, (int)c->shard_firsts[c->node_count],
                       (int)c->shard_firsts[nodes.first],
                       (int)c->shard_firsts[nodes.first + nodes.count]);
}

// Bytes of a piece that ends half a block beyond its share, as the longest do.
static double piece_bytes(const ls_radix_cluster *c, int64_t pieces)
{
  double block = (double)c->block;
  double floats = (double)c->floats / (double)pieces + block / 2.0;

  return (floats > block ? floats : block) * sizeof(float);
}

// Seconds of the stages that make one run of some nodes, the slowest of each depth: the
// runs that a split makes are nearly equal, so one of them stands for all but in parts.
static double seconds_of(const ls_radix_cluster *c, ls_span nodes, int radix)
{
  int runs = ls_stages_runs(radix, nodes.count);
  double slowest_below = 0.0;
  int most_parts = 0;
  int all_parts = 0;

  if (nodes.count <= 1) {
    return 0.0;
  }
  for (int i = 0; i < runs; i++) {
    ls_span run = ls_span_part(nodes.count, runs, i);
    run.first += nodes.first;
    int parts = parts_of(c, run);
    double below = seconds_of(c, run, radix);
    most_parts = parts > most_parts ? parts : most_parts;
    all_parts += parts;
    slowest_below = below > slowest_below ? below : slowest_below;
  }
  double piece = piece_bytes(c, nodes.count);
  return slowest_below + stage_seconds + (runs - 1) * message_seconds +
         piece * c->slices * (runs - 1) * (most_parts + 1) * byte_seconds +
         piece * (all_parts + 1) * memory_seconds;
}

bool ls_radix_is_quick(const ls_radix_cluster *c)
{
  return c->rate >= quick_bytes_a_second;
}

double ls_radix_seconds(const ls_radix_cluster *c, int radix)
{
  return seconds_of(c, (ls_span){0, c->node_count}, radix);
}

// Where it is no more, not too long to go unasked, and costs cores less than twice as
// many updates.
static bool had_better_send_all(const ls_radix_cluster *c)
{
  return c->node_count == 2 && !c->in_rounds && !ls_radix_is_quick(c) &&
         c->floats * (int64_t)sizeof(float) < LS_LAUNCH_EAGER_BYTES &&
         parts_of(c, (ls_span){0, 1}) == 1 && parts_of(c, (ls_span){1, 1}) == 1;
}

int ls_radix_choose(const ls_radix_cluster *c)
{
  if (had_better_send_all(c)) {
    return 1;
  }
  int best = c->node_count >= 2 && c->node_count <= ONE_STAGE_MAX ? c->node_count : 2;
  double least = ls_radix_seconds(c, best);

  for (int radix = 2; radix <= RADIX_MAX && radix < c->node_count; radix++) {
    double seconds = ls_radix_seconds(c, radix);
    if (seconds < least) {
      least = seconds;
      best = radix;
    }
  }
  return best;
}
