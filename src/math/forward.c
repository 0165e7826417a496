/**
 * Products with a matrix of weights: forward and backward.
 *
 * order   one chain an output: from the bias, +0.0 or where it was left, inputs
 *         ascending
 *
 * A tile of rows x vectors of outputs stays in registers while its chains run over a
 * block of inputs; a chain's float waits in `out` for the next block.  The first tile
 * of a strip of columns copies the block's weights into a panel that stays in the near
 * caches for the other rows: a strip of the matrix itself would not, because its lines
 * are a row apart and fall into few sets.  The rows are cut into tiles of nearly equal
 * height, because a low tile has too few chains to hide an addition's latency.
 */

#include "math/table.h"
#include "math/vector.h"

#include <stddef.h>

enum {
  TILE_ROWS = LS_FORWARD_ROWS,
  TILE_VECTORS = LS_FORWARD_VECTORS,
  TILE_ROWS_MAX = 8,
  BLOCK_INPUTS = 800, /* of a panel; 784 in one was faster than in two or four */
  BLOCK_ROWS = 240,   /* that share a panel; their inputs fit into the second cache */
  AHEAD = 12,         /* inputs whose weights are fetched early */
  TILES_NEAR = 6, /* so many tiles are not worth a panel where the matrix is near, */
  TILES_FAR = 1,  /* and so many where it is not */
  NEAR_FLOATS = 112 * 1024 /* of a matrix that fits into the second cache */
};

_Static_assert(TILE_ROWS <= TILE_ROWS_MAX, "tile_of_rows knows no higher tile");
_Static_assert(TILE_VECTORS % LS_PAD_VECTORS == 0, "a tile is made of whole pads");

typedef struct operands {
  float *out;             /* [B][out_stride] */
  const float *x;         /* [B][x_stride] */
  const float *weight;    /* [D][out_stride] */
  const float *start;     /* [B][start_stride] where chains begin, or NULL for +0.0 */
  ptrdiff_t start_stride; /* 0: all rows' begin alike */
  ptrdiff_t out_stride;
  ptrdiff_t x_stride;
  int tiles_unpacked; /* so many tiles are not worth a panel */
} operands;

// A run of inputs, and the strip of outputs that starts at a column.
typedef struct block {
  const operands *o;
  float *panel; /* [BLOCK_INPUTS][vectors of the strip] */
  int first;
  int inputs;
  int column;
} block;

// Where a tile finds the block's weights.
typedef enum panel_use { MATRIX, MATRIX_INTO_PANEL, PANEL } panel_use;

// Where the chains of rows from `row` on begin, `stride` apart; NULL: at +0.0.
LS_INLINE const float *start_of(const block *b, int row, ptrdiff_t *stride)
{
  const operands *o = b->o;

  if (b->first > 0) {
    *stride = o->out_stride;
    return o->out + row * o->out_stride + b->column;
  }
  *stride = o->start_stride;
  return o->start ? o->start + row * o->start_stride + b->column : NULL;
}

// `rows` rows from `row` on, all of the strip's `vectors` vectors.
LS_INLINE void tile(const block *b, int row, const int rows, const int vectors,
                    const panel_use use)
{
  const operands *o = b->o;
  const ptrdiff_t stride = use == PANEL ? vectors * LS_LANES : o->out_stride;
  const float *x = o->x + row * o->x_stride + b->first;
  const float *weight =
      use == PANEL ? b->panel : o->weight + b->first * stride + b->column;
  float *panel = b->panel;
  float *out = o->out + row * o->out_stride + b->column;
  ptrdiff_t start_stride;
  const float *start = start_of(b, row, &start_stride);
  vec sum[TILE_ROWS_MAX * TILE_VECTORS];

  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      sum[r * vectors + v] =
          start ? load(start + r * start_stride + v * LS_LANES) : spread(0.0f);
    }
  }
  for (int i = 0; i < b->inputs; i++, weight += stride) {
    vec w[TILE_VECTORS];
    for (int v = 0; v < vectors; v++) {
      w[v] = load(weight + v * LS_LANES);
      if (use != PANEL && v % LS_PAD_VECTORS == 0) {
        __builtin_prefetch(weight + AHEAD * stride + v * LS_LANES);
      }
      if (use == MATRIX_INTO_PANEL) {
        store(panel, w[v]);
        panel += LS_LANES;
      }
    }
    for (int r = 0; r < rows; r++) {
      vec value = spread(x[r * o->x_stride + i]);
      for (int v = 0; v < vectors; v++) {
        sum[r * vectors + v] = fused(value, w[v], sum[r * vectors + v]);
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      store(out + r * o->out_stride + v * LS_LANES,
            sum[r * vectors + v] + spread(0.0f)); // -0.0 becomes +0.0
    }
  }
}

