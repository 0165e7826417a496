#include "comm/replicas.h"

// Seconds in which a float that is in a cache is measured and updated.
static const double update_seconds = 0.33e-9;

// Of a round of small messages, as in comm/radix.c, but one way; MPI_Allgatherv of a
// few kilobytes doubles what each node knows in each.
static const double round_seconds = 10e-6;

// On quick networks messages take less than the constants say.
static const double quick_share = 0.25;

static int rounds_of(int node_count)
{
  int rounds = 0;

  for (int known = 1; known < node_count; known *= 2) {
    rounds++;
  }
  return rounds;
}

static double seconds_of(const ls_radix_cluster *c)
{
  int radix = ls_radix_choose(c);
  return ls_radix_seconds(c, radix > 1 ? radix : 2);
}

bool ls_replicas_are_quicker(const ls_radix_cluster *c)
{
  ls_radix_cluster equal = *c;
  equal.block = 0;

  double more_floats = (double)c->floats * (1.0 - 1.0 / c->node_count);
  double saved =
      seconds_of(c) - seconds_of(&equal) + rounds_of(c->node_count) * round_seconds;
  if (ls_radix_is_quick(c)) {
    saved *= quick_share;
  }
  return more_floats * update_seconds < saved;
}
