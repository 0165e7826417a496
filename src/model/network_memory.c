/**
 * What a network has in memory: matrices of its own, or those that ranks have in
 * common.
 */

#include "base/alloc.h"
#include "model/network_private.h"

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
  n->used = take(n, ls_sparse_words(inputs), sizeof *n->used);
  return n->words && n->columns && n->used;
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

// The last layer's sums, which nobody else reads.  Beside others' in common memory they
// would go to and fro even so: a core asks for the lines that follow what it uses.
static bool allocate_logits(ls_network *n)
{
  const int last = n->layout.layer_count - 1;

  if (last == 0) {
    return true; // these are what is handed on
  }
  n->private_logits = take(n, n->all_rows * ls_pad(n->layout.layers[last].outputs),
                           sizeof *n->private_logits);
  n->activations[last] = n->private_logits;
  return n->private_logits != NULL;
}

// What a rank has of the first layer, which nobody else reads if the second keeps it.
static bool allocate_sums(ls_network *n)
{
  n->handed = n->activations[0];
  if (!n->legs.keeps) {
    return true;
  }
  n->private_sums = take(n, n->all_rows * ls_pad(n->layout.layers[0].outputs),
                         sizeof *n->private_sums);
  n->activations[0] = n->private_sums;
  return n->private_sums != NULL;
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
  return n->leg_ends && n->begun && n->private_deltas && allocate_sums(n) &&
         allocate_logits(n);
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
  ls_free(network->private_sums);
  ls_free(network->private_deltas);
  ls_free(network->private_logits);
  ls_free(network->words);
  ls_free(network->columns);
  ls_free(network->used);
  ls_free(network);
}

int64_t ls_network_bytes(const ls_network *network)
{
  return network->bytes;
}
