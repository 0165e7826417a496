#ifndef COMM_RADIX_H
#define COMM_RADIX_H

/**
 * Which arrangement of stages is fastest: an estimate, with the constants of a network
 * between 10 and 100 Gbit/s.  docs/scaling.md has the measurements behind it.
 *
 * A small radix saves messages, a large one stages and passes over memory.  Where runs
 * of nodes do not own aligned subtrees of shards, each stage sends several partial
 * sums, and fewer stages send fewer bytes.
 *
 * Two nodes may as well send each other all they have, if that is one partial sum each:
 * as many floats as half of it and the other half's new weights, and nobody waits for
 * these; but each node then updates all weights.  Measured in docs/performance.md.
 *
 * Pure: no communication.
 */

#include <stdbool.h>
#include <stdint.h>

typedef struct ls_radix_cluster {
  const int64_t *shard_firsts; /* [node_count + 1] of each node, and the end of all */
  int node_count;
  int slices;     /* of a node, which share its wire */
  int64_t floats; /* of a slice */
  int64_t block;  /* of floats that stay in one piece; 0: pieces are equal */
  double rate;    /* measured: bytes a second each way between nodes */
  bool in_rounds; /* is what is wanted (comm/rounds.h), if there is one stage */
} ls_radix_cluster;

/** Whether no core copies what the network sends; updates then cost more.  Local. */
bool ls_radix_is_quick(const ls_radix_cluster *cluster);

/**
 * Choose a radix.
 *
 * Local; same result on every rank.
 *
 * returns   as in ls_stages_config
 */
int ls_radix_choose(const ls_radix_cluster *cluster);

/**
 * Seconds from the first sum that is sent to the last float that has come back.
 *
 * Local; same result on every rank.
 *
 * radix   at least 2
 */
double ls_radix_seconds(const ls_radix_cluster *cluster, int radix);

#endif
