#ifndef STORE_BUFFER_H
#define STORE_BUFFER_H

/**
 * Bytes that grow; the first failure stays, and nothing is appended after it.
 */

#include "lockstep/api.h"
#include "lockstep/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ls_buffer {
  ls_status status; /* LS_E_NOMEM after a failure */
  uint8_t *bytes;   /* [length]; release with ls_free */
  size_t length;
  size_t room;
} ls_buffer;

/** Append bytes.  Local. */
void ls_buffer_add(ls_buffer *buffer, const void *bytes, size_t count);

/** Append a number of `width` bytes, little endian.  Local. */
void ls_buffer_number(ls_buffer *buffer, uint64_t value, int width);

/** Append text of at most 255 bytes.  Local. */
void ls_buffer_print(ls_buffer *buffer, const char *format, ...) LS_PRINTF(2, 3);

#endif
