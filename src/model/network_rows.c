#include "model/network_rows.h"

#include "model/network_private.h"

#include <string.h>

// The matrices of rows that travel, one after the other: each hidden layer's activations
// and deltas, and the last one's deltas.
static int matrix_count(const ls_layout *layout)
{
  return 2 * layout->layer_count - 1;
}

static int columns_of(const ls_layout *layout, int matrix)
{
  return ls_pad(layout->layers[matrix / 2].outputs);
}

static float *row_of(const ls_network *n, int matrix, int row)
{
  const int last = 2 * (n->layout.layer_count - 1);
  float *first = matrix < last && matrix % 2 == 0 ? n->activations[matrix / 2]
                                                  : n->deltas[matrix / 2];
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
