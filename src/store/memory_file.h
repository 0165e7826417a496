#ifndef STORE_MEMORY_FILE_H
#define STORE_MEMORY_FILE_H

/**
 * HDF5 files that exist in memory only: HDF5 never touches the disk.
 *
 * Why: with a full disk this HDF5 reports success for data that never arrived, and
 * crashes at exit after a close that failed; it has no call to fsync.
 */

#include "store/image.h"

#include <hdf5.h>

/**
 * Keep HDF5 from tidying up at exit; before any other call of HDF5's in the program.
 *
 * Local.  After it met a damaged image, this HDF5 loops or crashes there; files in
 * memory need no tidying.  Without effect if the program used HDF5 before.
 */
void ls_memory_file_prepare(void);

/**
 * Begin an empty file.
 *
 * Local.  Main thread only.
 *
 * file      out: to close with ls_memory_file_finish
 * image     in: empty; out: the file's buffer, which moves until then
 * expected  bytes that the file and its seal will about need
 */
LS_NODISCARD ls_status ls_memory_file_begin(hid_t *file, ls_image *image,
                                            size_t expected);

/**
 * Close the file and keep its bytes, with room for a seal behind them.
 *
 * Local.  The file is closed in any case; on failure the caller releases the image.
 */
LS_NODISCARD ls_status ls_memory_file_finish(ls_image *image, hid_t file);

/**
 * Open bytes as a file, read-only, without copying them.
 *
 * Local.  Main thread only.
 *
 * file     out: to close with ls_memory_file_close, before the image goes
 * returns  LS_OK, or LS_E_FORMAT: HDF5 does not take them for a file
 */
LS_NODISCARD ls_status ls_memory_file_open(hid_t *file, ls_image *image);

/** Close a file opened for reading, and whatever is still open in it.  Local. */
LS_NODISCARD ls_status ls_memory_file_close(hid_t file);

/**
 * The creation list of groups (the first, the file's) without time stamps, and with all
 * attributes in the object's header.
 *
 * Local.
 *
 * returns  to close with H5Pclose; negative on failure
 */
hid_t ls_memory_file_creation(hid_t list_class);

#endif
