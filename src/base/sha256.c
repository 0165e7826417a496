#include "base/sha256.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <openssl/evp.h>

struct ls_sha256 {
  EVP_MD_CTX *context;
};

// OpenSSL's digest calls fail only when SHA-256 is missing from it: not a thing that
// files or users can cause, so it ends the program in every build.
static void demand(int worked)
{
  if (worked != 1) {
    ls_assert_fail("OpenSSL has SHA-256", __FILE__, __LINE__);
  }
}

void ls_sha256_of(uint8_t digest[LS_SHA256_BYTES], const void *data, size_t bytes)
{
  demand(EVP_Digest(data, bytes, digest, NULL, EVP_sha256(), NULL));
}

ls_status ls_sha256_create(ls_sha256 **out)
{
  ls_sha256 *sha = ls_alloc(1, sizeof *sha);

  *out = NULL;
  if (!sha) {
    return LS_E_NOMEM;
  }
  sha->context = EVP_MD_CTX_new();
  if (!sha->context) {
    ls_free(sha);
    return ls_fail(LS_E_NOMEM, "out of memory for a digest");
  }
  demand(EVP_DigestInit_ex(sha->context, EVP_sha256(), NULL));
  *out = sha;
  return LS_OK;
}

void ls_sha256_add(ls_sha256 *sha, const void *data, size_t bytes)
{
  demand(EVP_DigestUpdate(sha->context, data, bytes));
}

void ls_sha256_destroy(uint8_t digest[LS_SHA256_BYTES], ls_sha256 *sha)
{
  if (!sha) {
    return;
  }
  if (digest) {
    demand(EVP_DigestFinal_ex(sha->context, digest, NULL));
  }
  EVP_MD_CTX_free(sha->context);
  ls_free(sha);
}

void ls_sha256_hex(char hex[LS_SHA256_HEX], const uint8_t digest[LS_SHA256_BYTES])
{
  static const char digits[] = "0123456789abcdef";

  for (int i = 0; i < LS_SHA256_BYTES; i++) {
    hex[2 * i] = digits[digest[i] >> 4];
    hex[2 * i + 1] = digits[digest[i] & 15];
  }
  hex[LS_SHA256_HEX - 1] = '\0';
}
