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
  return (bits_of(x) & INT32_MAX) != 0;
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

void LS_KERNEL(find_in_rows)(uint64_t *words, const float *x, int x_stride, int B,
                             int D)
{
  for (int row = 0; row < B; row++) {
    find_in_row(words + (ptrdiff_t)row * ls_sparse_words(D),
                x + row * (ptrdiff_t)x_stride, D);
  }
}

// Of a vector's bits the lowest is its first lane's.
LS_INLINE vec kept(vec x, uint64_t found)
{
  ivec lanes;

  for (int i = 0; i < LS_LANES; i++) {
    lanes[i] = INT32_C(1) << i;
  }
  return from_bits(bits_of(x) & ((lanes & (int32_t)found) != 0));
}

void LS_KERNEL(keep_found)(float *d, const uint64_t *words, int B, int D)
{
  for (int row = 0; row < B; row++, d += ls_pad(D), words += ls_sparse_words(D)) {
    for (int i = 0; i < ls_pad(D); i += LS_LANES) {
      const uint64_t found = words[i / LS_SPARSE_WORD] >> (i % LS_SPARSE_WORD);
      store(d + i, kept(load(d + i), found));
    }
  }
}

// Up to 32 rows of the first `inputs` <= LS_LANES inputs.
LS_INLINE ivec word_of_rows(const float *x, ptrdiff_t x_stride, int rows, int inputs)
{
  ivec word = {0};

  for (int row = 0; row < rows; row++, x += x_stride) {
    const vec values = inputs < LS_LANES ? load_first(x, inputs) : load(x);
    word |= not_zero(values) & (int32_t)(UINT32_C(1) << row);
  }
  return word;
}

void LS_KERNEL(find_in_columns)(uint32_t *words, const float *x, int x_stride, int B,
                                int inputs)
{
  for (int row = 0; row < B; row += LS_SPARSE_ROWS, words += ls_pad(inputs)) {
    const int rows = B - row < LS_SPARSE_ROWS ? B - row : LS_SPARSE_ROWS;
    const float *from = x + row * (ptrdiff_t)x_stride;
    for (int i = 0; i < inputs; i += LS_LANES) {
      const ivec word = word_of_rows(from + i, x_stride, rows, inputs - i);
      memcpy(words + i, &word, sizeof word);
    }
  }
}
