#include "model/network_private.h"

#include <float.h>

// The largest magnitude in some rows of a matrix; a NaN is the largest.
static double largest(const ls_network *n, const float *matrix, int columns, int row,
                      int end)
{
  const int64_t stride = ls_pad(columns);
  return (double)n->kernels->largest(matrix + row * stride, (end - row) * stride);
}

// The largest magnitude that a layer sees in some rows; a bias sees 1.
static double largest_seen(const ls_network *n, int layer, int row, int end)
{
  if (layer == 0) {
    return n->largest_input;
  }
  double x =
      largest(n, n->activations[layer - 1], n->layout.layers[layer].inputs, row, end);
  return x < 1.0 ? 1.0 : x; // a NaN stays
}

// Whether rows [row, end) of the batch's `rows` can add nothing but what stays finite.
static bool are_bounded(const ls_network *n, int row, int end, int64_t batch_rows)
{
  bool bounded = true;

  for (int i = 0; i < n->layout.layer_count; i++) {
    double x = largest_seen(n, i, row, end);
    double d = largest(n, n->deltas[i], n->layout.layers[i].outputs, row, end);
    // A NaN is in no bound; half of the range is room for the sum's rounding.
    bounded = bounded && (double)batch_rows * x * d <= (double)FLT_MAX / 2;
  }
  return bounded;
}

// What holds for all of them together holds for each, and is quicker seen.
bool ls_network_is_bounded(const ls_network *network, int B, int64_t batch_rows)
{
  const int first = network->first, end = first + B;
  bool bounded = are_bounded(network, first, end, batch_rows);

  for (int row = first; !bounded && row < end; row++) {
    if (!are_bounded(network, row, row + 1, batch_rows)) {
      return false;
    }
  }
  return true;
}
