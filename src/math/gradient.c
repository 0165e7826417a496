/**
 * Gradients of weights and biases, with the canonical tree inside.  They are stored, or
 * the weights go down them at once.
 *
 * order   a leaf is a chain from +0.0 over the shard's rows ascending; leaves join in
 *         the canonical tree over [0, shards)
 *
 * A tile of inputs x vectors of outputs stays in registers over all shards.  After leaf
 * j it joins as many waiting partial sums as j + 1 has trailing zero bits, as a binary
 * counter carries, and then waits itself; what waits after the last leaf is joined from
 * the right.  That is the canonical tree, and the waiting sums are a few hundred bytes
 * that never leave the first cache.
 *
 * A sum that is stored and loaded at once holds up both, so where shards have few rows
 * two of them are summed side by side, half a tile each, and only pairs wait.
 *
 * Strips of d and bands of x are copied into panels first: their own lines are a row
 * apart and fall into few sets of a cache.
 */

#include "math/sums.h"
#include "math/table.h"

#include <stddef.h>

enum {
  TILE_INPUTS = LS_GRADIENT_INPUTS,
  TILE_VECTORS = LS_GRADIENT_VECTORS,
  BIAS_VECTORS = 4 * LS_PAD_VECTORS,
  SUMS_MAX = TILE_INPUTS * TILE_VECTORS > BIAS_VECTORS ? TILE_INPUTS *TILE_VECTORS
                                                       : BIAS_VECTORS,
  X_PANEL = TILE_INPUTS <= 8 ? 8 : 16, /* columns of x side by side */
  PANEL_STRIPS = 4,                    /* fewer are not worth copying x */
  PANEL_FLOATS = 64 * 1024,            /* of d: half of a second cache */
  LEVELS = 31                          /* of a tree with an int's worth of leaves */
};

_Static_assert(TILE_VECTORS % LS_PAD_VECTORS == 0, "a tile is made of whole pads");
_Static_assert(TILE_INPUTS % 2 == 0, "a full tile is cut in two");
_Static_assert(SUMS_MAX <= LS_UNROLLED_MOST, "more sums do not stay in registers");

typedef struct operands {
  float *out;           /* [inputs][stride] */
  const float *x;       /* [rows][x_stride] */
  const float *d;       /* [rows][stride] */
  const int *first_row; /* [shards + 1] */
  int shards;
  int rows;
  int each; /* rows of every shard, 0 if they differ */
  int inputs;
  int outputs;
  ptrdiff_t x_stride;
  ptrdiff_t stride;
  const float *near[2];      /* as in ls_gradient_block */
  const ls_descent *descent; /* what weights at out go down by; NULL: out = gradient */
} operands;

// One column of inputs or outputs of all rows, in a panel or in its matrix.
typedef struct column {
  const float *first;
  ptrdiff_t stride;
} column;

// One shard's sum, from `rows` rows.
LS_INLINE void leaf(vec *sum, column x, column d, int first, int rows, const int inputs,
                    const int vectors)
{
  const float *x_row = x.first + first * x.stride;
  const float *d_row = d.first + first * d.stride;

  LS_UNROLLED
  for (int i = 0; i < inputs * vectors; i++) {
    sum[i] = spread(0.0f);
  }
  for (int row = 0; row < rows; row++) {
    vec slope[BIAS_VECTORS];
    for (int v = 0; v < vectors; v++) {
      slope[v] = load(d_row + v * LS_LANES);
    }
    for (int i = 0; i < inputs; i++) {
      vec value = spread(x_row[i]);
      for (int v = 0; v < vectors; v++) {
        sum[i * vectors + v] = fused(value, slope[v], sum[i * vectors + v]);
      }
    }
    x_row += x.stride;
    d_row += d.stride;
  }
}

typedef vec partial[SUMS_MAX];

// Joins a sum at `level` with those that wait for it; `later` tells whether more comes.
LS_INLINE void carry(vec *sum, partial *waiting, int level, int index, bool later,
                     const int sums)
{
  for (; index & 1 || (!later && index); index >>= 1, level++) {
    if (index & 1) {
      join_sums(sum, waiting[level], sums);
    }
  }
  if (later) {
    put_aside(waiting[level], sum, sums);
  }
}

// Two shards of `rows` rows at a time, joined: their sums never leave the registers.
LS_INLINE void two_leaves(vec *sum, column x, column d, int first, const int rows,
                          const int inputs, const int vectors)
{
  partial right;

  leaf(sum, x, d, first, rows, inputs, vectors);
  leaf(right, x, d, first + rows, rows, inputs, vectors);
  LS_UNROLLED
  for (int i = 0; i < inputs * vectors; i++) {
    sum[i] = sum[i] + right[i];
  }
}

