#ifndef BASE_SHA256_H
#define BASE_SHA256_H

/**
 * SHA-256, by OpenSSL: seals, data digests, the digest of the weights.
 */

#include "lockstep/status.h"

#include <stddef.h>
#include <stdint.h>

enum { LS_SHA256_BYTES = 32, LS_SHA256_HEX = 65 };

typedef struct ls_sha256 ls_sha256;

/**
 * Digest `bytes` bytes at once.
 *
 * Local.
 *
 * digest   [32]
 */
void ls_sha256_of(uint8_t digest[LS_SHA256_BYTES], const void *data, size_t bytes);

/**
 * Begin a digest of data that comes in pieces.
 *
 * Local.
 *
 * returns  LS_OK
 *            LS_E_NOMEM  there is no memory
 */
LS_NODISCARD ls_status ls_sha256_create(ls_sha256 **out);

/** Add a piece.  Local. */
void ls_sha256_add(ls_sha256 *sha, const void *data, size_t bytes);

/**
 * End a digest and release it.
 *
 * Local.
 *
 * digest   [32]; may be NULL, then the digest is only released
 * sha      may be NULL, then nothing happens
 */
void ls_sha256_destroy(uint8_t digest[LS_SHA256_BYTES], ls_sha256 *sha);

/**
 * Write a digest as 64 lower-case hexadecimal digits and a final zero.
 *
 * Local; same result on every rank.
 */
void ls_sha256_hex(char hex[LS_SHA256_HEX], const uint8_t digest[LS_SHA256_BYTES]);

#endif
