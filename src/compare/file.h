#ifndef COMPARE_FILE_H
#define COMPARE_FILE_H

/**
 * Small text files: read whole, replaced whole.
 */

#include "lockstep/status.h"

/**
 * Read a file.
 *
 * Local.
 *
 * out       to be released with ls_free; ended by a zero
 * returns   LS_OK
 *             LS_E_MISSING  there is no such file
 *             LS_E_IO       it cannot be read, or has more than 16 MiB
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_file_read(char **out, const char *path);

/**
 * Replace a file by a text.
 *
 * Local.  Whoever reads meanwhile sees the old or the new file, never a part.
 *
 * returns   LS_OK
 *             LS_E_IO
 */
LS_NODISCARD ls_status ls_file_write(const char *path, const char *text);

/** Make a directory and those above it.  Local.  LS_E_IO where that fails. */
LS_NODISCARD ls_status ls_file_make_directory(const char *path);

/** Remove a directory with all that is in it, if it is there.  Local. */
void ls_file_remove_tree(const char *path);

#endif
