#ifndef DATA_UNPACK_H
#define DATA_UNPACK_H

/**
 * A packed IDX file unpacked into memory that other processes can map.
 */

#include "lockstep/status.h"

/**
 * Unpack an IDX file into an anonymous file that can no longer change.
 *
 * Local.  Memory grows with what is really unpacked, never with what a header claims,
 * and stops at what the header claims.
 *
 * copy        out: descriptor for the caller to close, also after a failure; -1: none
 * fd          of the packed file, at its start
 * path        the file's name, for messages
 * dimensions  LS_IDX_IMAGES or LS_IDX_LABELS
 * returns     LS_OK
 *               LS_E_IO, LS_E_FORMAT, LS_E_NOMEM  as ls_dataset_open
 */
LS_NODISCARD ls_status ls_unpack(int *copy, int fd, const char *path, int dimensions);

#endif
