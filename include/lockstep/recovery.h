#ifndef LOCKSTEP_RECOVERY_H
#define LOCKSTEP_RECOVERY_H

/**
 * Finding what a run can go on from.
 *
 * The directory's names are the only index: no file says which checkpoint is the last,
 * because such a file could be wrong.  None there and all damaged are different
 * outcomes.
 */

#include "lockstep/checkpoint.h"

enum { LS_PATH_BYTES = 4096 };

/** One checkpoint's name in a directory. */
typedef struct ls_store_file {
  int64_t step;
  char name[LS_NAME_BYTES]; /* without the directory */
} ls_store_file;

/** Told of each file that was refused, and why. */
typedef void (*ls_store_refused)(void *context, const char *path, const char *reason);

/**
 * List a directory's checkpoints, newest first, without opening them.
 *
 * Local.
 *
 * files    [*count] out: release with ls_store_list_free; NULL if there are none
 * returns  LS_OK, also if the directory does not exist; LS_E_IO; LS_E_NOMEM
 */
LS_API LS_NODISCARD ls_status ls_store_list(ls_store_file **files, size_t *count,
                                            const char *directory);

/** Release a list; NULL is fine.  Local. */
LS_API void ls_store_list_free(ls_store_file *files);

/**
 * Load a directory's newest good checkpoint, naming every one refused on the way.
 *
 * Local.
 *
 * path     [LS_PATH_BYTES] out: of the file
 * refused  may be NULL
 * returns  LS_OK
 *            LS_E_MISSING  there is no checkpoint
 *            LS_E_DAMAGED  there are some, and none is good
 *            LS_E_IO, LS_E_NOMEM
 */
LS_API LS_NODISCARD ls_status ls_store_load_newest(ls_checkpoint **out, char *path,
                                                   const char *directory,
                                                   ls_store_refused refused,
                                                   void *context);

/**
 * Load exactly this file, or of a directory its newest good checkpoint.
 *
 * Local.  As ls_checkpoint_load and ls_store_load_newest.
 */
LS_API LS_NODISCARD ls_status ls_store_find(ls_checkpoint **out, char *path,
                                            const char *file_or_directory,
                                            ls_store_refused refused, void *context);

/**
 * Check one file, or every checkpoint of a directory, newest first.
 *
 * Local.
 *
 * told     called for each; the reason of a good one is "ok"
 * returns  LS_OK: all are good
 *            LS_E_FORMAT   some are not
 *            LS_E_DAMAGED  none is
 *            LS_E_MISSING  there is none
 *            LS_E_IO, LS_E_NOMEM
 */
LS_API LS_NODISCARD ls_status ls_store_verify(const char *file_or_directory,
                                              ls_store_refused told, void *context);

#endif
