#include "base/alloc.h"
#include "base/assert.h"
#include "base/random.h"
#include "model/network_private.h"

#include <math.h>

enum { NOISE_BLOCK = 8 }; // numbers a block of ls_kernels.noise

static int64_t noise_columns(const ls_layout *layout)
{
  int most = 0;

  for (int i = 0; i < layout->layer_count; i++) {
    most = layout->layers[i].inputs > most ? layout->layers[i].inputs : most;
  }
  return ls_pad(most);
}

static int64_t transposed_floats(const ls_layer *layer)
{
  return (int64_t)layer->outputs * ls_pad(layer->inputs);
}

// Of the largest weight between the first layer's and the last one's.
static int64_t most_transposed_floats(const ls_layout *layout)
{
  int64_t most = 0;

  for (int i = 1; i + 1 < layout->layer_count; i++) {
    int64_t floats = transposed_floats(&layout->layers[i]);
    most = floats > most ? floats : most;
  }
  return most;
}

int64_t ls_network_floats(const ls_layout *layout, int rows)
{
  int64_t row_floats = ls_pad(layout->layers[0].inputs);

  for (int i = 0; i < layout->layer_count; i++) {
    row_floats += 2 * ls_pad(layout->layers[i].outputs);
  }
  return rows * row_floats;
}

static int64_t input_floats(const ls_layout *layout, int64_t rows)
{
  return rows * ls_pad(layout->layers[0].inputs);
}

int64_t ls_network_common_floats(const ls_layout *layout, int rows, int legs)
{
  const int matrices = legs > 1 ? 2 * legs : 2;

  return ls_network_floats(layout, rows) + (matrices - 1) * input_floats(layout, rows) +
         ls_pad(rows);
}

void ls_network_turn(ls_network *network)
{
  float *inputs = network->inputs;

  LS_ASSERT(network->next_inputs != NULL);
  network->inputs = network->next_inputs;
  network->next_inputs = inputs;
}

// Two sets that ranks share, or two of each leg; returns their end.
static float *place_common_inputs(ls_network *n, float *memory, int64_t rows)
{
  const int64_t floats = input_floats(&n->layout, rows);

  n->leg_floats = 2 * floats;
  n->inputs = memory + n->legs.own * n->leg_floats;
  n->next_inputs = n->inputs + floats;
  return memory + (n->legs.count > 1 ? n->legs.count : 1) * n->leg_floats;
}

// All but the inputs; returns their end.
static float *place_matrices(ls_network *n, float *memory, int64_t rows)
{
  for (int i = 0; i < n->layout.layer_count; i++) {
    const int64_t floats = rows * ls_pad(n->layout.layers[i].outputs);
    n->activations[i] = memory;
    n->deltas[i] = memory + floats;
    memory += 2 * floats;
  }
  return memory;
}

// Counts what it allocates.
static void *take(ls_network *n, int64_t count, size_t size)
{
  n->bytes += count * (int64_t)size;
  return ls_alloc((size_t)count, size);
}

static bool allocate_sparse(ls_network *n, int all_rows)
{
  const int inputs = n->layout.layers[0].inputs;

  n->words = take(n, (int64_t)n->most_rows * ls_sparse_words(inputs), sizeof *n->words);
  n->columns = take(n, (int64_t)ls_sparse_row_words(all_rows) * ls_pad(inputs),
                    sizeof *n->columns);
  return n->words && n->columns;
}

// What only training needs.
static bool allocate_backward(ls_network *n, bool drops)
{
  const ls_layer *last = &n->layout.layers[n->layout.layer_count - 1];

  n->transposed = take(n, most_transposed_floats(&n->layout), sizeof(float));
  n->last_transposed =
      take(n, n->layout.layer_count > 1 ? transposed_floats(last) : 0, sizeof(float));
  n->noise =
      take(n, drops ? n->most_rows * noise_columns(&n->layout) : 0, sizeof *n->noise);
  return n->transposed && n->last_transposed && n->noise;
}

