#ifndef COMM_COVER_H
#define COMM_COVER_H

/**
 * Which subtrees the runs of a stage have summed up.
 *
 * Pure: no communication.
 */

#include "base/tree.h"
#include "comm/stages.h"

/** Which logical shards each node has. */
typedef struct ls_node_shards {
  const int64_t *firsts; /* [node_count + 1] the first of each, and the end of all */
  int node_count;
  int node; /* this one */
} ls_node_shards;

/** The subtrees of all runs of a stage, and which are a run's. */
typedef struct ls_cover {
  ls_tree_node *nodes; /* [firsts[run_count]] ascending */
  int *firsts;         /* [run_count + 1] where each run's begin, the end behind them */
} ls_cover;

/**
 * The subtrees that the shards of some nodes are.
 *
 * Local; same result on every rank.
 *
 * out       [LS_TREE_NODES_MAX]
 * returns   how many
 */
int ls_cover_nodes(ls_tree_node *out, const ls_node_shards *shards, ls_span nodes);

/**
 * List those of a stage's runs.
 *
 * Local.
 *
 * cover     out: to be released by ls_cover_clear, also after a failure
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_cover_init(ls_cover *cover, const ls_stage *stage,
                                     const ls_node_shards *shards);

/** Release it; a zeroed one is fine.  Local. */
void ls_cover_clear(ls_cover *cover);

#endif
