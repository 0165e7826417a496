#ifndef TRAIN_SHARING_H
#define TRAIN_SHARING_H

/**
 * How ranks share the work of a step out: what a reduction is told of it.
 */

#include "data/batch.h"
#include "lockstep/reduction.h"
#include "model/layout.h"

/**
 * The figures of ls_reduction_config.rows for steps of a plan, without what it calls.
 *
 * Local; same result on every rank.
 *
 * sparse   zeros among the inputs are left out
 * relay    LS_RELAY_WHERE_QUICK: where it is, for such rows, too
 */
ls_reduction_rows ls_sharing_rows(const ls_layout *layout, const ls_batch_plan *plan,
                                  bool sparse, ls_reduction_relay relay);

/**
 * What ls_reduction_config.exchange is: $LOCKSTEP_EXCHANGE, to measure.
 *
 * Local.
 *
 * returns   LS_OK
 *             LS_E_ARG   there is no such exchange
 */
LS_NODISCARD ls_status ls_sharing_exchange(ls_reduction_exchange *out);

/** What ls_reduction_rows.relay is: $LOCKSTEP_RELAY, as above.  Local. */
LS_NODISCARD ls_status ls_sharing_relay(ls_reduction_relay *out);

/** Rows that a rank's part of a batch can have at most.  Local. */
int ls_sharing_most_rows(const ls_batch_plan *plan, ls_span shards);

/** How many floats of a layout to fill and update at a time.  Local. */
int64_t ls_sharing_band(const ls_layout *layout);

#endif