// Once there are matrices in common.
static bool allocate_legs(ls_network *n)
{
  const int64_t outputs = ls_pad(n->layout.layers[0].outputs);

  if (n->legs.count < 2) {
    return true;
  }
  n->leg_ends = take(n, n->legs.count, sizeof *n->leg_ends);
  n->begun = take(n, n->legs.rows * outputs, sizeof *n->begun);
  n->private_deltas = take(n, n->all_rows * outputs, sizeof *n->private_deltas);
  n->posted_deltas = n->deltas[0];
  n->deltas[0] = n->private_deltas;
  return n->leg_ends && n->begun && n->private_deltas;
}

static bool allocate_matrices(ls_network *n, const ls_network_config *config)
{
  if (config->common) {
    float *end = place_common_inputs(n, config->common, config->common_rows);
    n->losses = place_matrices(n, end, config->common_rows);
    return true;
  }
  n->memory = take(n, ls_network_floats(&n->layout, n->most_rows), sizeof(float));
  n->own_losses = n->losses = take(n, n->most_rows, sizeof(float));
  if (n->memory) {
    n->inputs = n->memory;
    (void)place_matrices(n, n->memory + input_floats(&n->layout, n->most_rows),
                         n->most_rows);
  }
  return n->memory && n->losses;
}

static bool allocate(ls_network *n, const ls_network_config *config)
{
  n->labels = take(n, n->most_rows, 1);
  n->correct = take(n, n->most_rows, 1);
  return allocate_matrices(n, config) && allocate_legs(n) && n->labels && n->correct &&
         (config->forward_only || allocate_backward(n, config->drops)) &&
         (!config->sparse || allocate_sparse(n, n->all_rows));
}

