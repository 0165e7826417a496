/**
 * The twin of every kernel, as plainly as the order in kernels.h can be written.
 *
 * Matrices are walked in pads of columns, so that a compiler that knows the processor's
 * fused multiply-add can use its lanes; without one, fmaf is the C library's, slow and
 * exact.  This file is compiled both ways.
 */

#include "base/tree.h"
#include "math/explog.h"
#include "math/table.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { CHAINS = 16 };

// One pad of a row; what lies beyond `columns` is padding.
static void put(float *out, const float sum[LS_PAD], int columns)
{
  for (int j = 0; j < LS_PAD; j++) {
    out[j] = j < columns ? sum[j] + 0.0f : 0.0f; // -0.0 becomes +0.0
  }
}

// sum [16] += value * row [16]
static void add_product(float sum[LS_PAD], float value, const float *row)
{
  for (int j = 0; j < LS_PAD; j++) {
    sum[j] = fmaf(value, row[j], sum[j]);
  }
}

// start [rows][start_stride]; NULL for +0.0
static void product(float *out, const float *x, ptrdiff_t x_stride, const float *weight,
                    const float *start, ptrdiff_t start_stride, int rows, int inputs,
                    int outputs)
{
  const ptrdiff_t stride = ls_pad(outputs);

  for (int row = 0; row < rows; row++) {
    for (int h = 0; h < outputs; h += LS_PAD) {
      float sum[LS_PAD] = {0};
      if (start) {
        memcpy(sum, start + row * start_stride + h, sizeof sum);
      }
      for (int i = 0; i < inputs; i++) {
        add_product(sum, x[row * x_stride + i], weight + i * stride + h);
      }
      put(out + row * stride + h, sum, outputs - h);
    }
  }
}

void LS_KERNEL(forward)(float *out, const float *x, int x_stride, const float *weight,
                        const float *bias, int B, int D, int H)
{
  product(out, x, x_stride, weight, bias ? bias : out, bias ? 0 : ls_pad(H), B, D, H);
}

void LS_KERNEL(backward)(float *dx, const float *d, const float *weight_t, int B, int D,
                         int H)
{
  product(dx, d, ls_pad(H), weight_t, NULL, 0, B, H, D);
}

typedef struct operands {
  const float *x; /* one input's column */
  const float *d; /* one pad of columns */
  const int *first_row;
  ptrdiff_t x_stride;
  ptrdiff_t d_stride;
} operands;

// sum [16]: the canonical sum over the shards [lo, hi).
static void shard_sum(float sum[LS_PAD], const operands *o, int lo, int hi)
{
  memset(sum, 0, LS_PAD * sizeof *sum);
  if (hi - lo > 1) {
    float right[LS_PAD];
    int middle = ls_tree_split(lo, hi);
    shard_sum(sum, o, lo, middle);
    shard_sum(right, o, middle, hi);
    for (int j = 0; j < LS_PAD; j++) {
      sum[j] += right[j];
    }
  } else if (hi - lo == 1) {
    for (int row = o->first_row[lo]; row < o->first_row[hi]; row++) {
      add_product(sum, o->x[row * o->x_stride], o->d + row * o->d_stride);
    }
  }
}

// One row of a gradient.
static void gradient_row(float *out, const float *x, const float *d,
                         const int *first_row, int shards, const ls_gradient_block *b)
{
  for (int h = 0; h < b->outputs; h += LS_PAD) {
    float sum[LS_PAD];
    operands o = {x, d + h, first_row, b->x_stride, b->stride};
    shard_sum(sum, &o, 0, shards);
    put(out + h, sum, LS_PAD);
  }
}

void LS_KERNEL(gradient)(float *out, const float *x, const float *d,
                         const int *first_row, int shards,
                         const ls_gradient_block *block)
{
  for (int i = 0; i < block->inputs; i++) {
    gradient_row(out + (ptrdiff_t)i * block->stride, x + i, d, first_row, shards,
                 block);
  }
}

void LS_KERNEL(descend)(float *weights, const float *x, const float *d,
                        const int *first_row, int shards,
                        const ls_gradient_block *block, const ls_descent *descent)
{
  const ls_gradient_block pad = {.inputs = 1,
                                 .outputs = LS_PAD,
                                 .x_stride = block->x_stride,
                                 .stride = block->stride};
  float sum[LS_PAD];

  for (int i = 0; i < block->inputs; i++) {
    float *row = weights + i * (ptrdiff_t)block->stride;
    for (int h = 0; h < block->outputs; h += LS_PAD) {
      LS_KERNEL(gradient)(sum, x + i, d + h, first_row, shards, &pad);
      LS_KERNEL(sgd)(row + h, sum, LS_PAD, descent->rate, descent->scale);
    }
  }
}

void LS_KERNEL(gradient_bias)(float *out, const float *d, const int *first_row,
                              int shards, const ls_gradient_block *block)
{
  const float one = 1.0f;
  const ls_gradient_block row = {
      .inputs = 1, .outputs = block->outputs, .stride = block->stride};

  gradient_row(out, &one, d, first_row, shards, &row);
}

float LS_KERNEL(largest)(const float *x, int64_t count)
{
  uint32_t largest = 0;

  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &x[i], sizeof bits);
    bits &= INT32_MAX;
    largest = bits > largest ? bits : largest;
  }
  float value;
  memcpy(&value, &largest, sizeof value);
  return value;
}

