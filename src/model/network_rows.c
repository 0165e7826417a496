#include "model/network_rows.h"

#include "model/network_private.h"

#include <string.h>

// The matrices of rows that travel, one after the other: each hidden layer's
// activations and the layer's deltas after it, but for the last hidden layer, whose
// deltas come from the last one's.
static int matrix_count(const ls_layout *layout)
{
  return layout->layer_count == 1 ? 1 : 2 * (layout->layer_count - 1);
}

static int layer_of(const ls_layout *layout, int matrix)
{
  return matrix + 1 == matrix_count(layout) ? layout->layer_count - 1 : matrix / 2;
}

static int columns_of(const ls_layout *layout, int matrix)
{
  return ls_pad(layout->layers[layer_of(layout, matrix)].outputs);
}

static float *row_of(const ls_network *n, int matrix, int row)
{
  const bool is_last = matrix + 1 == matrix_count(&n->layout);
  const int layer = layer_of(&n->layout, matrix);
  float *first = !is_last && matrix % 2 == 0 ? n->activations[layer] : n->deltas[layer];

  return first + (int64_t)row * columns_of(&n->layout, matrix);
}

int64_t ls_network_travelling_floats(const ls_layout *layout)
{
  int64_t floats = 0;

  for (int i = 0; i < matrix_count(layout); i++) {
    floats += columns_of(layout, i);
  }
  return floats;
}

void ls_network_pack(const ls_network *network, char *out, int row, int end)
{
  for (int i = 0; i < matrix_count(&network->layout); i++) {
    size_t bytes =
        (size_t)(end - row) * (size_t)columns_of(&network->layout, i) * sizeof(float);
    memcpy(out, row_of(network, i, row), bytes);
    out += bytes;
  }
}

void ls_network_unpack(ls_network *network, const char *in, int row, int end)
{
  for (int i = 0; i < matrix_count(&network->layout); i++) {
    size_t bytes =
        (size_t)(end - row) * (size_t)columns_of(&network->layout, i) * sizeof(float);
    memcpy(row_of(network, i, row), in, bytes);
    in += bytes;
  }
  if (network->layout.layer_count > 1) {
    ls_network_bring_back(network, network->layout.layer_count - 1,
                          network->last_transposed, row, end - row);
  }
}

// Losses come first.
static size_t losses_bytes(int rows)
{
  return (size_t)rows * sizeof(float);
}

size_t ls_network_lent_bytes(const ls_layout *layout)
{
  return losses_bytes(1) + (size_t)ls_network_travelling_floats(layout) * sizeof(float);
}

void ls_network_pack_lent(const ls_network *network, char *out, int row, int end)
{
  memcpy(out, network->losses + row, losses_bytes(end - row));
  ls_network_pack(network, out + losses_bytes(end - row), row, end);
}

void ls_network_unpack_lent(ls_network *network, const char *in, int row, int end)
{
  memcpy(network->losses + row, in, losses_bytes(end - row));
  ls_network_unpack(network, in + losses_bytes(end - row), row, end);
}

float *ls_network_common_row(ls_network *network, int row)
{
  return network->inputs + (int64_t)row * ls_pad(network->layout.layers[0].inputs);
}

void ls_network_drop_inputs(ls_network *network, int row, int end,
                            const ls_dropout *dropout)
{
  if (dropout->inputs > 0) {
    ls_network_drop(network, ls_network_common_row(network, row), 0, end - row,
                    dropout->inputs, dropout);
  }
}
