/**
 * Finds what is not zero.  Padding is zero, so whole vectors can be looked at.
 */

#include "math/sparse.h"
#include "math/table.h"
#include "math/vector.h"

#include <stddef.h>

// All ones where x is not zero; a NaN is not.
LS_INLINE ivec not_zero(vec x)
{
  return bits_of(x) + bits_of(x) != 0;
}

static void find_in_row(uint64_t *words, const float *x, int D)
{
  for (int i = 0; i < D; i += LS_SPARSE_WORD) {
    uint64_t word = 0;
    for (int j = 0; j < LS_SPARSE_WORD && i + j < D; j += LS_LANES) {
      word |= (uint64_t)mask_of(not_zero(load(x + i + j))) << j;
    }
    *words++ = word;
  }
}

// One word of up to 32 rows for each of LS_LANES inputs.
static void find_in_columns(uint32_t *words, const float *x, ptrdiff_t stride, int rows)
{
  ivec word = {0};

  for (int row = 0; row < rows; row++) {
    word |= not_zero(load(x + row * stride)) & (int32_t)(1u << row);
  }
  memcpy(words, &word, sizeof word);
}

void LS_KERNEL(find_nonzero)(const ls_sparse *found, const float *x, int B, int D)
{
  const ptrdiff_t stride = ls_pad(D);

  for (int row = 0; row < B; row++) {
    find_in_row(found->rows + (ptrdiff_t)row * ls_sparse_words(D), x + row * stride, D);
  }
  for (int row = 0; row < B; row += LS_SPARSE_ROWS) {
    const int rows = B - row < LS_SPARSE_ROWS ? B - row : LS_SPARSE_ROWS;
    uint32_t *words = found->columns + row / LS_SPARSE_ROWS * stride;
    for (ptrdiff_t i = 0; i < stride; i += LS_LANES) {
      find_in_columns(words + i, x + row * stride + i, stride, rows);
    }
  }
}
