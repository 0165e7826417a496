#include "model/layout.h"

#include "base/assert.h"
#include "base/random.h"
#include "base/sha256.h"
#include "math/kernels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void append_layer(ls_layout *layout, int inputs, int outputs)
{
  ls_layer *layer = &layout->layers[layout->layer_count++];

  layer->inputs = inputs;
  layer->outputs = outputs;
  layer->weight = layout->count;
  layer->bias = layer->weight + (int64_t)inputs * ls_pad(outputs);
  layout->count = layer->bias + ls_pad(outputs);
}

ls_status ls_layout_create(ls_layout *out, int features, const char *hidden,
                           int classes)
{
  const char *at = strcmp(hidden, "none") == 0 ? "" : hidden;
  int inputs = features;

  *out = (ls_layout){0};
  while (*at != '\0') {
    char *end = NULL;
    long width = strtol(at, &end, 10);
    if (at[strspn(at, "0123456789")] != *end || end == at || width < 1 ||
        width > LS_WIDTH_MAX || (*end != '\0' && (*end != ',' || end[1] == '\0'))) {
      return ls_fail(LS_E_ARG,
                     "--hidden '%s': expected widths from 1 to %d with commas, as "
                     "'256,128', or 'none'",
                     hidden, LS_WIDTH_MAX);
    }
    if (out->layer_count == LS_LAYERS_MAX - 1) {
      return ls_fail(LS_E_ARG, "--hidden '%s': more than %d layers", hidden,
                     LS_LAYERS_MAX - 1);
    }
    append_layer(out, inputs, (int)width);
    inputs = (int)width;
    at = *end == ',' ? end + 1 : end;
  }
  append_layer(out, inputs, classes);
  return LS_OK;
}

int ls_layout_tensor_count(const ls_layout *layout)
{
  return 2 * layout->layer_count;
}

ls_layout_tensor ls_layout_tensor_at(const ls_layout *layout, int index)
{
  const ls_layer *layer = &layout->layers[index / 2];
  bool is_weight = index % 2 == 0;
  bool is_last = index / 2 == layout->layer_count - 1;
  ls_layout_tensor tensor = {
      .activation = is_last ? "softmax" : "relu",
      .first = is_weight ? layer->weight : layer->bias,
      .rows = is_weight ? layer->inputs : layer->outputs,
      .columns = is_weight ? layer->outputs : 0,
      .stride = is_weight ? ls_pad(layer->outputs) : 1,
  };

  (void)snprintf(tensor.name, sizeof tensor.name, "layer%d/%s", index / 2,
                 is_weight ? "weight" : "bias");
  return tensor;
}

// Where tensor `index` begins, and the end behind the last.
static int64_t first_of(const ls_layout *layout, int index)
{
  if (index == 2 * layout->layer_count) {
    return layout->count;
  }
  const ls_layer *layer = &layout->layers[index / 2];
  return index % 2 == 0 ? layer->weight : layer->bias;
}

ls_span ls_layout_tensor_span(const ls_layout *layout, int index)
{
  int64_t first = first_of(layout, index);
  return (ls_span){first, first_of(layout, index + 1) - first};
}

int64_t ls_layout_parameter_count(const ls_layout *layout)
{
  int64_t count = 0;

  for (int i = 0; i < layout->layer_count; i++) {
    const ls_layer *layer = &layout->layers[i];
    count += ((int64_t)layer->inputs + 1) * layer->outputs;
  }
  return count;
}

int ls_layout_edges(const ls_layout *layout, int64_t *edges)
{
  int used = 0;

  for (int i = 0; i < ls_layout_tensor_count(layout); i++) {
    ls_span span = ls_layout_tensor_span(layout, i);
    for (int64_t at = 0; at < span.count; at += LS_BLOCK_FLOATS, used++) {
      if (edges) {
        edges[used] = span.first + at;
      }
    }
  }
  if (edges) {
    edges[used] = layout->count;
  }
  return used + 1;
}

// A weight's random number is that of its tensor, row and column alone, so padding and
// the order of filling do not matter.
static void init_weight(float *weight, const ls_layer *layer, uint64_t seed, int tensor)
{
  uint64_t stream = LS_RANDOM_WEIGHTS + ((uint64_t)tensor << 32);
  double sum = (double)layer->inputs + (double)layer->outputs;
  float limit = (float)sqrt(6.0 / sum);
  uint32_t words[4] = {0};

  for (int row = 0; row < layer->inputs; row++) {
    for (int column = 0; column < layer->outputs; column++) {
      uint64_t index = (uint64_t)row * (uint64_t)layer->outputs + (uint64_t)column;
      if (index % 4 == 0) {
        ls_random_words(words, seed, stream, index / 4);
      }
      float unit = ls_random_unit(words[index % 4]);
      weight[(int64_t)row * ls_pad(layer->outputs) + column] =
          (2.0f * unit - 1.0f) * limit;
    }
  }
}

void ls_layout_init(const ls_layout *layout, float *parameters, uint64_t seed)
{
  memset(parameters, 0, (size_t)layout->count * sizeof *parameters);
  for (int i = 0; i < layout->layer_count; i++) {
    init_weight(parameters + layout->layers[i].weight, &layout->layers[i], seed, 2 * i);
  }
}

ls_status ls_layout_digest(const ls_layout *layout, const float *parameters,
                           uint8_t digest[32])
{
  ls_sha256 *sha = NULL;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the digest is defined over little-endian floats"
#endif
  LS_TRY(ls_sha256_create(&sha));
  for (int i = 0; i < ls_layout_tensor_count(layout); i++) {
    ls_layout_tensor tensor = ls_layout_tensor_at(layout, i);
    const float *at = parameters + tensor.first;
    int64_t rows = tensor.columns ? tensor.rows : 1;
    int64_t row_floats = tensor.columns ? tensor.columns : tensor.rows;
    for (int64_t row = 0; row < rows; row++, at += tensor.stride) {
      ls_sha256_add(sha, at, (size_t)row_floats * sizeof *at);
    }
  }
  ls_sha256_destroy(digest, sha);
  return LS_OK;
}
