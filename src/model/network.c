#include "model/network.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/random.h"

#include <float.h>
#include <math.h>

struct ls_network {
  ls_layout layout;
  const ls_kernels *kernels;
  int most_rows;
  float *inputs;                     /* [most_rows][P(features)] */
  float *activations[LS_LAYERS_MAX]; /* [most_rows][P(outputs)] of each layer */
  float *deltas[LS_LAYERS_MAX];      /* [most_rows][P(outputs)]: d loss / d sum */
  float *transposed;                 /* the largest weight after the first layer's */
  uint8_t *labels;                   /* [most_rows] */
  float *losses;                     /* [most_rows] */
  uint8_t *correct;                  /* [most_rows] */
  uint16_t *noise;                   /* [most_rows][P(widest inputs)] */
  ls_sparse found;                   /* in inputs; NULLs: nothing is left out */
  float kept_scale; /* of hidden units in the last forward; 1: all were kept */
};

enum { NOISE_BLOCK = 8 }; // numbers a block of ls_kernels.noise

static size_t noise_columns(const ls_layout *layout)
{
  int most = 0;

  for (int i = 0; i < layout->layer_count; i++) {
    most = layout->layers[i].inputs > most ? layout->layers[i].inputs : most;
  }
  return (size_t)ls_pad(most);
}

static size_t transposed_floats(const ls_layout *layout)
{
  size_t most = 0;

  for (int i = 1; i < layout->layer_count; i++) {
    const ls_layer *layer = &layout->layers[i];
    size_t floats = (size_t)layer->outputs * (size_t)ls_pad(layer->inputs);
    most = floats > most ? floats : most;
  }
  return most;
}

static size_t sparse_row_words(const ls_network *n)
{
  return (size_t)n->most_rows * (size_t)ls_sparse_words(n->layout.layers[0].inputs);
}

static size_t sparse_column_words(const ls_network *n)
{
  return (size_t)ls_sparse_row_words(n->most_rows) *
         (size_t)ls_pad(n->layout.layers[0].inputs);
}

static bool allocate_sparse(ls_network *n)
{
  n->found.rows = ls_alloc(sparse_row_words(n), sizeof *n->found.rows);
  n->found.columns = ls_alloc(sparse_column_words(n), sizeof *n->found.columns);
  return n->found.rows && n->found.columns;
}

ls_status ls_network_create(ls_network **out, const ls_layout *layout,
                            const ls_kernels *kernels, int most_rows, bool sparse)
{
  size_t rows = (size_t)most_rows;
  ls_network *n = ls_alloc(1, sizeof *n);

  *out = NULL;
  if (!n) {
    return LS_E_NOMEM;
  }
  n->layout = *layout;
  n->kernels = kernels;
  n->most_rows = most_rows;
  n->inputs = ls_alloc(rows * (size_t)ls_pad(layout->layers[0].inputs), sizeof(float));
  n->transposed = ls_alloc(transposed_floats(layout), sizeof(float));
  n->labels = ls_alloc(rows, 1);
  n->losses = ls_alloc(rows, sizeof(float));
  n->correct = ls_alloc(rows, 1);
  n->noise = ls_alloc(rows * noise_columns(layout), sizeof *n->noise);
  bool complete =
      n->inputs && n->transposed && n->labels && n->losses && n->correct && n->noise;
  for (int i = 0; i < layout->layer_count; i++) {
    size_t floats = rows * (size_t)ls_pad(layout->layers[i].outputs);
    n->activations[i] = ls_alloc(floats, sizeof(float));
    n->deltas[i] = ls_alloc(floats, sizeof(float));
    complete = complete && n->activations[i] && n->deltas[i];
  }
  if (!complete || (sparse && !allocate_sparse(n))) {
    ls_network_destroy(n);
    return LS_E_NOMEM;
  }
  *out = n;
  return LS_OK;
}

void ls_network_destroy(ls_network *network)
{
  if (!network) {
    return;
  }
  for (int i = 0; i < network->layout.layer_count; i++) {
    ls_free(network->activations[i]);
    ls_free(network->deltas[i]);
  }
  ls_free(network->inputs);
  ls_free(network->transposed);
  ls_free(network->labels);
  ls_free(network->losses);
  ls_free(network->correct);
  ls_free(network->noise);
  ls_free(network->found.rows);
  ls_free(network->found.columns);
  ls_free(network);
}

