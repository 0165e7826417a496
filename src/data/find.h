#ifndef DATA_FIND_H
#define DATA_FIND_H

/**
 * Finding and opening one file of a data set, under any of its names.
 */

#include "lockstep/status.h"

#include <stdbool.h>

/**
 * Join a directory and a file's name.
 *
 * Local.
 *
 * path     out: to pass to ls_free
 * returns  LS_OK
 *            LS_E_NOMEM  there is no memory
 */
LS_NODISCARD ls_status ls_find_path(char **path, const char *directory,
                                    const char *name);

/**
 * Open the first of `a-idxN-ubyte`, the same with `.gz`, `a.idxN-ubyte`, and that
 * with `.gz`.
 *
 * Local.  Nothing but a regular file is opened, and nothing blocks.
 *
 * path     out: the file's name, to pass to ls_free, also after a failure
 * fd       out: for the caller to close; -1 after a failure
 * packed   out: whether the name ends in `.gz`
 * name     the first of the names
 * returns  LS_OK
 *            LS_E_IO     there is none, or it is not a regular file, or not ours to
 *                        read
 *            LS_E_NOMEM  there is no memory
 */
LS_NODISCARD ls_status ls_find(char **path, int *fd, bool *packed,
                               const char *directory, const char *name);

#endif
