#include "base/assert.h"
#include "base/random.h"
#include "model/network_private.h"

#include <math.h>
#include <stddef.h>

enum { NOISE_BLOCK = 8 }; // numbers a block of ls_kernels.noise

void ls_network_turn(ls_network *network)
{
  float *inputs = network->inputs;

  LS_ASSERT(network->next_inputs != NULL);
  network->inputs = network->next_inputs;
  network->next_inputs = inputs;
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
