/**
 * The twins of the kernels that leave out zeros: one looks at each value, the others
 * leave out nothing but what makes a NaN of a zero.
 */

#include "math/table.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

void LS_KERNEL(find_in_rows)(uint64_t *words, const float *x, int x_stride, int B,
                             int D)
{
  const int count = ls_sparse_words(D);

  memset(words, 0, sizeof *words * (size_t)count * (size_t)B);
  for (int row = 0; row < B; row++, words += count) {
    for (int i = 0; i < D; i++) {
      const bool found = x[(ptrdiff_t)row * x_stride + i] != 0.0f;
      words[i / LS_SPARSE_WORD] |= (uint64_t)found << (i % LS_SPARSE_WORD);
    }
  }
}

void LS_KERNEL(keep_found)(float *d, const uint64_t *words, int B, int D)
{
  for (int row = 0; row < B; row++, d += ls_pad(D), words += ls_sparse_words(D)) {
    for (int i = 0; i < ls_pad(D); i++) {
      const uint64_t word = words[i / LS_SPARSE_WORD];
      d[i] = word >> (i % LS_SPARSE_WORD) & 1 ? d[i] : 0.0f;
    }
  }
}

void LS_KERNEL(find_in_columns)(uint32_t *words, const float *x, int x_stride, int B,
                                int inputs)
{
  const ptrdiff_t stride = ls_pad(inputs);

  memset(words, 0, sizeof *words * (size_t)(stride * ls_sparse_row_words(B)));
  for (int row = 0; row < B; row++) {
    for (int i = 0; i < inputs; i++) {
      const bool found = x[(ptrdiff_t)row * x_stride + i] != 0.0f;
      words[row / LS_SPARSE_ROWS * stride + i] |= (uint32_t)found
                                                  << (row % LS_SPARSE_ROWS);
    }
  }
}

static bool is_found(const uint64_t *words, int input)
{
  return words[input / LS_SPARSE_WORD] >> (input % LS_SPARSE_WORD) & 1;
}

void LS_KERNEL(forward_sparse)(float *out, const float *x, int x_stride,
                               const uint64_t *words, const float *weight,
                               const float *bias, int B, int D, int H)
{
  const ptrdiff_t stride = ls_pad(H);

  for (int row = 0; row < B; row++, words += ls_sparse_words(D)) {
    float *sum = out + row * stride;
    if (bias) {
      memcpy(sum, bias, sizeof *sum * (size_t)stride);
    }
    for (int i = 0; i < D; i++) {
      for (int h = 0; h < H && is_found(words, i); h++) {
        sum[h] = fmaf(x[(ptrdiff_t)row * x_stride + i], weight[i * stride + h], sum[h]);
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

void LS_KERNEL(descend_sparse)(float *weights, const float *x, const float *d,
                               const int *first_row, int shards,
                               const ls_gradient_block *block,
                               const ls_descent *descent)
{
  LS_KERNEL(descend)(weights, x, d, first_row, shards, block, descent);
}