int64_t ls_network_bytes(const ls_network *network)
{
  const ls_layout *layout = &network->layout;
  size_t row_floats = (size_t)ls_pad(layout->layers[0].inputs) + 1;
  size_t found = 0;

  for (int i = 0; i < layout->layer_count; i++) {
    row_floats += 2 * (size_t)ls_pad(layout->layers[i].outputs);
  }
  if (network->found.rows) {
    found = sparse_row_words(network) * sizeof(uint64_t) +
            sparse_column_words(network) * sizeof(uint32_t);
  }
  size_t rows = (size_t)network->most_rows;
  return (int64_t)((rows * row_floats + transposed_floats(layout)) * sizeof(float) +
                   rows * (2 + 2 * noise_columns(layout)) + found);
}

float *ls_network_row(ls_network *network, int row)
{
  LS_ASSERT(row < network->most_rows);
  return network->inputs + (int64_t)row * ls_pad(network->layout.layers[0].inputs);
}

uint8_t *ls_network_labels(ls_network *network)
{
  return network->labels;
}

// What layer `i` sees.
static const float *inputs_of(const ls_network *network, int i)
{
  return i == 0 ? network->inputs : network->activations[i - 1];
}

// What layer `layer` sees of some rows, some of it left out.
static void drop(ls_network *n, float *x, int layer, int B, double share,
                 const ls_dropout *dropout)
{
  int stride = ls_pad(n->layout.layers[layer].inputs);
  int64_t blocks = stride / NOISE_BLOCK;
  uint64_t stream = LS_RANDOM_DROPOUT + ((uint64_t)layer << 32);

  n->kernels->noise(n->noise, dropout->seed, stream,
                    (uint64_t)(dropout->first_row * blocks), B * blocks);
  n->kernels->dropout(x, n->noise, (int64_t)B * stride,
                      (uint16_t)lround(share * 65535.0), (float)(1.0 / (1.0 - share)));
}

// The sums of layer `i`, from what it sees.
static void run_layer(ls_network *n, const float *parameters, int i, int B)
{
  const ls_kernels *k = n->kernels;
  const ls_layer *layer = &n->layout.layers[i];
  const float *x = inputs_of(n, i);
  const float *weight = parameters + layer->weight;
  const float *bias = parameters + layer->bias;

  if (i == 0 && n->found.rows) {
    k->find_nonzero(&n->found, x, B, layer->inputs);
    k->forward_sparse(n->activations[i], x, &n->found, weight, bias, B, layer->inputs,
                      layer->outputs);
  } else {
    k->forward(n->activations[i], x, weight, bias, B, layer->inputs, layer->outputs);
  }
}

static void forward(ls_network *n, const float *parameters, int B, float smoothing,
                    const ls_dropout *dropout)
{
  const ls_kernels *k = n->kernels;
  int last = n->layout.layer_count - 1;

  LS_ASSERT(B <= n->most_rows);
  n->kept_scale = (float)(1.0 / (1.0 - dropout->share));
  if (dropout->inputs > 0) {
    drop(n, n->inputs, 0, B, dropout->inputs, dropout);
  }
  for (int i = 0; i <= last; i++) {
    const ls_layer *layer = &n->layout.layers[i];
    run_layer(n, parameters, i, B);
    if (i < last) {
      k->relu_forward(n->activations[i], (int64_t)B * ls_pad(layer->outputs));
    }
    if (i < last && dropout->share > 0) {
      drop(n, n->activations[i], i + 1, B, dropout->share, dropout);
    }
  }
  k->softmax_loss(n->deltas[last], n->losses, n->correct, n->activations[last],
                  n->labels, B, n->layout.layers[last].outputs, smoothing);
}

void ls_network_forward(ls_network *network, const float *parameters, int B,
                        float smoothing)
{
  const ls_dropout none = {0};
  forward(network, parameters, B, smoothing, &none);
}

