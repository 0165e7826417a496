/**
 * What happens to each value alone.
 *
 * order   none: one value in, one value out
 */

#include "math/table.h"
#include "math/vector.h"

#include <stddef.h>
#include <string.h>

LS_INLINE vec relu(vec x)
{
  return from_bits(bits_of(x) & ~(x <= spread(0.0f)));
}

void LS_KERNEL(relu_forward)(float *x, int64_t count)
{
  int64_t i = 0;

  for (; i + LS_LANES <= count; i += LS_LANES) {
    store(x + i, relu(load(x + i)));
  }
  store_first(x + i, relu(load_first(x + i, count - i)), count - i);
}

LS_INLINE vec relu_slope(vec dx, vec activation)
{
  return from_bits(bits_of(dx) & ~(activation <= spread(0.0f)));
}

void LS_KERNEL(relu_backward)(float *dx, const float *activation, int64_t count)
{
  int64_t i = 0;

  for (; i + LS_LANES <= count; i += LS_LANES) {
    store(dx + i, relu_slope(load(dx + i), load(activation + i)));
  }
  vec last =
      relu_slope(load_first(dx + i, count - i), load_first(activation + i, count - i));
  store_first(dx + i, last, count - i);
}

void LS_KERNEL(add)(float *sum, const float *left, const float *right, int64_t count)
{
  int64_t i = 0;

  for (; i + LS_LANES <= count; i += LS_LANES) {
    store(sum + i, load(left + i) + load(right + i));
  }
  for (; i < count; i++) {
    sum[i] = left[i] + right[i];
  }
}

// A weight whose gradient is zero stays as it is, so its line is not written, which
// would take it from the caches of all who read it.
void LS_KERNEL(sgd)(float *weights, const float *gradient, int64_t count, float rate,
                    float scale)
{
  const vec down = spread(-rate);
  const vec scales = spread(scale);
  int64_t i = 0;

  for (; i + LS_PAD <= count; i += LS_PAD) {
    if (rate >= 0.0f && is_zero(gradient + i)) {
      continue;
    }
    for (int v = 0; v < LS_PAD; v += LS_LANES) {
      const vec g = load(gradient + i + v);
      store(weights + i + v, fused(down, g * scales, load(weights + i + v)));
    }
  }
  for (; i + LS_LANES <= count; i += LS_LANES) {
    store(weights + i, fused(down, load(gradient + i) * scales, load(weights + i)));
  }
  vec last = fused(down, load_first(gradient + i, count - i) * scales,
                   load_first(weights + i, count - i));
  store_first(weights + i, last, count - i);
}

void LS_KERNEL(post)(float *out, const float *in, int64_t count)
{
  for (int64_t i = 0; i < count; i += LS_LANES) {
    store_far(out + i, load(in + i));
  }
  order_far_stores();
}

// x / 255: the product with 1/255 misses the quotient's bits for 126 of 256 bytes; its
// remainder, exact by a fused multiply-add, says by how much.
LS_INLINE vec unit(vec x)
{
  const vec inverse = spread(1.0f / 255.0f);
  vec quotient = x * inverse;
  vec remainder = fused(quotient, spread(-255.0f), x);
  return fused(remainder, inverse, quotient);
}

void LS_KERNEL(unit_from_bytes)(float *out, const uint8_t *bytes, int count)
{
  const int whole = count - count % LS_LANES;
  uint8_t rest[LS_LANES] = {0};

  for (int i = 0; i < whole; i += LS_LANES) {
    store(out + i, unit(load_bytes(bytes + i)));
  }
  if (whole < count) {
    memcpy(rest, bytes + whole, (size_t)(count - whole));
    store_first(out + whole, unit(load_bytes(rest)), count - whole);
  }
}

// Rows [row, row + LS_LANES) of in [D][stride] from a column on; +0.0 below the last.
LS_INLINE void load_square(vec *v, const float *in, ptrdiff_t stride, int row, int D)
{
  for (int i = 0; i < LS_LANES; i++) {
    v[i] = row + i < D ? load(in + (row + i) * stride) : spread(0.0f);
  }
}

// A whole pad of rows and columns at a time, so that lines are used up on both sides.
void LS_KERNEL(transpose)(float *out, const float *in, int D, int H)
{
  const ptrdiff_t in_stride = ls_pad(H), out_stride = ls_pad(D);

  for (int pads = 0; pads < in_stride; pads += LS_PAD) {
    for (int row = 0; row < out_stride; row += LS_LANES) {
      for (int column = pads; column < pads + LS_PAD; column += LS_LANES) {
        vec v[LS_LANES];
        load_square(v, in + column, in_stride, row, D);
        turn_square(v);
        for (int i = 0; i < LS_LANES && column + i < H; i++) {
          store(out + (column + i) * out_stride + row, v[i]);
        }
      }
    }
  }
}
