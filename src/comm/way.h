#ifndef COMM_WAY_H
#define COMM_WAY_H

/**
 * What ranks send each other: partial sums, all at once or in rounds, or rows.
 *
 * Between nodes sums are 2 (nodes - 1)/nodes of all parameters, whatever the batch.  Rows
 * are few bytes where the batch is small, but then each node computes all of the gradient,
 * and not its own shards' only.  On one node the same bytes go from cache to cache, and
 * nobody computes more.
 *
 * Pure: no communication.
 */

#include "lockstep/reduction.h"

typedef struct ls_way_nodes {
  int count;
  int ranks;       /* of all nodes */
  int least_ranks; /* of a node */
  int most_ranks;
} ls_way_nodes;

/** Whether ls_way_choose asks for a rate.  Local; same result on every rank. */
bool ls_way_depends_on_rate(const ls_way_nodes *nodes,
                            const ls_reduction_config *config);

/**
 * Choose.
 *
 * Local; same result on every rank.
 *
 * rate      bytes a second each way between two nodes
 * returns   never LS_EXCHANGE_BY_SPEED: what config.exchange asks for, where it is
 *           possible; else what should be quickest
 */
ls_reduction_exchange ls_way_choose(const ls_way_nodes *nodes,
                                    const ls_reduction_config *config, double rate);

#endif
