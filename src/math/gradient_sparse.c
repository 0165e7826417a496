/**
 * Gradients of weights where the inputs are mostly zero: zeros are left out.  They are
 * stored, or the weights go down them at once.
 *
 * order   as in gradient.c; shards whose rows are all left out are left out of the tree
 *
 * For a few inputs side by side, the rows in which any of them is not zero are listed
 * once, and in which order the sums of their shards join.  Tiles of these inputs x
 * vectors of outputs then follow the list, with their sums in registers.
 */

#include "base/alloc.h"
#include "base/assert.h"
#include "math/sparse.h"
#include "math/sums.h"
#include "math/table.h"

#include <stddef.h>
#include <stdint.h>

enum {
  TILE_INPUTS = LS_SPARSE_INPUTS,
  TILE_VECTORS = 4,
  SUMS = TILE_INPUTS * TILE_VECTORS,
  WIDTH = TILE_VECTORS * LS_LANES,
  ROWS_MAX = LS_SPARSE_LIST_ROWS,
  COLUMNS = 128,            /* of d that are used together */
  PANEL_FLOATS = 64 * 1024, /* of them, for all rows: half of a second cache */
  LEVELS = 31               /* of a tree with an int's worth of leaves */
};

// Of a gradient, the columns [column, column + columns).
typedef struct operands {
  float *out; /* [inputs][stride] all columns: gradient, or weights */
  const ls_descent
      *descent;         /* what the weights go down by; NULL: the gradient is wanted */
  const float *x;       /* [rows][x_stride] */
  const float *d;       /* [rows from first_row[0] on][d_stride] these columns */
  const int *first_row; /* [shards + 1] */
  int shards;
  const int *shard_of; /* [rows from first_row[0] on] */
  int column;
  int columns;
  int d_stride;
  const ls_gradient_block *block;
} operands;

typedef struct listed_row {
  int32_t place; /* of its first float in d */
  float x[TILE_INPUTS];
} listed_row;

// Rows of one shard, and how many waiting sums then join their sum.
typedef struct run {
  int end;
  int joins;
} run;

typedef struct list {
  int run_count;
  int shards[ROWS_MAX]; /* of the runs */
  run runs[ROWS_MAX];
  listed_row rows[ROWS_MAX];
} list;

// A word of rows, of which those are left that are some of the block's and in which one
// of the tile's inputs is not zero.
LS_INLINE uint32_t rows_of_word(const operands *o, int word, int input,
                                const int inputs)
{
  const uint32_t *found =
      o->block->columns + (ptrdiff_t)word * o->block->columns_stride + input;
  const int before = o->first_row[0] - word * LS_SPARSE_ROWS;
  const int after = (word + 1) * LS_SPARSE_ROWS - o->first_row[o->shards];
  uint32_t rows = 0;

  for (int i = 0; i < inputs; i++) {
    rows |= found[i];
  }
  rows = before > 0 ? rows & UINT32_MAX << before : rows;
  return after > 0 ? rows & UINT32_MAX >> after : rows;
}

// A sum waits up to the end of the subtree in which it meets the next shard's: the
// highest bit in which the two shards differ tells how high that is.  What waits lower
// joins first.
LS_INLINE void find_joins(list *l)
{
  uint32_t waiting = 0; // a bit for each height

  for (int i = 0; i + 1 < l->run_count; i++) {
    const uint32_t differ = (uint32_t)(l->shards[i] ^ l->shards[i + 1]);
    const uint32_t height = UINT32_C(1) << (31 - __builtin_clz(differ));
    l->runs[i].joins = __builtin_popcount(waiting & (height - 1));
    waiting = (waiting & ~(height - 1)) | height;
  }
}

LS_INLINE void list_row(listed_row *r, const operands *o, int place, int input,
                        const int inputs)
{
  const float *x = o->x + place * (ptrdiff_t)o->block->x_stride + input;

  r->place = (place - o->first_row[0]) * o->d_stride;
  for (int i = 0; i < inputs; i++) {
    r->x[i] = x[i];
  }
}

