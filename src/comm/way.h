#ifndef COMM_WAY_H
#define COMM_WAY_H

/**
 * What ranks send each other: partial sums, all at once or in rounds, rows, or flags.
 *
 * Between nodes sums are 2 (nodes - 1)/nodes of all parameters, whatever the batch.
 * Rows are few bytes where the batch is small, but then each node computes all of the
 * gradient, and not its own shards' only.  Where even a letter of these takes longer
 * than to compute what it tells, each node computes all of the step.  On one node the
 * same bytes go from cache to cache, and nobody computes more.
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

/** What was measured between two nodes. */
typedef struct ls_way_network {
  double rate;   /* bytes a second each way */
  double letter; /* seconds, to swap letters of ls_way_letter_bytes */
} ls_way_network;

/** The longest letter that a node sends where rows travel.  Local. */
double ls_way_letter_bytes(const ls_way_nodes *nodes,
                           const ls_reduction_config *config);

/**
 * Choose.
 *
 * Local; same result on every rank.
 *
 * network   of no meaning on one node
 * returns   never LS_EXCHANGE_BY_SPEED: what config.exchange asks for, where it is
 *           possible; else what should be quickest
 */
ls_reduction_exchange ls_way_choose(const ls_way_nodes *nodes,
                                    const ls_reduction_config *config,
                                    const ls_way_network *network);

/**
 * Steps of about four milliseconds, at least one, at most 64: how often nodes that work
 * apart (comm/apart.c) tell each other.
 *
 * Local; same result on every rank.
 */
int ls_way_steps_between_flags(int least_ranks, const ls_reduction_config *config);

#endif