// Shards [4 quad, 4 quad + 4) of `each` rows.
LS_INLINE void four_leaves(vec *sum, partial *waiting, const operands *o, column x,
                           column d, int quad, const int inputs, const int vectors,
                           const int each)
{
  const int sums = inputs * vectors;

  two_leaves(sum, x, d, 4 * quad * each, each, inputs, vectors);
  put_aside(waiting[1], sum, sums);
  two_leaves(sum, x, d, (4 * quad + 2) * each, each, inputs, vectors);
  join_sums(sum, waiting[1], sums);
  carry(sum, waiting, 2, quad, 4 * quad + 4 < o->shards, sums);
}

// A store that misses holds up the stores of partial sums behind it.
LS_INLINE void bring_near(const operands *o, const float *out, const int inputs,
                          const int vectors)
{
  const ptrdiff_t at = out - o->out;

  for (int i = 0; i < inputs; i++) {
    for (int v = 0; v < vectors; v += LS_PAD_VECTORS) {
      const ptrdiff_t place = i * o->stride + v * LS_LANES;
      __builtin_prefetch(out + place, 1);
      for (int n = 0; n < 2; n++) {
        if (o->near[n]) {
          __builtin_prefetch(o->near[n] + at + place, 1);
        }
      }
    }
  }
}

// Stores a tile's sums, or lets the weights that are there go down them.
LS_INLINE void put(float *out, const operands *o, const vec *sum, const int inputs,
                   const int vectors)
{
  const vec down = spread(o->descent ? -o->descent->rate : 0.0f);
  const vec scale = spread(o->descent ? o->descent->scale : 0.0f);

  for (int i = 0; i < inputs; i++, out += o->stride) {
    for (int v = 0; v < vectors; v++) {
      float *to = out + v * LS_LANES;
      const vec gradient = sum[i * vectors + v] + spread(0.0f); // -0.0 becomes +0.0
      store(to, o->descent ? fused(down, gradient * scale, load(to)) : gradient);
    }
  }
}

// The outputs of `inputs` inputs and `vectors` vectors.
// each: the rows of every shard if it is the same for all and known, else 0.
LS_INLINE void tile(const operands *o, float *out, column x, column d, const int inputs,
                    const int vectors, const int each)
{
  const int sums = inputs * vectors;
  partial waiting[LEVELS];
  partial sum = {{0}};
  int shard = 0;

  bring_near(o, out, inputs, vectors);
  for (; each > 0 && shard + 4 <= o->shards; shard += 4) {
    four_leaves(sum, waiting, o, x, d, shard / 4, inputs, vectors, each);
  }
  for (; shard < o->shards; shard++) {
    const int first = o->first_row[shard];
    leaf(sum, x, d, first, o->first_row[shard + 1] - first, inputs, vectors);
    carry(sum, waiting, 0, shard, shard + 1 < o->shards, sums);
  }
  put(out, o, sum, inputs, vectors);
}

// `each` rows a shard, known: half the inputs at a time, two shards at a time.
LS_INLINE void half_tiles(const operands *o, float *out, column x, column d,
                          const int each)
{
  const int half = TILE_INPUTS / 2;
  const column second = {x.first + half, x.stride};

  tile(o, out, x, d, half, TILE_VECTORS, each);
  tile(o, out + half * o->stride, second, d, half, TILE_VECTORS, each);
}

// Few rows a shard leave no time to count them: the usual numbers have their own code.
static void full_tile(const operands *o, float *out, const float *x, const float *d)
{
  const column xs = {x, X_PANEL};
  const column ds = {d, TILE_VECTORS * LS_LANES};

  switch (o->each) {
  case 1:
    half_tiles(o, out, xs, ds, 1);
    break;
  case 2:
    half_tiles(o, out, xs, ds, 2);
    break;
  case 4:
    half_tiles(o, out, xs, ds, 4);
    break;
  default:
    tile(o, out, xs, ds, TILE_INPUTS, TILE_VECTORS, 0);
    break;
  }
}

// All columns of `inputs` inputs, straight from the matrices.
LS_INLINE void band(const operands *o, int input, int from, const int inputs)
{
  const column x = {o->x + input, o->x_stride};
  float *out = o->out + input * o->stride;

  for (int h = from; h < o->outputs; h += LS_PAD) {
    const column d = {o->d + h, o->stride};
    tile(o, out + h, x, d, inputs, LS_PAD_VECTORS, 0);
  }
}

// Columns [input, input + X_PANEL) of x, or as many as there are.
LS_INLINE void pack_x(float *panel, const operands *o, int input)
{
  const ptrdiff_t left = o->inputs - input;
  const size_t bytes = sizeof(float) * (size_t)(left < X_PANEL ? left : X_PANEL);
  const float *x = o->x + input;

  for (int row = 0; row < o->rows; row++, x += o->x_stride, panel += X_PANEL) {
    if (left >= X_PANEL) {
      memcpy(panel, x, X_PANEL * sizeof *panel);
    } else {
      memcpy(panel, x, bytes);
    }
  }
}

