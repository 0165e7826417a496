#ifndef STORE_DIFFERENCE_H
#define STORE_DIFFERENCE_H

/**
 * Where two checkpoints differ.
 */

#include "lockstep/checkpoint.h"

#include <stdbool.h>

/** Two tensors of one name. */
typedef struct ls_tensor_difference {
  bool comparable;    /* both are there, with one shape */
  int64_t count;      /* floats whose bits differ */
  double largest;     /* difference in value */
  int64_t last_place; /* largest difference in units in the last place */
} ls_tensor_difference;

/** Told of a pair of tensors; slots are named `<slot>/<tensor>`. */
typedef void (*ls_difference_tensor_told)(void *context, const char *name,
                                          const ls_tensor_difference *found);

/**
 * Compare two tensors, bit by bit.
 *
 * Local; same result on every rank.
 *
 * b        may be NULL: not comparable
 */
ls_tensor_difference ls_difference_tensor(const ls_tensor *a, const ls_tensor *b);

/**
 * Tell of all tensors and slots of both, by name.
 *
 * Local; same result on every rank.
 */
void ls_difference_tensors(const ls_checkpoint *a, const ls_checkpoint *b,
                           ls_difference_tensor_told told, void *context);

/**
 * The first history row that differs.
 *
 * Local; same result on every rank.
 *
 * returns  its index; -1 if the histories are equal
 */
int64_t ls_difference_history(const ls_checkpoint *a, const ls_checkpoint *b);

/** Told of a setting that differs; a value is NULL where the setting is missing. */
typedef void (*ls_difference_told)(void *context, const char *key, const char *a,
                                   const char *b);

/**
 * Tell every setting that differs: numbers, texts, and configuration lines by key.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK, or LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_difference_settings(const ls_checkpoint *a,
                                              const ls_checkpoint *b,
                                              ls_difference_told told, void *context);

#endif
