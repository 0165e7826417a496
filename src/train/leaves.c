#include "train/leaves.h"

#include "model/network_rows.h"

// Where rows and sums between two nodes that share memory took the same time (see
// docs/performance.md); on any network rows are ahead.
enum { ONE_LEAF_ROWS = 32 };
// So that ranks are on no more nodes than rows are sent to, and all rows together are no
// more bytes than a message may have.
enum { MOST_SHARDS = 64, MOST_ROW_FLOATS = 1 << 21 };

bool ls_leaves_are_one(const ls_leaves_config *config)
{
  return config->plan.global_batch <= ONE_LEAF_ROWS &&
         config->plan.shards <= MOST_SHARDS && config->dropout_inputs == 0 &&
         !config->norms &&
         ls_network_travelling_floats(config->layout) <= MOST_ROW_FLOATS;
}
