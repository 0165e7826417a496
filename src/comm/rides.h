#ifndef COMM_RIDES_H
#define COMM_RIDES_H

/**
 * What each rank of a node adds to a step, in the memory they share.
 */

#include "base/alloc.h"
#include "comm/exchange.h"

/** A cache line a rank. */
typedef struct ls_shared_ride {
  _Alignas(LS_ALIGNMENT) int64_t correct;
  uint64_t flags;
  int64_t nanoseconds; /* that its rows took it, where these are common or lent */
} ls_shared_ride;

/**
 * Write what this rank adds.
 *
 * Local.
 *
 * leaf_losses   [shards] out: where its shards' are wanted
 */
void ls_rides_write(ls_shared_ride *own, double *leaf_losses,
                    const ls_reduction_ride *ride, int64_t shards);

/**
 * What a step's totals are, from what rides along of all shards.
 *
 * Local; same result on every rank.
 */
ls_reduction_totals ls_rides_totals(const ls_exchange_ride *all,
                                    const ls_reduction_config *config);

/**
 * Add up what the node's ranks have written.
 *
 * Local.
 *
 * leaf_losses   handed on
 */
ls_exchange_ride ls_rides_sum(const ls_shared_ride *rides, int count,
                              const double *leaf_losses);

#endif
