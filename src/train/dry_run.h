#ifndef TRAIN_DRY_RUN_H
#define TRAIN_DRY_RUN_H

/**
 * The plan of a run that will not be trained: --dry-run.
 */

#include "train/trainer.h"

/** Print steps, rates, saves, memory and disk need.  Local; prints on rank 0. */
void ls_dry_run(const ls_trainer *trainer);

#endif