// No branch asks for a row's shard: nobody could predict it.
LS_INLINE void make_list(list *l, const operands *o, int input, const int inputs)
{
  const int words = ls_sparse_row_words(o->first_row[o->shards]);
  int rows = 0;
  int runs = -1;
  int last = -1;

  for (int word = o->first_row[0] / LS_SPARSE_ROWS; word < words; word++) {
    uint32_t left = rows_of_word(o, word, input, inputs);
    for (; left; left &= left - 1) {
      const int place = word * LS_SPARSE_ROWS + __builtin_ctz(left);
      const int shard = o->shard_of[place - o->first_row[0]];
      list_row(&l->rows[rows++], o, place, input, inputs);
      runs += shard != last;
      last = shard;
      l->shards[runs] = shard;
      l->runs[runs].end = rows;
    }
  }
  l->run_count = runs + 1;
  find_joins(l);
}

// sum += or, for the first row, = the products of one row.
LS_INLINE void add_row(vec *sum, const listed_row *r, const float *d, const bool first,
                       const int inputs, const int vectors)
{
  const float *slope = d + r->place;
  vec x[TILE_INPUTS];

  for (int i = 0; i < inputs; i++) {
    x[i] = spread(r->x[i]);
  }
  for (int v = 0; v < vectors; v++) {
    vec s = load(slope + v * LS_LANES);
    for (int i = 0; i < inputs; i++) {
      vec *to = &sum[i * vectors + v];
      *to = first ? x[i] * s : fused(x[i], s, *to);
    }
  }
}

LS_INLINE void put(float *out, const operands *o, const vec *sum, const int inputs,
                   const int vectors)
{
  const ls_descent *descent = o->descent;
  const vec down = spread(descent ? -descent->rate : 0.0f);
  const vec scale = spread(descent ? descent->scale : 0.0f);

  for (int i = 0; i < inputs; i++, out += o->block->stride) {
    for (int v = 0; v < vectors; v++) {
      float *to = out + v * LS_LANES;
      const vec gradient = sum[i * vectors + v] + spread(0.0f); // -0.0 becomes +0.0
      if (descent) {
        store(to, fused(down, gradient * scale, load(to)));
      } else if (o->block->posts) {
        store_far(to, gradient);
      } else {
        store(to, gradient);
      }
    }
  }
}

// sum = the rows [r, end), at least one; returns end
LS_INLINE const listed_row *add_run(vec *sum, const listed_row *r,
                                    const listed_row *end, const float *d,
                                    const int inputs, const int vectors)
{
  add_row(sum, r, d, true, inputs, vectors);
  while (++r < end) {
    add_row(sum, r, d, false, inputs, vectors);
  }
  return end;
}

LS_INLINE void tile(float *out, const operands *o, const float *d, const list *l,
                    const int inputs, const int vectors)
{
  const int sums = inputs * vectors;
  vec waiting[LEVELS][SUMS];
  vec sum[SUMS];
  int depth = 0;
  const listed_row *r =
      add_run(sum, l->rows, l->rows + l->runs[0].end, d, inputs, vectors);

  for (int i = 1; i < l->run_count; i++) {
    for (int joins = l->runs[i - 1].joins; joins > 0; joins--) {
      join_sums(sum, waiting[--depth], sums);
    }
    put_aside(waiting[depth++], sum, sums);
    r = add_run(sum, r, l->rows + l->runs[i].end, d, inputs, vectors);
  }
  while (depth > 0) {
    join_sums(sum, waiting[--depth], sums);
  }
  put(out, o, sum, inputs, vectors);
}

// Where all inputs of a tile are zero in all rows.  What would not change is left
// alone: to be written, its lines would have to be taken from who has read them.
static void put_zeros(float *out, const operands *o, int inputs)
{
  const vec zeros[SUMS] = {{0}};

  if (o->descent && o->descent->rate >= 0.0f) {
    return;
  }
  for (int i = 0; i < inputs; i++, out += o->block->stride) {
    for (int h = 0; h < o->columns; h += LS_PAD) {
      if (o->descent || !is_zero(out + h)) {
        put(out + h, o, zeros, 1, LS_PAD_VECTORS);
      }
    }
  }
}

