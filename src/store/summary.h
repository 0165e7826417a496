#ifndef STORE_SUMMARY_H
#define STORE_SUMMARY_H

/**
 * What a checkpoint's numbers come to.
 */

#include "base/sha256.h"
#include "lockstep/checkpoint.h"

typedef struct ls_summary {
  double rate;        /* of the next step; NaN if the schedule cannot be read */
  int64_t parameters; /* floats of the model */
  int64_t epoch;      /* finished epochs */
  char weights[LS_SHA256_HEX]; /* of the model's floats, little endian, in order */
} ls_summary;

/**
 * Work it out.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK, or LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_summarize(ls_summary *out, const ls_checkpoint *checkpoint);

#endif
