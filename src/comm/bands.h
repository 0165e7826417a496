#ifndef COMM_BANDS_H
#define COMM_BANDS_H

/**
 * A slice cut into bands, which are filled, joined and updated one after the other.
 *
 * What a band's partial gradients are written to is used again for the next, so it
 * stays in a near cache.  Pure: no communication.
 */

#include "lockstep/reduction.h"

typedef struct ls_bands {
  ls_span *spans; /* [count] ascending, together the slice */
  int count;
  float *scratch; /* [part_count][widest] */
  int64_t widest; /* floats of the longest band, in whole cache lines */
  int part_count;
} ls_bands;

/**
 * Cut a slice at the configuration's edges.
 *
 * Local.
 *
 * bands        out: to be released by ls_bands_clear, also after a failure
 * part_count   partial gradients that are filled at the same time
 * returns      LS_OK
 *                LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_bands_init(ls_bands *bands, const ls_reduction_config *config,
                                     ls_span slice, int part_count);

/** Release them; zeroed ones are fine.  Local. */
void ls_bands_clear(ls_bands *bands);

#endif
