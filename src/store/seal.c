#include "store/seal.h"

#include "base/assert.h"
#include "base/sha256.h"

#include <stdio.h>
#include <string.h>

// Everything up to the digest.
static size_t write_head(char *seal, size_t length)
{
  int used =
      snprintf(seal, LS_SEAL_BYTES, "\nLOCKSTEP-SEAL v1 len=%zu sha256=", length);

  LS_ASSERT(used > 0 && used + LS_SHA256_HEX < LS_SEAL_BYTES);
  return (size_t)used;
}

void ls_seal_make(char seal[LS_SEAL_BYTES], const uint8_t *bytes, size_t length)
{
  uint8_t digest[LS_SHA256_BYTES];
  char hex[LS_SHA256_HEX];

  ls_sha256_of(digest, bytes, length);
  ls_sha256_hex(hex, digest);
  memset(seal, ' ', LS_SEAL_BYTES);
  size_t used = write_head(seal, length);
  memcpy(seal + used, hex, LS_SHA256_HEX - 1);
  seal[used + LS_SHA256_HEX - 1] = ' ';
  seal[LS_SEAL_BYTES - 1] = '\n';
}

bool ls_seal_fits(const uint8_t tail[LS_SEAL_BYTES], size_t length)
{
  char head[LS_SEAL_BYTES] = {0};

  return length > LS_SEAL_BYTES &&
         memcmp(tail, head, write_head(head, length - LS_SEAL_BYTES)) == 0;
}

ls_status ls_seal_check(const uint8_t *bytes, size_t length)
{
  char seal[LS_SEAL_BYTES];

  if (length <= LS_SEAL_BYTES) {
    return ls_fail(LS_E_FORMAT, "%zu bytes are too short for a checkpoint", length);
  }
  size_t image = length - LS_SEAL_BYTES;
  if (!ls_seal_fits(bytes + image, length)) {
    return ls_fail(LS_E_FORMAT, "not sealed: edited, cut short, or not lockstep's");
  }
  ls_seal_make(seal, bytes, image);
  if (memcmp(seal, bytes + image, LS_SEAL_BYTES) != 0) {
    return ls_fail(LS_E_FORMAT,
                   "the seal does not match: there is damage in the %zu bytes or in it",
                   image);
  }
  return LS_OK;
}
