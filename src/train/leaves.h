#ifndef TRAIN_LEAVES_H
#define TRAIN_LEAVES_H

/**
 * The leaves that a batch's gradient is the ordered sum of: its logical shards, or one.
 *
 * A leaf is a chain over rows, and leaves join in the canonical tree.  With few rows a
 * shard the joins cost as much as the rows do.  So the gradient of a batch of at most
 * 32 rows is one chain over all of them.  No rank can then sum a part of it for
 * another, so rows are what ranks have in common and what nodes send each other,
 * whatever the network (docs/performance.md, "The ordered sum", has both sides of
 * that).
 */

#include "data/batch.h"

/**
 * Whether the gradients of a plan's batches are one leaf each.
 *
 * Local; same result on every rank, on any number of them.
 */
bool ls_leaves_are_one(const ls_batch_plan *plan);

#endif
