#ifndef DATA_GUNZIP_H
#define DATA_GUNZIP_H

/**
 * A gzip file as a stream of bytes, strict about its ends.
 *
 * Why not gzread: it hands over data that is not gzip as it is, and takes what follows
 * the compressed data for nothing.
 */

#include "lockstep/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ls_gunzip ls_gunzip;

/**
 * Begin to unpack an open file from its start.
 *
 * Local.
 *
 * fd       stays the caller's; must outlive the stream
 * path     the file's name, for messages; must outlive the stream
 * returns  LS_OK
 *            LS_E_NOMEM  there is no memory
 */
LS_NODISCARD ls_status ls_gunzip_create(ls_gunzip **out, int fd, const char *path);

/**
 * Unpack up to `wanted` bytes.
 *
 * Local.
 *
 * bytes    [wanted] out
 * got      out: less than `wanted` only at the end, which is proven then: the checksum
 *          holds and nothing follows
 * returns  LS_OK
 *            LS_E_IO      the file cannot be read
 *            LS_E_FORMAT  it is not gzip, is damaged, cut, or followed by something
 */
LS_NODISCARD ls_status ls_gunzip_read(ls_gunzip *gunzip, uint8_t *bytes, size_t wanted,
                                      size_t *got);

/** Release a stream; NULL is fine.  Local. */
void ls_gunzip_destroy(ls_gunzip *gunzip);

#endif
