#ifndef TRAIN_STEP_H
#define TRAIN_STEP_H

/**
 * One step of a run, and what it adds to the run's state.
 */

#include "train/trainer.h"

/** Whether ranks compare their weights then.  Local; same result on every rank. */
bool ls_trainer_is_checked(const ls_trainer *t, int64_t step);

/**
 * Train a step, log it and count it.
 *
 * Collective; waits as ls_reduction_step does.
 *
 * flags     out: LS_RIDE_... of all ranks
 * returns   LS_OK, also where the update was skipped (--on-nan skip); or the same error
 *           on every rank
 *             LS_E_NUMERIC  a loss or gradient is not finite, once or too often
 *             LS_E_IO       a rank could not do its part
 *             LS_E_DIVERGED nodes that compute the same have not done the same
 */
LS_NODISCARD ls_status ls_trainer_step(ls_trainer *t, uint64_t *flags);

#endif
