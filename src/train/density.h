#ifndef TRAIN_DENSITY_H
#define TRAIN_DENSITY_H

/**
 * How many of a data set's pixels are not zero, as far as a few rows show.
 */

#include "train/feed.h"

/**
 * Check what $LOCKSTEP_SPARSE says.
 *
 * Local.
 *
 * returns   LS_OK
 *             LS_E_ARG   it is neither 0 nor 1
 */
LS_NODISCARD ls_status ls_density_check(void);

/**
 * Whether most pixels of some rows are zero.
 *
 * Local; the same on every rank, but that $LOCKSTEP_SPARSE, if set, decides: 0 or 1.
 */
bool ls_rows_are_sparse(const ls_rows *rows);

/**
 * In which share of some rows a pixel, or one beside it, is not zero.
 *
 * Local; same result on every rank.
 *
 * shares   [features] out, in [0, 1]
 */
void ls_rows_shares(double *shares, const ls_rows *rows);

#endif