// `strips` strips of d from a column on, each contiguous.
static void pack_d(float *panel, const operands *o, int from, int strips)
{
  for (int strip = 0; strip < strips; strip++) {
    const float *d = o->d + from + strip * TILE_VECTORS * LS_LANES;
    for (int row = 0; row < o->rows; row++, d += o->stride) {
      memcpy(panel, d, TILE_VECTORS * LS_LANES * sizeof *panel);
      panel += TILE_VECTORS * LS_LANES;
    }
  }
}

// Full tiles of the strips from a column on.
static void packed_strips(const operands *o, int from, int strips)
{
  enum { WIDTH = TILE_VECTORS * LS_LANES };
  _Alignas(64) float d_panel[PANEL_FLOATS];
  _Alignas(64) float x_panel[PANEL_FLOATS / WIDTH * X_PANEL];

  pack_d(d_panel, o, from, strips);
  for (int input = 0; input + TILE_INPUTS <= o->inputs; input += TILE_INPUTS) {
    float *out = o->out + input * o->stride + from;
    pack_x(x_panel, o, input);
    for (int strip = 0; strip < strips; strip++) {
      const float *d = d_panel + (ptrdiff_t)strip * o->rows * WIDTH;
      full_tile(o, out + strip * WIDTH, x_panel, d);
    }
  }
}

// All outputs: most in full tiles from panels, the rest straight from the matrices.
static void all_tiles(const operands *o)
{
  enum { WIDTH = TILE_VECTORS * LS_LANES };
  const int fit = PANEL_FLOATS / WIDTH / (o->rows > 0 ? o->rows : 1);
  int from = 0;
  int input = 0;

  while (fit > 0 && o->outputs >= PANEL_STRIPS * WIDTH && from + WIDTH <= o->outputs) {
    const int left = (o->outputs - from) / WIDTH;
    const int strips = left < fit ? left : fit;
    packed_strips(o, from, strips);
    from += strips * WIDTH;
  }
  for (; input + TILE_INPUTS <= o->inputs; input += TILE_INPUTS) {
    band(o, input, from, TILE_INPUTS);
  }
  for (; input + 2 <= o->inputs; input += 2) {
    band(o, input, 0, 2);
  }
  for (; input < o->inputs; input++) {
    band(o, input, 0, 1);
  }
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

static void sum_up(float *out, const float *x, const float *d, const int *first_row,
                   int shards, const ls_gradient_block *block,
                   const ls_descent *descent)
{
  operands o = {.out = out,
                .x = x,
                .d = d,
                .first_row = first_row,
                .shards = shards,
                .rows = first_row[shards],
                .inputs = block->inputs,
                .outputs = block->outputs,
                .x_stride = block->x_stride,
                .stride = block->stride,
                .near = {block->near[0], block->near[1]},
                .descent = descent};

  o.each = first_row[0] == 0 ? rows_of_each(first_row, shards) : 0;
  all_tiles(&o);
}

void LS_KERNEL(gradient)(float *out, const float *x, const float *d,
                         const int *first_row, int shards,
                         const ls_gradient_block *block)
{
  sum_up(out, x, d, first_row, shards, block, NULL);
}

void LS_KERNEL(descend)(float *weights, const float *x, const float *d,
                        const int *first_row, int shards,
                        const ls_gradient_block *block, const ls_descent *descent)
{
  sum_up(weights, x, d, first_row, shards, block, descent);
}

void LS_KERNEL(gradient_bias)(float *out, const float *d, const int *first_row,
                              int shards, const ls_gradient_block *block)
{
  const float one = 1.0f;
  const column x = {&one, 0};
  const operands o = {.out = out,
                      .first_row = first_row,
                      .shards = shards,
                      .rows = first_row[shards],
                      .stride = block->stride};
  int h = 0;

  for (; h + BIAS_VECTORS * LS_LANES <= block->outputs; h += BIAS_VECTORS * LS_LANES) {
    tile(&o, out + h, x, (column){d + h, o.stride}, 1, BIAS_VECTORS, 0);
  }
  for (; h < block->outputs; h += LS_PAD) {
    tile(&o, out + h, x, (column){d + h, o.stride}, 1, LS_PAD_VECTORS, 0);
  }
}

float LS_KERNEL(largest)(const float *x, int64_t count)
{
  const ivec magnitude = bits_of(spread(0.0f)) + INT32_MAX;
  ivec most[LS_PAD_VECTORS] = {{0}};
  int32_t largest = 0;
  float value;

  for (int64_t i = 0; i < count; i += LS_PAD) {
    for (int v = 0; v < LS_PAD_VECTORS; v++) {
      ivec bits = bits_of(load(x + i + v * LS_LANES)) & magnitude;
      ivec is_more = bits > most[v];
      most[v] = (bits & is_more) | (most[v] & ~is_more);
    }
  }
  for (int i = 0; i < LS_PAD; i++) {
    int32_t bits = most[i / LS_LANES][i % LS_LANES];
    largest = bits > largest ? bits : largest;
  }
  memcpy(&value, &largest, sizeof value);
  return value;
}