void LS_KERNEL(transpose)(float *out, const float *in, int D, int H)
{
  const ptrdiff_t out_stride = ls_pad(D);

  for (int h = 0; h < H; h++) {
    for (int i = 0; i < out_stride; i++) {
      out[h * out_stride + i] = i < D ? in[(ptrdiff_t)i * ls_pad(H) + h] : 0.0f;
    }
  }
}

void LS_KERNEL(relu_forward)(float *x, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    x[i] = x[i] <= 0.0f ? 0.0f : x[i];
  }
}

void LS_KERNEL(relu_backward)(float *dx, const float *activation, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    dx[i] = activation[i] <= 0.0f ? 0.0f : dx[i];
  }
}

static int32_t bits_of(float value)
{
  int32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static float exponential(float x)
{
  x = x < LS_EXP_MIN ? LS_EXP_MIN : x;
  float rounded = fmaf(x, LS_LOG2E, LS_ROUND);
  float n = rounded - LS_ROUND;
  float r = fmaf(n, -LS_LN2_LOW, fmaf(n, -LS_LN2_HIGH, x));
  float p = fmaf(LS_EXP_6, r, LS_EXP_5);
  p = fmaf(p, r, LS_EXP_4);
  p = fmaf(p, r, LS_EXP_3);
  p = fmaf(p, r, LS_EXP_2);
  p = fmaf(p, r, 1.0f);
  p = fmaf(p, r, 1.0f);
  if (isnan(p)) {
    return p;
  }
  int32_t whole = bits_of(rounded) - bits_of(LS_ROUND);
  int32_t half = whole >> 1;
  return ldexpf(ldexpf(p, half), whole - half);
}

static float logarithm(float x)
{
  if (!isfinite(x)) {
    return NAN;
  }
  int32_t exponent = (bits_of(x) - LS_SQRT_HALF_BITS) >> LS_MANTISSA_BITS;
  float e = (float)exponent;
  float f = ldexpf(x, -exponent) - 1.0f;
  float q = fmaf(LS_LOG_8, f, LS_LOG_7);
  q = fmaf(q, f, LS_LOG_6);
  q = fmaf(q, f, LS_LOG_5);
  q = fmaf(q, f, LS_LOG_4);
  q = fmaf(q, f, LS_LOG_3);
  q = fmaf(q, f, LS_LOG_2);
  q = fmaf(q, f, LS_LOG_1);
  q = fmaf(q, f, LS_LOG_0);
  float y = f * f * fmaf(q, f, -0.5f);
  return fmaf(e, LS_LN2_HIGH, f + fmaf(e, LS_LN2_LOW, y));
}

void LS_KERNEL(exponential)(float *out, const float *x, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    out[i] = exponential(x[i]);
  }
}

void LS_KERNEL(logarithm)(float *out, const float *x, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    out[i] = logarithm(x[i]);
  }
}

static float chains_join(float chain[CHAINS])
{
  for (int half = CHAINS / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; j++) {
      chain[j] += chain[j + half];
    }
  }
  return chain[0];
}

// One row; d may be NULL.
static float row_loss(float *d, const float *logits, int label, int C, float smoothing)
{
  const float off = smoothing / (float)C;
  const float on = 1.0f - smoothing + off;
  float e_chain[CHAINS] = {0};
  float z_chain[CHAINS] = {0};
  float largest = logits[0];

  for (int c = 1; c < C; c++) {
    largest = logits[c] > largest ? logits[c] : largest;
  }
  largest += 0.0f;
  for (int c = 0; c < C; c++) {
    z_chain[c % CHAINS] += logits[c] - largest;
    e_chain[c % CHAINS] += exponential(logits[c] - largest);
  }
  float total = chains_join(e_chain);
  float inverse = 1.0f / total;
  for (int c = 0; d && c < ls_pad(C); c++) {
    float e = c < C ? exponential(logits[c] - largest) : 0.0f;
    d[c] = c < C ? fmaf(e, inverse, c == label ? -on : -off) : 0.0f;
  }
  float s = logarithm(total);
  float hit = s - (logits[label] - largest);
  float mean = s - chains_join(z_chain) / (float)C;
  return fmaf(smoothing, mean - hit, hit);
}

static bool label_is_first_largest(const float *logits, int label, int C)
{
  for (int c = 0; c < C; c++) {
    bool below = logits[c] < logits[label];
    if (!below && (c < label || !(logits[c] == logits[label]))) {
      return false;
    }
  }
  return true;
}

void LS_KERNEL(softmax_loss)(float *d, float *loss, uint8_t *correct,
                             const float *logits, const uint8_t *labels, int B, int C,
                             float smoothing)
{
  const ptrdiff_t stride = ls_pad(C);

  for (int b = 0; b < B; b++) {
    const float *row = logits + b * stride;
    loss[b] = row_loss(d ? d + b * stride : NULL, row, labels[b], C, smoothing);
    correct[b] = label_is_first_largest(row, labels[b], C);
  }
}

void LS_KERNEL(unit_from_bytes)(float *out, const uint8_t *bytes, int count)
{
  for (int i = 0; i < count; i++) {
    out[i] = (float)bytes[i] / 255.0f;
  }
}

void LS_KERNEL(add)(float *sum, const float *left, const float *right, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    sum[i] = left[i] + right[i];
  }
}

void LS_KERNEL(post)(float *out, const float *in, int64_t count)
{
  memcpy(out, in, (size_t)count * sizeof *out);
}

void LS_KERNEL(sgd)(float *weights, const float *gradient, int64_t count, float rate,
                    float scale)
{
  for (int64_t i = 0; i < count; i++) {
    weights[i] = fmaf(-rate, gradient[i] * scale, weights[i]);
  }
}
