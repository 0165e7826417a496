#ifndef TRAIN_SAMPLES_H
#define TRAIN_SAMPLES_H

/**
 * Training samples by their position in an epoch.
 */

#include "data/order.h"
#include "lockstep/span.h"
#include "math/kernels.h"
#include "train/feed.h"

/** A sample's number, once found: it takes as long as a row's label from memory. */
typedef struct ls_sample_number {
  int64_t position; /* in the epoch; -1: none */
  int64_t sample;
} ls_sample_number;

typedef struct ls_samples {
  ls_rows rows;
  uint64_t seed; /* of the run */
  const ls_kernels *kernels;
  ls_order order;
  int64_t epoch;           /* whose order that is; -1: none yet */
  int64_t known_count;     /* a power of two */
  ls_sample_number *known; /* [known_count] by position modulo it */
} ls_samples;

/**
 * Begin with no epoch.
 *
 * Local.
 *
 * samples   out: to be released by ls_samples_clear, also after a failure
 * batch     rows of a step, of which this rank has some: numbers are kept for two
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_samples_init(ls_samples *samples, ls_rows rows, uint64_t seed,
                                       const ls_kernels *kernels, int64_t batch);

/** Release them; zeroed ones are fine.  Local. */
void ls_samples_clear(ls_samples *samples);

/** Take the order of an epoch.  Local; same result on every rank. */
void ls_samples_begin(ls_samples *samples, int64_t epoch);

/** Bytes of what is kept.  Local. */
int64_t ls_samples_bytes(const ls_samples *samples);

/** All inputs of a sample.  Local. */
ls_span ls_samples_inputs(const ls_samples *samples);

/**
 * Put some inputs of the sample at a position where they belong in a row.
 *
 * Local; same result on every rank.
 *
 * row      out: [features], of which only these inputs are written
 * inputs   may end behind the last
 */
void ls_samples_gather(ls_samples *samples, float *row, int64_t position,
                       ls_span inputs);

/** The label at a position.  Local. */
uint8_t ls_samples_label(ls_samples *samples, int64_t position);

/**
 * Ask for a sample that is gathered later: it lies anywhere in memory.
 *
 * Local.
 *
 * position   may be behind the epoch's last
 */
void ls_samples_ask_for(ls_samples *samples, int64_t position, ls_span inputs);

#endif