// Tile heights must be known when compiling, or the sums do not stay in registers.
LS_INLINE void tile_of_rows(const block *b, int row, int rows, const int vectors,
                            const panel_use use)
{
  switch (rows) {
  case 1:
    tile(b, row, 1, vectors, use);
    break;
  case 2:
    tile(b, row, 2, vectors, use);
    break;
  case 3:
    tile(b, row, 3, vectors, use);
    break;
  case 4:
    tile(b, row, 4, vectors, use);
    break;
  case 5:
    tile(b, row, 5, vectors, use);
    break;
  case 6:
    tile(b, row, 6, vectors, use);
    break;
  case 7:
    tile(b, row, 7, vectors, use);
    break;
  case 8:
    tile(b, row, 8, vectors, use);
    break;
  default:
    break;
  }
}

// The rows [row, end) of one block.
LS_INLINE void strip(const block *b, int row, int end, const int vectors)
{
  int tiles = (end - row + TILE_ROWS - 1) / TILE_ROWS;

  for (bool packed = false, pack = tiles > b->o->tiles_unpacked; tiles > 0; tiles--) {
    int rows = (end - row + tiles - 1) / tiles;
    if (packed) {
      tile_of_rows(b, row, rows, vectors, PANEL);
    } else if (pack) {
      tile_of_rows(b, row, rows, vectors, MATRIX_INTO_PANEL);
      packed = true;
    } else {
      tile_of_rows(b, row, rows, vectors, MATRIX);
    }
    row += rows;
  }
}

// The rows [row, end) of one run of inputs.
static void strips(block *b, int row, int end)
{
  const int columns = (int)b->o->out_stride;
  int column = 0;

  for (; column + TILE_VECTORS * LS_LANES <= columns;
       column += TILE_VECTORS * LS_LANES) {
    b->column = column;
    strip(b, row, end, TILE_VECTORS);
  }
  for (; column < columns; column += LS_PAD) {
    b->column = column;
    strip(b, row, end, LS_PAD_VECTORS);
  }
}

// A NaN or infinity in x may have reached the padding.
static void clear_padding(const operands *o, int B, int outputs)
{
  for (int row = 0; row < B; row++) {
    for (ptrdiff_t h = outputs; h < o->out_stride; h++) {
      o->out[row * o->out_stride + h] = 0.0f;
    }
  }
}

static int least(int left, int right)
{
  return left < right ? left : right;
}

static void product(const operands *o, int B, int inputs, int outputs)
{
  _Alignas(64) float panel[BLOCK_INPUTS * TILE_VECTORS * LS_LANES];
  const int blocks = inputs / BLOCK_INPUTS + 1;

  for (int row = 0; row < B; row += BLOCK_ROWS) {
    int first = 0;
    for (int left = blocks; left > 0; left--) {
      block b = {o, panel, first, (inputs - first + left - 1) / left, 0};
      strips(&b, row, least(row + BLOCK_ROWS, B));
      first += b.inputs;
    }
  }
  clear_padding(o, B, outputs);
}

static int tiles_unpacked(int inputs, ptrdiff_t out_stride)
{
  return inputs * out_stride <= NEAR_FLOATS ? TILES_NEAR : TILES_FAR;
}

void LS_KERNEL(forward)(float *out, const float *x, int x_stride, const float *weight,
                        const float *bias, int B, int D, int H)
{
  const int stride = ls_pad(H);
  operands o = {out,    x,        weight, bias ? bias : out, bias ? 0 : stride,
                stride, x_stride, 0};
  o.tiles_unpacked = tiles_unpacked(D, o.out_stride);
  product(&o, B, D, H);
}

void LS_KERNEL(backward)(float *dx, const float *d, const float *weight_t, int B, int D,
                         int H)
{
  operands o = {dx, d, weight_t, NULL, 0, ls_pad(D), ls_pad(H), 0};
  o.tiles_unpacked = tiles_unpacked(H, o.out_stride);
  product(&o, B, H, D);
}
