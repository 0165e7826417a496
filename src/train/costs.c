#include "train/costs.h"

#include "base/alloc.h"
#include "math/kernels.h"
#include "train/density.h"

// Of a float beside one row's product: lists of rows, and the update.
static const double FLOAT_PRODUCTS = 6.0;

// Products that a float of the block from `place` on takes.
static double products_at(const ls_layout *layout, int64_t place, const double *shares,
                          double rows)
{
  const int64_t stride = ls_pad(layout->layers[0].outputs);
  const int64_t input = place / stride; // the first layer's weight lies first

  return input < layout->layers[0].inputs ? rows * shares[input] : rows;
}

ls_status ls_costs_create(double **costs, const ls_layout *layout, const int64_t *edges,
                          int edge_count, const ls_batch_plan *plan,
                          const ls_rows *training)
{
  const int64_t stride = ls_pad(layout->layers[0].outputs);
  double *shares = ls_alloc((size_t)training->features, sizeof *shares);
  double *found = ls_alloc((size_t)edge_count, sizeof *found);

  *costs = found;
  if (!shares || !found) {
    ls_free(shares);
    return LS_E_NOMEM;
  }
  ls_rows_shares(shares, training);
  for (int i = 0; i + 1 < edge_count; i++) {
    for (int64_t at = edges[i]; at < edges[i + 1]; at += stride) {
      const int64_t left = edges[i + 1] - at;
      found[i] += (double)(left < stride ? left : stride) *
                  (FLOAT_PRODUCTS +
                   products_at(layout, at, shares, (double)plan->global_batch));
    }
  }
  ls_free(shares);
  return LS_OK;
}
