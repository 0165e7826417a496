#include "model/network_gradient.h"

#include "model/network_private.h"

#include <stddef.h>

// Rows [.., shards of first_row] of one layer, and what of its gradient is wanted.
typedef struct layer_rows {
  const ls_network *network;
  const ls_kernels *kernels;
  int layer;
  const float *d;
  uint32_t *columns; /* to list what is not zero in; NULL: zeros are kept */
  const int *first_row;
  int shards;
  int x_stride, stride;
  ls_network_near near;      /* at the piece's first float of this tensor */
  const ls_descent *descent; /* NULL: the gradient is wanted */
} layer_rows;

static const float *place_in(const float *floats, int64_t place)
{
  return floats ? floats + place : NULL;
}

// What the layer sees from input `row` on, as far as it lies in one matrix.
static const float *inputs_from(const layer_rows *l, int row, int *end)
{
  if (l->layer == 0) {
    return ls_network_inputs_from(l->network, row, end) + row;
  }
  *end = l->network->layout.layers[l->layer].inputs;
  return ls_network_inputs_of(l->network, l->layer) + row;
}

// Some rows of a weight from a column on.
static void fill_block(const layer_rows *l, float *out, const float *x, int column,
                       const ls_gradient_block *block)
{
  const float *d = l->d + column;

  if (l->columns) {
    ls_gradient_block thin = *block;
    thin.columns = l->columns;
    thin.columns_stride = ls_pad(block->inputs);
    l->kernels->find_in_columns(l->columns, x, block->x_stride, l->first_row[l->shards],
                                block->inputs);
    if (l->descent) {
      l->kernels->descend_sparse(out, x, d, l->first_row, l->shards, &thin, l->descent);
    } else {
      l->kernels->gradient_sparse(out, x, d, l->first_row, l->shards, &thin);
    }
  } else if (l->descent) {
    l->kernels->descend(out, x, d, l->first_row, l->shards, block, l->descent);
  } else {
    l->kernels->gradient(out, x, d, l->first_row, l->shards, block);
  }
}

// Floats [from, from + count) of a weight: whole rows where it can, else parts of one.
static void weight_piece(const layer_rows *l, float *out, int64_t from, int64_t count)
{
  for (int64_t at = from, end = from + count; at < end;) {
    int row = (int)(at / l->stride);
    int column = (int)(at % l->stride);
    int64_t left = end - at;
    int rows_end;
    const float *x = inputs_from(l, row, &rows_end);
    ls_gradient_block block = {.inputs = 1,
                               .outputs = l->stride - column,
                               .x_stride = l->x_stride,
                               .stride = l->stride,
                               .near = {place_in(l->near.floats[0], at - from),
                                        place_in(l->near.floats[1], at - from)},
                               .posts = l->near.posts};
    if (column == 0 && left >= l->stride) {
      const int rows = (int)(left / l->stride);
      block.inputs = rows < rows_end - row ? rows : rows_end - row;
    } else if (left < block.outputs) {
      block.outputs = (int)left;
    }
    fill_block(l, out + (at - from), x, column, &block);
    at += (int64_t)block.inputs * block.outputs;
  }
}

static void bias_piece(const layer_rows *l, float *out, int64_t from, int64_t count)
{
  const ls_gradient_block block = {.outputs = (int)count, .stride = l->stride};

  l->kernels->gradient_bias(out, l->d + from, l->first_row, l->shards, &block);
}

void ls_network_gradient(const ls_network *network, float *gradient, ls_span piece,
                         const int *first_row, int shards, const ls_network_near *near)
{
  const int64_t end = piece.first + piece.count;

  for (int i = 0; i < ls_layout_tensor_count(&network->layout); i++) {
    const ls_layer *layer = &network->layout.layers[i / 2];
    ls_span tensor = ls_layout_tensor_span(&network->layout, i);
    int64_t first = tensor.first > piece.first ? tensor.first : piece.first;
    int64_t last = tensor.first + tensor.count;
    last = last < end ? last : end;
    // Rows of this run of shards begin at first_row[0], wherever that is.
    const int64_t skip = first - piece.first;
    const layer_rows l = {
        .network = network,
        .kernels = network->kernels,
        .layer = i / 2,
        .d = network->deltas[i / 2],
        .columns = i / 2 == 0 ? network->columns : NULL,
        .first_row = first_row,
        .shards = shards,
        .x_stride = ls_pad(layer->inputs),
        .stride = ls_pad(layer->outputs),
        .near = {{place_in(near->floats[0], skip), place_in(near->floats[1], skip)},
                 near->posts}};
    if (first < last) {
      float *out = gradient + skip;
      (i % 2 == 0 ? weight_piece : bias_piece)(&l, out, first - tensor.first,
                                               last - first);
    }
  }
}

int64_t ls_network_descend(const ls_network *network, float *weights, ls_span piece,
                           const int *first_row, int shards, const ls_descent *descent)
{
  const ls_span weight = ls_layout_tensor_span(&network->layout, 0);
  const int64_t left = weight.count - piece.first; // it lies first
  const int64_t count = left < piece.count ? left : piece.count;

  if (count <= 0) {
    return 0;
  }
  const layer_rows l = {.network = network,
                        .kernels = network->kernels,
                        .d = network->deltas[0],
                        .columns = network->columns,
                        .first_row = first_row,
                        .shards = shards,
                        .x_stride = ls_pad(network->layout.layers[0].inputs),
                        .stride = ls_pad(network->layout.layers[0].outputs),
                        // Where zeros are kept a tile asks for what it writes itself.
                        .near = {.floats = {network->columns ? weights : NULL}},
                        .descent = descent};
  weight_piece(&l, weights, piece.first, count);
  return count;
}
