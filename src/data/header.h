#ifndef DATA_HEADER_H
#define DATA_HEADER_H

/**
 * The header of an IDX file, and what it promises about the rest.
 *
 *   byte 0  0x00 0x00             always
 *        2  0x08                  items are unsigned bytes
 *        3  dimensions            3: images; 1: labels
 *        4  count, rows, columns  32 bits each, big endian; labels have only count
 *       16  (labels: 8) items     count * rows * columns bytes, then the end
 */

#include "lockstep/status.h"

#include <stddef.h>
#include <stdint.h>

enum { LS_IDX_IMAGES = 3, LS_IDX_LABELS = 1, LS_IDX_HEADER_MAX = 16 };

typedef struct ls_idx_header {
  uint64_t count; /* from 1 */
  int rows;       /* from 1; 1 for labels, as columns */
  int columns;
  uint64_t header_bytes;
  uint64_t file_bytes; /* of the whole file, header included; fits off_t */
} ls_idx_header;

/** Bytes of a header with so many dimensions.  Local; same result on every rank. */
size_t ls_idx_header_bytes(int dimensions);

/**
 * Read a header and check all that can be checked without the rest of the file.
 *
 * Local; same result on every rank.
 *
 * bytes       [ls_idx_header_bytes(dimensions)]
 * dimensions  LS_IDX_IMAGES or LS_IDX_LABELS
 * path        the file's name, for messages
 * returns     LS_OK
 *               LS_E_FORMAT  another kind of file, no items, or sizes that overflow
 */
LS_NODISCARD ls_status ls_idx_header_read(ls_idx_header *header, const uint8_t *bytes,
                                          int dimensions, const char *path);

#endif
