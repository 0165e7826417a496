#include "train/leaves.h"

#include "lockstep/reduction_config.h"

// Where rows and sums took the same time between two nodes that share memory.
enum { ONE_LEAF_ROWS = 32 };

bool ls_leaves_are_one(const ls_batch_plan *plan)
{
  return plan->global_batch <= ONE_LEAF_ROWS && plan->shards <= LS_ONE_LEAF_SHARDS_MAX;
}
