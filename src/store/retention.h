#ifndef STORE_RETENTION_H
#define STORE_RETENTION_H

/**
 * Which checkpoints stay.
 *
 * The newest `keep` good ones and the best one.  Files that were found damaged are
 * neither counted nor deleted: somebody may want to look at them.  So as long as there
 * is a good file, a good file stays.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One checkpoint, as retention sees it. */
typedef struct ls_kept {
  int64_t step;
  double merit; /* higher is better; NaN: not measured at its step */
  bool is_good; /* read back or verified by this process */
} ls_kept;

/**
 * The best good checkpoint: of equal ones the earliest.
 *
 * Local; same result on every rank.
 *
 * returns  its index; `count` if none has a merit
 */
size_t ls_retention_best(const ls_kept *files, size_t count);

/**
 * Which checkpoint to delete next.
 *
 * Local; same result on every rank.
 *
 * files    [count], newest first
 * keep     at least 1
 * returns  the index of the oldest to go; `count` if all stay
 */
size_t ls_retention_next(const ls_kept *files, size_t count, int keep);

#endif
