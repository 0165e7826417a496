#ifndef TRAIN_FINGERPRINT_H
#define TRAIN_FINGERPRINT_H

/**
 * What this processor and C library make of fixed figures.
 *
 * Equal on all machines where the promises about bits hold.  Ranks that differ must not
 * train together; a checkpoint that differs may go on, with a warning.
 */

#include "base/sha256.h"
#include "math/kernels.h"

/**
 * Digest a fixed product, its loss with exponentials and logarithms, and the rates of a
 * fixed schedule.  Of the run only the order of its sums enters, where it has changed.
 *
 * Local.
 *
 * hex        out
 * one_leaf   several shards are one leaf (train/leaves.h)
 * returns    LS_OK
 *              LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_fingerprint(char hex[LS_SHA256_HEX],
                                      const ls_kernels *kernels, bool one_leaf);

#endif
