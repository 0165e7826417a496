/**
 * Products with a matrix of weights: forward and backward.
 *
 * order   one chain an output: from the bias or +0.0, inputs ascending
 *
 * A tile of rows x vectors of outputs stays in registers while its chains run over all
 * inputs; each input's weights are loaded once a tile.  The rows are cut into tiles of
 * nearly equal height, because a low tile has too few chains to hide an addition's
 * latency.
 */

#include "math/table.h"
#include "math/vector.h"

#include <stddef.h>

enum {
  TILE_ROWS = LS_FORWARD_ROWS,
  TILE_VECTORS = LS_FORWARD_VECTORS,
  TILE_ROWS_MAX = 8
};

_Static_assert(TILE_ROWS <= TILE_ROWS_MAX, "tile_of_rows knows no higher tile");
_Static_assert(TILE_VECTORS % LS_PAD_VECTORS == 0, "a tile is made of whole pads");

typedef struct operands {
  float *out;          /* [B][out_stride] */
  const float *x;      /* [B][x_stride] */
  const float *weight; /* [D][out_stride] */
  const float *bias;   /* [out_stride] or NULL for +0.0 */
  ptrdiff_t out_stride;
  ptrdiff_t x_stride;
  int inputs;
} operands;

// The outputs of `rows` rows from `row` on, `vectors` vectors from `column` on.
LS_INLINE void tile(const operands *o, int row, int column, const int rows,
                    const int vectors)
{
  const float *x = o->x + row * o->x_stride;
  const float *weight = o->weight + column;
  float *out = o->out + row * o->out_stride + column;
  vec sum[TILE_ROWS_MAX][TILE_VECTORS];

  for (int v = 0; v < vectors; v++) {
    vec start = o->bias ? load(o->bias + column + v * LS_LANES) : spread(0.0f);
    for (int r = 0; r < rows; r++) {
      sum[r][v] = start;
    }
  }
  for (int i = 0; i < o->inputs; i++) {
    vec w[TILE_VECTORS];
    for (int v = 0; v < vectors; v++) {
      w[v] = load(weight + i * o->out_stride + v * LS_LANES);
    }
    for (int r = 0; r < rows; r++) {
      vec value = spread(x[r * o->x_stride + i]);
      for (int v = 0; v < vectors; v++) {
        sum[r][v] = fused(value, w[v], sum[r][v]);
      }
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int v = 0; v < vectors; v++) {
      store(out + r * o->out_stride + v * LS_LANES, sum[r][v]);
    }
  }
}

// Tile heights must be known when compiling, or the sums do not stay in registers.
LS_INLINE void tile_of_rows(const operands *o, int row, int column, int rows,
                            const int vectors)
{
  switch (rows) {
  case 1:
    tile(o, row, column, 1, vectors);
    break;
  case 2:
    tile(o, row, column, 2, vectors);
    break;
  case 3:
    tile(o, row, column, 3, vectors);
    break;
  case 4:
    tile(o, row, column, 4, vectors);
    break;
  case 5:
    tile(o, row, column, 5, vectors);
    break;
  case 6:
    tile(o, row, column, 6, vectors);
    break;
  case 7:
    tile(o, row, column, 7, vectors);
    break;
  case 8:
    tile(o, row, column, 8, vectors);
    break;
  default:
    break;
  }
}

LS_INLINE void strip(const operands *o, int B, int column, const int vectors)
{
  int tiles = (B + TILE_ROWS - 1) / TILE_ROWS;
  int row = 0;

  for (; tiles > 0; tiles--) {
    int rows = (B - row + tiles - 1) / tiles;
    tile_of_rows(o, row, column, rows, vectors);
    row += rows;
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

static void product(const operands *o, int B, int outputs)
{
  const int columns = (int)o->out_stride;
  int column = 0;

  for (; column + TILE_VECTORS * LS_LANES <= columns;
       column += TILE_VECTORS * LS_LANES) {
    strip(o, B, column, TILE_VECTORS);
  }
  for (; column < columns; column += LS_PAD) {
    strip(o, B, column, LS_PAD_VECTORS);
  }
  clear_padding(o, B, outputs);
}

void LS_KERNEL(forward)(float *out, const float *x, const float *weight,
                        const float *bias, int B, int D, int H)
{
  product(&(operands){out, x, weight, bias, ls_pad(H), ls_pad(D), D}, B, H);
}

void LS_KERNEL(backward)(float *dx, const float *d, const float *weight_t, int B, int D,
                         int H)
{
  product(&(operands){dx, d, weight_t, NULL, ls_pad(D), ls_pad(H), H}, B, D);
}