ls_status ls_network_create(ls_network **out, const ls_network_config *config)
{
  ls_network *n = ls_alloc(1, sizeof *n);

  *out = NULL;
  if (!n) {
    return LS_E_NOMEM;
  }
  n->layout = *config->layout;
  n->kernels = config->kernels;
  n->most_rows = config->most_rows;
  n->all_rows = config->common ? config->common_rows : config->most_rows;
  n->legs = config->legs;
  if (!allocate(n, config)) {
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
  ls_free(network->memory);
  ls_free(network->transposed);
  ls_free(network->last_transposed);
  ls_free(network->labels);
  ls_free(network->own_losses);
  ls_free(network->correct);
  ls_free(network->noise);
  ls_free(network->leg_ends);
  ls_free(network->begun);
  ls_free(network->private_deltas);
  ls_free(network->words);
  ls_free(network->columns);
  ls_free(network);
}

int64_t ls_network_bytes(const ls_network *network)
{
  return network->bytes;
}

void ls_network_begin(ls_network *network, int first)
{
  network->first = first;
}

// This rank's rows of a matrix.
static float *own(const ls_network *n, float *matrix, int columns)
{
  return matrix + (int64_t)n->first * ls_pad(columns);
}

static float *own_activations(const ls_network *n, int i)
{
  return own(n, n->activations[i], n->layout.layers[i].outputs);
}

static float *own_deltas(const ls_network *n, int i)
{
  return own(n, n->deltas[i], n->layout.layers[i].outputs);
}

float *ls_network_row(ls_network *network, int row)
{
  const int features = network->layout.layers[0].inputs;

  LS_ASSERT(network->first + row < network->all_rows);
  return own(network, network->inputs, features) + (int64_t)row * ls_pad(features);
}

uint8_t *ls_network_labels(ls_network *network)
{
  return network->labels;
}

float *ls_network_inputs_of(const ls_network *network, int layer)
{
  return layer == 0 ? network->inputs : network->activations[layer - 1];
}

static float *own_inputs_of(const ls_network *network, int i)
{
  return own(network, ls_network_inputs_of(network, i),
             network->layout.layers[i].inputs);
}

void ls_network_drop(ls_network *n, float *x, int layer, int B, double share,
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

void ls_network_sum_inputs(const ls_network *n, int i, const float *parameters,
                           float *out, const float *x, ls_span inputs, int B)
{
  const ls_kernels *k = n->kernels;
  const ls_layer *layer = &n->layout.layers[i];
  const int stride = ls_pad(layer->inputs), out_stride = ls_pad(layer->outputs);
  const float *weight = parameters + layer->weight + inputs.first * out_stride;
  const float *bias = inputs.first == 0 ? parameters + layer->bias : NULL;
  const int D = (int)inputs.count;

  x += inputs.first;
  if (i == 0 && n->words) {
    k->find_in_rows(n->words, x, stride, B, D);
    k->forward_sparse(out, x, stride, n->words, weight, bias, B, D, layer->outputs);
  } else {
    k->forward(out, x, stride, weight, bias, B, D, layer->outputs);
  }
}

// The sums of layer `i`, from what it sees.
static void run_layer(ls_network *n, const float *parameters, int i, int B)
{
  ls_network_sum_inputs(n, i, parameters, own_activations(n, i), own_inputs_of(n, i),
                        (ls_span){0, n->layout.layers[i].inputs}, B);
}

// From layer `first` on: those before have been run.
static void forward(ls_network *n, const float *parameters, int B, float smoothing,
                    const ls_dropout *dropout, int first)
{
  const ls_kernels *k = n->kernels;
  int last = n->layout.layer_count - 1;

  LS_ASSERT(B <= n->most_rows);
  n->kept_scale = (float)(1.0 / (1.0 - dropout->share));
  n->largest_input = 1.0 / (1.0 - dropout->inputs);
  if (dropout->inputs > 0) {
    ls_network_drop(n, own_inputs_of(n, 0), 0, B, dropout->inputs, dropout);
  }
  for (int i = 0; i <= last; i++) {
    const ls_layer *layer = &n->layout.layers[i];
    if (i >= first) {
      run_layer(n, parameters, i, B);
    }
    if (i < last) {
      k->relu_forward(own_activations(n, i), (int64_t)B * ls_pad(layer->outputs));
    }
    if (i < last && dropout->share > 0) {
      ls_network_drop(n, own_activations(n, i), i + 1, B, dropout->share, dropout);
    }
  }
  k->softmax_loss(own_deltas(n, last), n->losses + n->first, n->correct,
                  own_activations(n, last), n->labels, B,
                  n->layout.layers[last].outputs, smoothing);
}

void ls_network_forward(ls_network *network, const float *parameters, int B,
                        float smoothing)
{
  const ls_dropout none = {0};
  forward(network, parameters, B, smoothing, &none, 0);
}

void ls_network_forward_dropping(ls_network *network, const float *parameters, int B,
                                 float smoothing, const ls_dropout *dropout)
{
  forward(network, parameters, B, smoothing, dropout, 0);
}

void ls_network_forward_on(ls_network *network, const float *parameters, int B,
                           float smoothing, const ls_dropout *dropout)
{
  LS_ASSERT(dropout->inputs == 0);
  forward(network, parameters, B, smoothing, dropout, 1);
}

const float *ls_network_losses(const ls_network *network)
{
  return network->losses + network->first;
}

const float *ls_network_all_losses(const ls_network *network)
{
  return network->losses;
}

const uint8_t *ls_network_correct(const ls_network *network)
{
  return network->correct;
}

void ls_network_bring_back(const ls_network *n, int i, const float *weight_t, int row,
                           int B)
{
  const ls_kernels *k = n->kernels;
  const ls_layer *layer = &n->layout.layers[i];
  const int64_t first = (int64_t)row * ls_pad(layer->inputs);
  const int64_t count = (int64_t)B * ls_pad(layer->inputs);
  float *d = n->deltas[i - 1] + first;

  k->backward(d, n->deltas[i] + (int64_t)row * ls_pad(layer->outputs), weight_t, B,
              layer->inputs, layer->outputs);
  // A unit that was left out has an activation of +0.0, so its delta is +0.0 too.
  k->relu_backward(d, n->activations[i - 1] + first, count);
  if (n->kept_scale != 1.0f) {
    k->scale(d, count, n->kept_scale);
  }
}

void ls_network_backward(ls_network *network, const float *parameters, int B)
{
  const int last = network->layout.layer_count - 1;

  LS_ASSERT(network->transposed);
  for (int i = last; i > 0; i--) {
    const ls_layer *layer = &network->layout.layers[i];
    float *weight_t = i == last ? network->last_transposed : network->transposed;
    network->kernels->transpose(weight_t, parameters + layer->weight, layer->inputs,
                                layer->outputs);
    ls_network_bring_back(network, i, weight_t, network->first, B);
  }
}
