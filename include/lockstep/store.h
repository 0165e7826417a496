#ifndef LOCKSTEP_STORE_H
#define LOCKSTEP_STORE_H

/**
 * A run's directory: its lock, its checkpoints, its status line.
 *
 * A save is built in memory by the caller's thread, then sealed, written, made durable,
 * compared and acknowledged by a thread of the store's own, which makes no HDF5 and no
 * MPI call.  docs/checkpoints.md tells the order and why.
 *
 *   ls_store_open  ->  { [ls_store_wait] ls_store_save ... ls_store_poll ... }
 *                  ->  ls_store_wait  ->  ls_store_write_status  ->  ls_store_close
 *
 * Everything here is for one rank of a run.
 */

#include "lockstep/checkpoint.h"
#include "lockstep/recovery.h"

#include <stdbool.h>

enum { LS_REASON_BYTES = 1024 }; /* as long as a failure's text */

typedef struct ls_store ls_store;

typedef struct ls_store_config {
  const char *directory; /* made if missing (its parent too) */
  int keep;              /* newest good files kept; at least 1 */
  const char *keep_best; /* "loss", "accuracy", "val_loss", ...; NULL: none */
} ls_store_config;

/** What became of one save. */
typedef struct ls_save_outcome {
  int64_t step;
  ls_status status;              /* LS_OK: acknowledged, nothing can lose it */
  bool visible;                  /* not LS_OK, yet the file may stand after a crash */
  double seconds;                /* in the background */
  char path[LS_PATH_BYTES];      /* the file's name */
  char reason[LS_REASON_BYTES];  /* why not, if not LS_OK */
  char warning[LS_REASON_BYTES]; /* "": none; acknowledged, but pruning failed */
} ls_save_outcome;

/**
 * Take a run's directory: make it, lock it, sweep what killed saves left, look at what
 * is there, start the writer.
 *
 * Local.  For the main thread, before any other call.
 *
 * returns  LS_OK
 *            LS_E_IO   it cannot be made, or another run holds the lock (named)
 *            LS_E_ARG  the configuration is impossible
 *            LS_E_NOMEM
 */
LS_API LS_NODISCARD ls_status ls_store_open(ls_store **out,
                                            const ls_store_config *config);

/** A line on the stale lock that was taken over; "" if there was none.  Local. */
LS_API const char *ls_store_takeover(const ls_store *store);

/**
 * Build a save in memory and hand it to the writer.
 *
 * Local.  The last save's outcome must have been taken by ls_store_poll or
 * ls_store_wait.  The checkpoint is not looked at after the return.
 *
 * returns  LS_OK: its outcome will come; or LS_E_NOMEM, LS_E_IO: there was no save
 */
LS_API LS_NODISCARD ls_status ls_store_save(ls_store *store,
                                            const ls_checkpoint *checkpoint);

/**
 * Take the last save's outcome, if it is there.
 *
 * Local.  Never waits.
 *
 * returns  whether `out` was filled
 */
LS_API bool ls_store_poll(ls_save_outcome *out, ls_store *store);

/**
 * Wait for the save under way, and take its outcome.
 *
 * Local.
 *
 * returns  whether `out` was filled; false at once if there is no save to wait for
 */
LS_API bool ls_store_wait(ls_save_outcome *out, ls_store *store);

/**
 * Replace the one line of `status` in the run's directory, durably.
 *
 * Local.  No save may be under way.
 */
LS_API LS_NODISCARD ls_status ls_store_write_status(ls_store *store, const char *line);

/**
 * Delete the checkpoints of later steps than `step`, durably.
 *
 * Local.  No save may be under way.
 */
LS_API LS_NODISCARD ls_status ls_store_discard_newer(ls_store *store, int64_t step);

/**
 * Wait for the save under way, stop the writer, give the lock back; NULL is fine.
 *
 * Local.
 */
LS_API void ls_store_close(ls_store *store);

/**
 * Whether the directory's file system has room for the files that will stand at once.
 *
 * Local.
 *
 * need       out: bytes, for keep (or fewer) + best + the one being written
 * saves      that are still to come, at most
 * available  out: bytes free to this user; also counts the checkpoints already there
 * returns    LS_OK, also if there is too little; LS_E_IO
 */
LS_API LS_NODISCARD ls_status ls_store_space(int64_t *need, int64_t *available,
                                             const ls_store_config *config,
                                             int64_t saves, int64_t file_bytes);

#endif
