#ifndef STORE_DIRECTORY_H
#define STORE_DIRECTORY_H

/**
 * The names in a run's directory: `ckpt-000000001875.h5`, at least twelve digits.
 */

#include "lockstep/recovery.h"

#include <stdbool.h>

/** Write a step's file name.  Local; same result on every rank. */
void ls_directory_name(char name[LS_NAME_BYTES], int64_t step);

/**
 * Read the step out of a file name.
 *
 * Local; same result on every rank.
 *
 * returns  whether it is the very name that ls_directory_name gives
 */
bool ls_directory_step(int64_t *step, const char *name);

/**
 * Make a directory, and its parent, if they are missing, durably.
 *
 * Local.
 *
 * made     out: how many of the two were missing, for ls_directory_unmake
 * returns  LS_OK, or LS_E_IO
 */
LS_NODISCARD ls_status ls_directory_make(int *made, const char *directory);

/** Remove the directories that were made, if nothing is in them.  Local. */
void ls_directory_unmake(const char *directory, int made);

/**
 * Remove what killed saves left: `.ckpt-*.tmp`, `.status.tmp`.
 *
 * Local.  Only for who holds the lock.
 *
 * returns  LS_OK, or LS_E_IO
 */
LS_NODISCARD ls_status ls_directory_sweep(const char *directory);

#endif