void ls_network_forward_dropping(ls_network *network, const float *parameters, int B,
                                 float smoothing, const ls_dropout *dropout)
{
  forward(network, parameters, B, smoothing, dropout);
}

const float *ls_network_losses(const ls_network *network)
{
  return network->losses;
}

const uint8_t *ls_network_correct(const ls_network *network)
{
  return network->correct;
}

void ls_network_backward(ls_network *network, const float *parameters, int B)
{
  const ls_kernels *k = network->kernels;

  for (int i = network->layout.layer_count - 1; i > 0; i--) {
    const ls_layer *layer = &network->layout.layers[i];
    k->transpose(network->transposed, parameters + layer->weight, layer->inputs,
                 layer->outputs);
    k->backward(network->deltas[i - 1], network->deltas[i], network->transposed, B,
                layer->inputs, layer->outputs);
    // A unit that was left out has an activation of +0.0, so its delta is +0.0 too.
    k->relu_backward(network->deltas[i - 1], network->activations[i - 1],
                     (int64_t)B * ls_pad(layer->inputs));
    if (network->kept_scale != 1.0f) {
      k->scale(network->deltas[i - 1], (int64_t)B * ls_pad(layer->inputs),
               network->kept_scale);
    }
  }
}

bool ls_network_is_bounded(const ls_network *network, int B)
{
  const ls_kernels *k = network->kernels;
  bool bounded = true;

  for (int i = 0; i < network->layout.layer_count; i++) {
    const ls_layer *layer = &network->layout.layers[i];
    double x =
        (double)k->largest(inputs_of(network, i), (int64_t)B * ls_pad(layer->inputs));
    double d =
        (double)k->largest(network->deltas[i], (int64_t)B * ls_pad(layer->outputs));
    // A NaN is in no bound; half of the range is room for the sum's rounding.
    bounded = bounded && B * fmax(x, 1.0) * d <= (double)FLT_MAX / 2;
  }
  return bounded;
}

// Rows [.., shards of first_row] of one layer, and what of its gradient is wanted.
typedef struct layer_rows {
  const ls_kernels *kernels;
  const float *x, *d;
  const uint32_t *columns; /* ls_sparse's; NULL: nothing is left out */
  const int *first_row;
  int shards;
  int x_stride, stride;
  ls_network_near near; /* at the piece's first float of this tensor */
} layer_rows;

static const float *place_in(const float *floats, int64_t place)
{
  return floats ? floats + place : NULL;
}

// Floats [from, from + count) of a weight: whole rows where it can, else parts of one.
static void weight_piece(const layer_rows *l, float *out, int64_t from, int64_t count)
{
  for (int64_t at = from, end = from + count; at < end;) {
    int row = (int)(at / l->stride);
    int column = (int)(at % l->stride);
    int64_t left = end - at;
    ls_gradient_block block = {.inputs = 1,
                               .outputs = l->stride - column,
                               .x_stride = l->x_stride,
                               .stride = l->stride,
                               .near = {place_in(l->near.floats[0], at - from),
                                        place_in(l->near.floats[1], at - from)},
                               .columns = l->columns ? l->columns + row : NULL};
    if (column == 0 && left >= l->stride) {
      block.inputs = (int)(left / l->stride);
    } else if (left < block.outputs) {
      block.outputs = (int)left;
    }
    (l->columns ? l->kernels->gradient_sparse : l->kernels->gradient)(
        out + (at - from), l->x + row, l->d + column, l->first_row, l->shards, &block);
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
        .kernels = network->kernels,
        .x = inputs_of(network, i / 2),
        .d = network->deltas[i / 2],
        .columns = i / 2 == 0 ? network->found.columns : NULL,
        .first_row = first_row,
        .shards = shards,
        .x_stride = ls_pad(layer->inputs),
        .stride = ls_pad(layer->outputs),
        .near = {{place_in(near->floats[0], skip), place_in(near->floats[1], skip)}}};
    if (first < last) {
      float *out = gradient + skip;
      (i % 2 == 0 ? weight_piece : bias_piece)(&l, out, first - tensor.first,
                                               last - first);
    }
  }
}
