/**
 * Gradients of weights and biases, with the canonical tree inside.
 *
 * order   a leaf is a chain from +0.0 over the shard's rows ascending; leaves join in
 *         the canonical tree over [0, shards)
 *
 * A tile of inputs x vectors of outputs stays in registers over all shards.  After leaf j
 * it joins as many waiting partial sums as j + 1 has trailing zero bits, as a binary
 * counter carries, and then waits itself; what waits after the last leaf is joined from
 * the right.  That is the canonical tree, and the waiting sums are a few hundred bytes
 * that never leave the first cache.
 */

#include "math/table.h"
#include "math/vector.h"

#include <stddef.h>

enum {
  TILE_INPUTS = LS_GRADIENT_INPUTS,
  TILE_VECTORS = LS_GRADIENT_VECTORS,
  BIAS_VECTORS = 4 * LS_PAD_VECTORS,
  SUMS_MAX = TILE_INPUTS * TILE_VECTORS > BIAS_VECTORS ? TILE_INPUTS *TILE_VECTORS
                                                       : BIAS_VECTORS,
  LEVELS = 31 /* of a tree with an int's worth of leaves */
};

_Static_assert(TILE_VECTORS % LS_PAD_VECTORS == 0, "a tile is made of whole pads");

typedef struct operands {
  float *out;           /* [inputs][stride] */
  const float *x;       /* [rows][x_stride] */
  const float *d;       /* [rows][stride] */
  const int *first_row; /* [shards + 1] */
  int shards;
  ptrdiff_t x_stride;
  ptrdiff_t stride;
} operands;

// One shard's sum, from `rows` rows.
LS_INLINE void leaf(vec *sum, const operands *o, const float *x, const float *d,
                    int rows, const int inputs, const int vectors)
{
  for (int i = 0; i < inputs * vectors; i++) {
    sum[i] = spread(0.0f);
  }
  for (int row = 0; row < rows; row++) {
    vec slope[BIAS_VECTORS];
    for (int v = 0; v < vectors; v++) {
      slope[v] = load(d + v * LS_LANES);
    }
    for (int i = 0; i < inputs; i++) {
      vec value = spread(x[i]);
      for (int v = 0; v < vectors; v++) {
        sum[i * vectors + v] = fused(value, slope[v], sum[i * vectors + v]);
      }
    }
    x += o->x_stride;
    d += o->stride;
  }
}

// Joins the sum after leaf `shard` with those that wait for it.  The last leaf joins all.
LS_INLINE void join(vec *sum, vec waiting[LEVELS][SUMS_MAX], int shard, int shards,
                    const int sums)
{
  const int last = shard == shards - 1;
  int level = 0;

  for (int carry = shard; carry & 1 || (last && carry); carry >>= 1, level++) {
    if (carry & 1) {
      for (int i = 0; i < sums; i++) {
        sum[i] = waiting[level][i] + sum[i];
      }
    }
  }
  if (!last) {
    for (int i = 0; i < sums; i++) {
      waiting[level][i] = sum[i];
    }
  }
}

// The outputs of `inputs` inputs from `input` on, `vectors` vectors from `column` on.
// each: the rows of every shard if it is the same for all and known, else 0.
// Returns bits that are all zero if every output is finite.
LS_INLINE ivec tile(const operands *o, int input, int column, const int inputs,
                    const int vectors, const int each)
{
  const float *x = o->x + input;
  const float *d = o->d + column;
  float *out = o->out + input * o->stride + column;
  vec waiting[LEVELS][SUMS_MAX];
  vec sum[SUMS_MAX] = {{0}};
  ivec wrong = {0};

  for (int shard = 0; shard < o->shards; shard++) {
    const int first = o->first_row[shard];
    const int rows = each > 0 ? each : o->first_row[shard + 1] - first;
    leaf(sum, o, x + first * o->x_stride, d + first * o->stride, rows, inputs, vectors);
    join(sum, waiting, shard, o->shards, inputs * vectors);
  }
  for (int i = 0; i < inputs; i++) {
    for (int v = 0; v < vectors; v++) {
      vec value = sum[i * vectors + v];
      store(out + i * o->stride + v * LS_LANES, value);
      wrong |= bits_of(value - value);
    }
  }
  return wrong;
}

// All columns of `inputs` inputs.
LS_INLINE ivec band(const operands *o, int input, const int inputs, const int each)
{
  const int columns = (int)o->stride;
  ivec wrong = {0};
  int column = 0;

  for (; column + TILE_VECTORS * LS_LANES <= columns;
       column += TILE_VECTORS * LS_LANES) {
    wrong |= tile(o, input, column, inputs, TILE_VECTORS, each);
  }
  for (; column < columns; column += LS_PAD) {
    wrong |= tile(o, input, column, inputs, LS_PAD_VECTORS, each);
  }
  return wrong;
}

LS_INLINE ivec bands(const operands *o, int D, const int each)
{
  ivec wrong = {0};
  int input = 0;

  for (; input + TILE_INPUTS <= D; input += TILE_INPUTS) {
    wrong |= band(o, input, TILE_INPUTS, each);
  }
  for (; input + 2 <= D; input += 2) {
    wrong |= band(o, input, 2, 0);
  }
  for (; input < D; input++) {
    wrong |= band(o, input, 1, 0);
  }
  return wrong;
}

// The rows of every shard, or 0 if they differ.
static int rows_of_each(const int *first_row, int shards)
{
  const int each = shards > 0 ? first_row[1] - first_row[0] : 0;

  for (int shard = 1; shard < shards; shard++) {
    if (first_row[shard + 1] - first_row[shard] != each) {
      return 0;
    }
  }
  return each;
}

// Few rows a shard leave no time to count them: the usual numbers get loops of their own.
static ivec all_bands(const operands *o, int D)
{
  switch (rows_of_each(o->first_row, o->shards)) {
  case 1:
    return bands(o, D, 1);
  case 2:
    return bands(o, D, 2);
  case 4:
    return bands(o, D, 4);
  default:
    return bands(o, D, 0);
  }
}

static bool all_zero(ivec bits)
{
  int32_t any = 0;

  for (int j = 0; j < LS_LANES; j++) {
    any |= bits[j];
  }
  return any == 0;
}

// A NaN or infinity in x may have reached the padding.
static void clear_padding(float *out, int rows, int columns)
{
  const int stride = ls_pad(columns);

  for (int row = 0; row < rows; row++) {
    for (int h = columns; h < stride; h++) {
      out[(ptrdiff_t)row * stride + h] = 0.0f;
    }
  }
}

bool LS_KERNEL(gradient)(float *out, const float *x, const float *d,
                         const int *first_row, int shards, int D, int H)
{
  const operands o = {out, x, d, first_row, shards, ls_pad(D), ls_pad(H)};

  ivec wrong = all_bands(&o, D);
  clear_padding(out, D, H);
  return all_zero(wrong);
}

bool LS_KERNEL(gradient_bias)(float *out, const float *d, const int *first_row,
                              int shards, int H)
{
  const float one = 1.0f;
  const operands o = {out, &one, d, first_row, shards, 0, ls_pad(H)};
  const int columns = (int)o.stride;
  ivec wrong = {0};
  int column = 0;

  for (; column + BIAS_VECTORS * LS_LANES <= columns;
       column += BIAS_VECTORS * LS_LANES) {
    wrong |= tile(&o, 0, column, 1, BIAS_VECTORS, 0);
  }
  for (; column < columns; column += LS_PAD) {
    wrong |= tile(&o, 0, column, 1, LS_PAD_VECTORS, 0);
  }
  clear_padding(out, 1, H);
  return all_zero(wrong);
}
