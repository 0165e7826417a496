/**
 * The twins of the kernels that leave out zeros: one looks at each value, the others
 * leave out nothing but what makes a NaN of a zero.
 */

#include "math/table.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

void LS_KERNEL(find_nonzero)(const ls_sparse *found, const float *x, int B, int D)
{
  const ptrdiff_t stride = ls_pad(D);
  const int words = ls_sparse_words(D);

  memset(found->rows, 0, sizeof *found->rows * (size_t)words * (size_t)B);
  memset(found->columns, 0,
         sizeof *found->columns * (size_t)stride * (size_t)ls_sparse_row_words(B));
  for (int row = 0; row < B; row++) {
    for (int i = 0; i < D; i++) {
      const bool is_zero = x[row * stride + i] == 0.0f;
      found->rows[(ptrdiff_t)row * words + i / LS_SPARSE_WORD] |=
          (uint64_t)!is_zero << (i % LS_SPARSE_WORD);
      found->columns[row / LS_SPARSE_ROWS * stride + i] |= (uint32_t)!is_zero
                                                           << (row % LS_SPARSE_ROWS);
    }
  }
}

static bool is_found(const ls_sparse *found, int row, int input, int words)
{
  const uint64_t word = found->rows[(ptrdiff_t)row * words + input / LS_SPARSE_WORD];
  return word >> (input % LS_SPARSE_WORD) & 1;
}

void LS_KERNEL(forward_sparse)(float *out, const float *x, const ls_sparse *found,
                               const float *weight, const float *bias, int B, int D,
                               int H)
{
  const ptrdiff_t stride = ls_pad(H);

  for (int row = 0; row < B; row++) {
    float *sum = out + row * stride;
    memcpy(sum, bias, sizeof *sum * (size_t)stride);
    for (int i = 0; i < D; i++) {
      for (int h = 0; h < H && is_found(found, row, i, ls_sparse_words(D)); h++) {
        sum[h] =
            fmaf(x[(ptrdiff_t)row * ls_pad(D) + i], weight[i * stride + h], sum[h]);
      }
    }
    for (int h = 0; h < stride; h++) {
      sum[h] = h < H ? sum[h] + 0.0f : 0.0f;
    }
  }
}

void LS_KERNEL(gradient_sparse)(float *out, const float *x, const float *d,
                                const int *first_row, int shards,
                                const ls_gradient_block *block)
{
  LS_KERNEL(gradient)(out, x, d, first_row, shards, block);
}
