#include "comm/rides.h"

#include "base/tree.h"

#include <string.h>

void ls_rides_write(ls_shared_ride *own, double *leaf_losses,
                    const ls_reduction_ride *ride, int64_t shards)
{
  own->correct = ride->correct;
  own->flags = ride->flags;
  memcpy(leaf_losses, ride->leaf_losses, (size_t)shards * sizeof *leaf_losses);
}

ls_reduction_totals ls_rides_totals(const ls_exchange_ride *all,
                                    const ls_reduction_config *config)
{
  return (ls_reduction_totals){.loss = ls_tree_sum(all->leaf_losses, config->shards),
                               .correct = all->correct,
                               .flags = all->flags,
                               .applied = (all->flags & config->skip_flags) == 0};
}

ls_exchange_ride ls_rides_sum(const ls_shared_ride *rides, int count,
                              const double *leaf_losses)
{
  ls_exchange_ride node = {.leaf_losses = leaf_losses};

  for (int i = 0; i < count; i++) {
    node.correct += rides[i].correct;
    node.flags |= rides[i].flags;
  }
  return node;
}
