#ifndef TRAIN_SHARING_H
#define TRAIN_SHARING_H

/**
 * How ranks share the work of a step out: what a reduction is told of it.
 */

#include "data/batch.h"
#include "lockstep/reduction.h"
#include "model/layout.h"

/** What is asked for, to measure; it decides no bits. */
typedef struct ls_sharing {
  ls_reduction_exchange exchange; /* $LOCKSTEP_EXCHANGE: a name of one */
  ls_reduction_help relay, loans; /* $LOCKSTEP_RELAY, $LOCKSTEP_LOANS: 0 or 1 */
} ls_sharing;

/**
 * Read the environment.
 *
 * Local.
 *
 * returns   LS_OK
 *             LS_E_ARG   no such word is known
 */
LS_NODISCARD ls_status ls_sharing_read(ls_sharing *out);

/**
 * The figures of ls_reduction_config.rows for steps of a plan, without what it calls.
 *
 * Local; same result on every rank.
 *
 * sparse      zeros among the inputs are left out
 * tile_rows   ls_kernels.tile_rows: what depends on it is of the first rank only
 * asked       LS_HELP_WHERE_QUICK becomes LS_HELP_NEVER where such rows or weights are
 *             not
 */
ls_reduction_rows ls_sharing_rows(const ls_layout *layout, const ls_batch_plan *plan,
                                  bool sparse, int tile_rows, const ls_sharing *asked);

/** Rows that a rank's part of a batch can have at most.  Local. */
int ls_sharing_most_rows(const ls_batch_plan *plan, ls_span shards);

/** How many floats of a layout to fill and update at a time.  Local. */
int64_t ls_sharing_band(const ls_layout *layout);

#endif
