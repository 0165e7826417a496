#include "base/sha256.h"
#include "data/dataset_private.h"

static const uint64_t PIECE = (uint64_t)1 << 20;

static uint64_t item_bytes(const ls_idx *file)
{
  return file->header.file_bytes - file->header.header_bytes;
}

static int64_t pieces_of(const ls_idx *file)
{
  return (int64_t)((item_bytes(file) + PIECE - 1) / PIECE);
}

int64_t ls_dataset_pieces(const ls_dataset *dataset)
{
  return pieces_of(&dataset->images) + pieces_of(&dataset->labels);
}

static void digest_piece(uint8_t *digest, const ls_idx *file, int64_t index)
{
  const uint64_t first = (uint64_t)index * PIECE;
  const uint64_t left = item_bytes(file) - first;

  ls_sha256_of(digest, ls_idx_items(file) + first, left < PIECE ? left : PIECE);
}

void ls_dataset_digest_pieces(uint8_t (*digests)[LS_SHA256_BYTES],
                              const ls_dataset *dataset, int64_t first, int64_t count)
{
  const int64_t images = pieces_of(&dataset->images);

  for (int64_t i = first; i < first + count; i++) {
    if (i < images) {
      digest_piece(digests[i], &dataset->images, i);
    } else {
      digest_piece(digests[i], &dataset->labels, i - images);
    }
  }
}

static void add_number(ls_sha256 *sha, uint64_t number)
{
  uint8_t bytes[8];

  for (int i = 0; i < 8; i++) {
    bytes[i] = (uint8_t)(number >> (8 * i) & 0xff);
  }
  ls_sha256_add(sha, bytes, sizeof bytes);
}

ls_status ls_dataset_digest(uint8_t digest[LS_SHA256_BYTES], const ls_dataset *dataset,
                            uint8_t (*digests)[LS_SHA256_BYTES])
{
  const ls_idx_header *images = &dataset->images.header;
  ls_sha256 *sha = NULL;

  LS_TRY(ls_sha256_create(&sha));
  add_number(sha, images->count);
  add_number(sha, (uint64_t)images->rows);
  add_number(sha, (uint64_t)images->columns);
  ls_sha256_add(sha, digests, (size_t)ls_dataset_pieces(dataset) * sizeof *digests);
  ls_sha256_destroy(digest, sha);
  return LS_OK;
}
