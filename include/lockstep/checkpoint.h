#ifndef LOCKSTEP_CHECKPOINT_H
#define LOCKSTEP_CHECKPOINT_H

/**
 * The whole state of a run, as one rank sees it: everything that decides the run's
 * future, and nothing that may differ between two equal runs (no clock, host, path,
 * number of ranks, speed).  Two equal states are two equal files, byte for byte.
 *
 * Who saves fills the struct with borrowed pointers.  Who loads gets one whose pointers
 * belong to it and live until ls_checkpoint_destroy.  store.h writes and finds files;
 * docs/file-format.md says what is in them.
 */

#include "lockstep/api.h"
#include "lockstep/status.h"

#include <stddef.h>
#include <stdint.h>

enum {
  LS_NAME_BYTES = 64,     /* of a tensor or a slot, with the final zero */
  LS_DIGEST_BYTES = 65,   /* a SHA-256 in hexadecimal, with the final zero */
  LS_KIND_BYTES = 256,    /* of an optimizer's text, with the final zero */
  LS_TENSORS_MAX = 512,   /* tensors of a model */
  LS_SLOTS_MAX = 16,      /* slots of an optimizer */
  LS_TEXT_MAX = 64 * 1024 /* bytes of schedule or configuration, without the zero */
};

/** A matrix or a vector of float32, somewhere in memory; dense in the file. */
typedef struct ls_tensor {
  char name[LS_NAME_BYTES]; /* "layer0/weight": [a-z0-9_]+/[a-z0-9_]+, unique */
  char activation[16];      /* of its layer: "relu", "softmax", or "" */
  int64_t rows;             /* inputs of a weight; length of a vector */
  int64_t columns;          /* outputs of a weight; 0: a vector */
  int64_t stride;           /* floats from a row to the next; >= columns */
  float *values;            /* [rows][columns], or [rows] for a vector */
} ls_tensor;

/** One number an optimizer keeps beside each weight. */
typedef struct ls_slot {
  char name[LS_NAME_BYTES]; /* "momentum": [a-z0-9_]+ */
  ls_tensor *tensors;       /* [tensor_count], as the model's but for the values */
} ls_slot;

/** What an epoch came to. */
typedef struct ls_history_row {
  int64_t epoch;       /* from 1 */
  int64_t step;        /* updates applied at its end */
  double loss;         /* mean over its training rows */
  double accuracy;     /* 0 to 1 */
  double val_loss;     /* NaN: not measured */
  double val_accuracy; /* NaN: not measured */
  double rate;         /* of the next step */
} ls_history_row;

typedef struct ls_checkpoint {
  int64_t step;         /* updates applied */
  int64_t skipped;      /* updates left out because a value was not finite */
  uint64_t seed;        /* of every random number */
  int64_t global_batch; /* rows a step */
  int64_t shards;       /* logical shards of a batch */
  int64_t epochs;       /* planned */
  int64_t train_count;  /* rows of the training set */
  double base_rate;     /* what the schedule's factors multiply */

  const char *schedule;              /* as the user wrote it */
  const char *resolved;              /* as the schedule library prints it */
  const char *configuration;         /* `key=value` lines; only what decides bits */
  const char *fingerprint;           /* of the arithmetic */
  char data_digest[LS_DIGEST_BYTES]; /* of the training and validation data */

  int64_t tensor_count;
  ls_tensor *tensors; /* [tensor_count]: layer 0 weight, bias, layer 1 weight, ... */

  char optimizer[LS_KIND_BYTES]; /* "sgd", "adam(beta1=0.9, ...)" */
  int64_t slot_count;
  ls_slot *slots; /* [slot_count] */

  double epoch_loss_sum; /* of the running epoch, over epoch_count rows */
  int64_t epoch_correct;
  int64_t epoch_count; /* rows of the running epoch already trained */

  int64_t history_count;
  ls_history_row *history; /* [history_count], oldest first */

  void *owned; /* the reader's allocations; NULL in a checkpoint to save */
} ls_checkpoint;

/**
 * Read exactly this file: regular, of a sane size, sealed, and of the known form.
 *
 * Local.
 *
 * out      release with ls_checkpoint_destroy; NULL on failure
 * returns  LS_OK
 *            LS_E_MISSING  there is no such file
 *            LS_E_IO       it cannot be read
 *            LS_E_FORMAT   it is damaged, not sealed, or not a checkpoint
 *            LS_E_NOMEM
 */
LS_API LS_NODISCARD ls_status ls_checkpoint_load(ls_checkpoint **out, const char *path);

/**
 * Release what ls_checkpoint_load gave; NULL is fine.
 *
 * Local.
 */
LS_API void ls_checkpoint_destroy(ls_checkpoint *checkpoint);

/**
 * An upper bound of the file's size, from shapes, texts and planned epochs alone.
 *
 * Local; same result on every rank.  Looks at no value.
 */
LS_API int64_t ls_checkpoint_bytes_bound(const ls_checkpoint *checkpoint);

#endif
