#ifndef TESTS_STORE_SHIM_H
#define TESTS_STORE_SHIM_H

/**
 * What shim.c takes from the environment and what it writes down.
 *
 *   LOCKSTEP_SHIM_PATH   only files whose path begins so count
 *   LOCKSTEP_SHIM_AT     the operation to spoil, from 1
 *   LOCKSTEP_SHIM_DO     how: ENOSPC EIO EDQUOT EINTR short before after torn
 *                        sticky-ENOSPC sticky-EIO (this one and all later ones)
 *   LOCKSTEP_SHIM_LOG    append a shim_record for each operation that changed something
 *   LOCKSTEP_SHIM_COUNT  write the number of operations here at the end
 *   LOCKSTEP_SHIM_FLOCK  flock and fcntl locks fail with this errno
 */

#include <stdint.h>

/** Read the environment anew, and count from 1; absent where the shim is not loaded. */
void shim_begin(void) __attribute__((weak));

typedef enum shim_kind {
  SHIM_CREATE = 1, /* path */
  SHIM_WRITE,      /* path, offset; `length` bytes of data follow */
  SHIM_EXTEND,     /* path, length: the file has at least so many bytes */
  SHIM_SYNC,       /* path: a file */
  SHIM_SYNC_NAMES, /* path: a directory */
  SHIM_RENAME,     /* path to other */
  SHIM_LINK,       /* path also as other */
  SHIM_UNLINK,     /* path */
  SHIM_SAVED       /* length: the step that the program said is saved */
} shim_kind;

typedef struct shim_record {
  int32_t kind;
  int32_t data_bytes; /* that follow */
  int64_t length;
  int64_t offset;
  char path[256];
  char other[256];
} shim_record;

#endif
