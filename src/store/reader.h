#ifndef STORE_READER_H
#define STORE_READER_H

/**
 * The strict reader: knows every name, type and shape in a checkpoint, and refuses
 * whatever differs.
 */

#include "lockstep/checkpoint.h"

/**
 * Parse the bytes of an image, without its seal.
 *
 * Local.  Makes HDF5 calls: main thread only.
 *
 * out      release with ls_checkpoint_destroy; NULL on failure
 * bytes    [length]: not changed
 * returns  LS_OK
 *            LS_E_FORMAT  something is not as it must be; the text names it
 *            LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_reader_parse(ls_checkpoint **out, uint8_t *bytes,
                                       size_t length);

#endif
