#ifndef STORE_DURABLE_H
#define STORE_DURABLE_H

/**
 * Writing a file so that a power cut leaves the old state or the new one.
 *
 * docs/checkpoints.md has the order of calls and why each is there.  No HDF5, no MPI:
 * any thread.
 */

#include "lockstep/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What to write where. */
typedef struct ls_durable {
  const char *directory;
  const char *name;     /* of the file; `.<name>.tmp` is its name while it is written */
  const uint8_t *bytes; /* [length] */
  size_t length;
} ls_durable;

/**
 * Make `bytes` the content of the named file, atomically and durably.
 *
 * Local.  An equal file that is there already is kept, and made durable.
 *
 * visible  out: whether the file has its name, though a failure followed
 * returns  LS_OK: nothing can lose it
 *            LS_E_IO  the text says at which call; the file that had the name stands,
 *                     unless `visible`
 */
LS_NODISCARD ls_status ls_durable_write(const ls_durable *file, bool *visible);

/**
 * The same for a file named by its path, in a directory that exists.
 *
 * Local.
 *
 * bytes    [length]
 * returns  as ls_durable_write
 */
LS_NODISCARD ls_status ls_durable_write_path(const char *path, const uint8_t *bytes,
                                             size_t length);

/**
 * Make a directory's names durable.
 *
 * Local.
 *
 * returns  LS_OK, or LS_E_IO
 */
LS_NODISCARD ls_status ls_durable_sync_directory(const char *directory);

/**
 * Join a directory and a name.
 *
 * Local.
 *
 * path     [LS_PATH_BYTES] out
 * returns  LS_OK, or LS_E_ARG: too long
 */
LS_NODISCARD ls_status ls_durable_path(char *path, const char *directory,
                                       const char *name);

#endif
