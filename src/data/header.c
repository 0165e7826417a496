#include "data/header.h"

#include <inttypes.h>
#include <limits.h>

static uint32_t big_endian(const uint8_t *bytes)
{
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
         bytes[3];
}

size_t ls_idx_header_bytes(int dimensions)
{
  return dimensions == LS_IDX_IMAGES ? 16 : 8;
}

ls_status ls_idx_header_read(ls_idx_header *header, const uint8_t *bytes,
                             int dimensions, const char *path)
{
  uint32_t magic = big_endian(bytes);
  uint32_t expected = dimensions == LS_IDX_IMAGES ? 0x803 : 0x801;
  uint64_t count = big_endian(bytes + 4);
  uint64_t rows = dimensions == LS_IDX_IMAGES ? big_endian(bytes + 8) : 1;
  uint64_t columns = dimensions == LS_IDX_IMAGES ? big_endian(bytes + 12) : 1;
  uint64_t features = rows * columns; // both below 2^32
  uint64_t items = 0;

  if (magic != expected) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' begins with 0x%08" PRIx32 ", expected 0x%08" PRIx32
                   " (IDX, unsigned bytes, %d dimension%s)",
                   path, magic, expected, dimensions, dimensions == 1 ? "" : "s");
  }
  if (count == 0 || features == 0) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' says %" PRIu64 " items of %" PRIu64 "x%" PRIu64
                   ", expected at least 1 of 1x1",
                   path, count, rows, columns);
  }
  if (features > INT_MAX || __builtin_mul_overflow(count, features, &items) ||
      items > INT64_MAX - LS_IDX_HEADER_MAX) {
    return ls_fail(LS_E_FORMAT,
                   "'%s' says %" PRIu64 " items of %" PRIu64 "x%" PRIu64
                   " bytes, expected at most %d bytes each and 2^63 in all",
                   path, count, rows, columns, INT_MAX);
  }
  *header = (ls_idx_header){.count = count,
                            .rows = (int)rows, // at most features, so at most INT_MAX
                            .columns = (int)columns,
                            .header_bytes = ls_idx_header_bytes(dimensions),
                            .file_bytes = ls_idx_header_bytes(dimensions) + items};
  return LS_OK;
}
