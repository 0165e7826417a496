#ifndef TRAIN_FEED_H
#define TRAIN_FEED_H

/**
 * The data of a run on every rank: opened once a node, known to be the same on all.
 */

#include "base/sha256.h"
#include "lockstep/comm.h"
#include "lockstep/dataset.h"
#include "lockstep/span.h"

typedef struct ls_feed ls_feed;

/** Rows of one split.  Plain; borrowed from the feed. */
typedef struct ls_rows {
  const uint8_t *images; /* [count][features] */
  const uint8_t *labels; /* [count] */
  int64_t count;
  int features;
} ls_rows;

/**
 * Open the data set of a directory and agree on what it is.
 *
 * Collective.
 *
 * directory   of IDX files
 * holdout     training rows kept back, from the end
 * returns     LS_OK or the same error on every rank
 *               LS_E_IO, LS_E_FORMAT  a file is missing or lies
 *               LS_E_ARG              nothing is left to train on, or $LOCKSTEP_SPARSE
 *                                     is neither 0 nor 1
 *               LS_E_DIVERGED         nodes have different data
 */
LS_NODISCARD ls_status ls_feed_open(ls_feed **out, ls_comm *comm, const char *directory,
                                    int64_t holdout);

/** Close it; NULL is fine.  Local. */
void ls_feed_close(ls_feed *feed);

/** Rows to train on.  Local; same result on every rank. */
ls_rows ls_feed_training(const ls_feed *feed);

/** Rows to validate on: those kept back, or the test rows.  Local. */
ls_rows ls_feed_validation(const ls_feed *feed);

/** Rows of the test files.  Local; same result on every rank. */
ls_rows ls_feed_test(const ls_feed *feed);

/** Pixels of a row.  Local; same result on every rank. */
int ls_feed_features(const ls_feed *feed);

/** Classes of the training labels.  Local; same result on every rank. */
int ls_feed_classes(const ls_feed *feed);

/** Digest of training and test data, in hexadecimal.  Local; same on every rank. */
const char *ls_feed_digest(const ls_feed *feed);

#endif
