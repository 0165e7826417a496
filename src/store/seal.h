#ifndef STORE_SEAL_H
#define STORE_SEAL_H

/**
 * The last 128 bytes of every file: what was sealed is what is read.
 *
 *   \nLOCKSTEP-SEAL v1 len=<bytes> sha256=<64 hex><spaces>\n
 *
 * It trails the HDF5 image, so that every HDF5 reader opens the file as it is, and one
 * that edits it cuts the seal off.  It is compared byte for byte with a seal made anew:
 * damage in the padding counts too.
 */

#include "lockstep/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LS_SEAL_BYTES = 128 };

/**
 * Make the seal of `length` bytes.
 *
 * Local; same result on every rank.
 *
 * seal     [128] out: may follow `bytes` directly; no final zero
 */
void ls_seal_make(char seal[LS_SEAL_BYTES], const uint8_t *bytes, size_t length);

/**
 * Check a whole file's bytes.
 *
 * Local; same result on every rank.
 *
 * bytes    [length]: the image and its seal
 * returns  LS_OK
 *            LS_E_FORMAT  there is no seal, or it is not that of these bytes
 */
LS_NODISCARD ls_status ls_seal_check(const uint8_t *bytes, size_t length);

/**
 * Whether these last 128 bytes could end a file of `length` bytes, without its digest.
 *
 * Local; same result on every rank.  Bounds what is read before it is read.
 */
bool ls_seal_fits(const uint8_t tail[LS_SEAL_BYTES], size_t length);

#endif