// What the block names at a tile's place, to be written next: other cores have read it.
LS_INLINE void bring_near(const operands *o, ptrdiff_t first, const int inputs,
                          const int columns)
{
  const float *near = o->block->near[0];

  if (!near) {
    return;
  }
  for (int i = 0; i < inputs; i++) {
    const float *place = near + first + i * (ptrdiff_t)o->block->stride;
    for (int h = 0; h < columns; h += LS_PAD) {
      __builtin_prefetch(place + h, 1);
    }
  }
}

LS_INLINE void tiles(const operands *o, list *l, int input, const int inputs)
{
  const ptrdiff_t first = input * (ptrdiff_t)o->block->stride + o->column;
  int h = 0;

  make_list(l, o, input, inputs);
  if (l->run_count == 0) {
    put_zeros(o->out + first, o, inputs);
    return;
  }
  for (; h + WIDTH <= o->columns; h += WIDTH) {
    bring_near(o, first + h, inputs, WIDTH);
    tile(o->out + first + h, o, o->d + h, l, inputs, TILE_VECTORS);
  }
  for (; h < o->columns; h += LS_PAD) {
    tile(o->out + first + h, o, o->d + h, l, inputs, LS_PAD_VECTORS);
  }
}

static void all_inputs(const operands *o)
{
  list l;
  int input = 0;

  for (; input + TILE_INPUTS <= o->block->inputs; input += TILE_INPUTS) {
    tiles(o, &l, input, TILE_INPUTS);
  }
  for (; input < o->block->inputs; input++) {
    tiles(o, &l, input, 1);
  }
}

// A few columns at a time, side by side: rows of wide layers fall into few sets of a
// cache, which all rows together do not fit.
static void all_columns(operands *o, int rows)
{
  _Alignas(64) float panel[PANEL_FLOATS];
  const int fit = PANEL_FLOATS / (rows > 0 ? rows : 1) / WIDTH * WIDTH;
  const int width = fit < COLUMNS ? fit : COLUMNS;
  const float *d = o->d;

  o->d = panel;
  o->d_stride = width;
  for (; o->column < o->block->outputs; o->column += width) {
    const int left = o->block->outputs - o->column;
    o->columns = left < width ? left : width;
    for (int row = 0; row < rows; row++) {
      memcpy(panel + row * width, d + row * (ptrdiff_t)o->block->stride + o->column,
             (size_t)o->columns * sizeof *panel);
    }
    all_inputs(o);
  }
}

static void find_shards(int *shard_of, const int *first_row, int shards)
{
  for (int shard = 0; shard < shards; shard++) {
    for (int row = first_row[shard]; row < first_row[shard + 1]; row++) {
      shard_of[row - first_row[0]] = shard;
    }
  }
}

static void sum_up(float *out, const float *x, const float *d, const int *first_row,
                   int shards, const ls_gradient_block *block,
                   const ls_descent *descent)
{
  const int rows = first_row[shards] - first_row[0];
  int shard_of[ROWS_MAX];
  operands o = {.out = out,
                .descent = descent,
                .x = x,
                .d = d + first_row[0] * (ptrdiff_t)block->stride,
                .first_row = first_row,
                .shards = shards,
                .shard_of = shard_of,
                .columns = block->outputs,
                .d_stride = block->stride,
                .block = block};

  find_shards(shard_of, first_row, shards);
  if (block->outputs > COLUMNS) {
    all_columns(&o, rows);
  } else {
    all_inputs(&o);
  }
}

void LS_KERNEL(gradient_sparse)(float *out, const float *x, const float *d,
                                const int *first_row, int shards,
                                const ls_gradient_block *block)
{
  if (first_row[shards] - first_row[0] > ROWS_MAX) {
    LS_KERNEL(gradient)(out, x, d, first_row, shards, block);
  } else {
    LS_ASSERT(!block->posts || (uintptr_t)out % LS_ALIGNMENT == 0);
    sum_up(out, x, d, first_row, shards, block, NULL);
    if (block->posts) {
      order_far_stores();
    }
  }
}

void LS_KERNEL(descend_sparse)(float *weights, const float *x, const float *d,
                               const int *first_row, int shards,
                               const ls_gradient_block *block,
                               const ls_descent *descent)
{
  if (first_row[shards] - first_row[0] > ROWS_MAX) {
    LS_KERNEL(descend)(weights, x, d, first_row, shards, block, descent);
  } else {
    sum_up(weights, x, d, first_row, shards, block, descent);
  }
}
