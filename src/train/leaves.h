#ifndef TRAIN_LEAVES_H
#define TRAIN_LEAVES_H

/**
 * The leaves that a batch's gradient is the ordered sum of: its logical shards, or one.
 *
 * A leaf is a chain over rows, and leaves join in the canonical tree.  With few rows a
 * shard the joins cost as much as the rows do: 32 rows of MNIST in 8 shards take 1.4 times
 * as long as in one chain.  So the gradient of a batch of at most 32 rows is one chain over
 * all of them, whatever its shards, and no rank can sum a part of it for another: rows are
 * common to the ranks of a node, and travel to other nodes, which such a batch does at
 * least as fast as its sums would.
 */

#include "data/batch.h"
#include "model/layout.h"

typedef struct ls_leaves_config {
  const ls_layout *layout;
  ls_batch_plan plan;
  double dropout_inputs; /* share of the inputs; rows then stay on their node */
  bool norms;            /* a norm is needed before the first update */
} ls_leaves_config;

/**
 * Whether the gradient is one chain.
 *
 * Local; same result on every rank, on any number of them.
 */
bool ls_leaves_are_one(const ls_leaves_config *config);

#endif
