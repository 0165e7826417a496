#ifndef STORE_BOUNDED_H
#define STORE_BOUNDED_H

/**
 * Reading a file that may be anything: a FIFO, a device, a terabyte of nothing.
 */

#include "lockstep/status.h"

#include <stddef.h>
#include <stdint.h>

/** No checkpoint is larger; 350 million weights with two slots still fit. */
#define LS_FILE_BYTES_MAX ((size_t)4 << 30)

/**
 * Read a whole regular file whose last bytes say that it is sealed.
 *
 * Local.  Never blocks on what is not a regular file, reads a file once, and nothing of
 * a file whose end is not a seal for its size.
 *
 * bytes    [length] out: release with ls_free; NULL on failure
 * returns  LS_OK
 *            LS_E_MISSING  there is no such file
 *            LS_E_IO       it cannot be read
 *            LS_E_FORMAT   not regular, of an impossible size, or not sealed
 *            LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_bounded_read(uint8_t **bytes, size_t *length,
                                       const char *path);

#endif
