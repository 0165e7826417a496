#include "train/sharing.h"

#include "math/kernels.h"
#include "model/network.h"
#include "model/network_rows.h"
#include "train/leaves.h"

#include <stdlib.h>
#include <string.h>

enum {
  BAND_INPUTS = 96,
  DENSE_RELAY_ROWS = 96 // more have so many products that it does not pay
};
// Of the first layer's products, those that are left where zeros are left out, about.
static const double PRODUCTS_LEFT = 0.4;

int ls_sharing_most_rows(const ls_batch_plan *plan, ls_span shards)
{
  // Shards of a full batch are within one row of B / L, those of a short one smaller.
  int64_t shard_rows = (plan->global_batch + plan->shards - 1) / plan->shards;
  return (int)(shard_rows * shards.count);
}

// Of one row.
static double gradient_products(const ls_layout *layout, bool sparse)
{
  const ls_layer *first = &layout->layers[0];
  double of_first = (double)first->inputs * ls_pad(first->outputs);

  return (double)layout->count - (sparse ? (1.0 - PRODUCTS_LEFT) * of_first : 0.0);
}

// Whoever updates a slice needs all rows' deltas, and of the inputs its own, instead of
// a partial gradient of the slice from everybody.
ls_reduction_rows ls_sharing_rows(const ls_layout *layout, const ls_batch_plan *plan,
                                  bool sparse, ls_reduction_relay relay)
{
  const int rows = (int)plan->global_batch;
  const bool too_many = !sparse && rows > DENSE_RELAY_ROWS;
  const int64_t floats = ls_network_common_floats(layout, rows, 1);
  const int64_t of_two = ls_network_common_floats(layout, rows, 2);
  const int64_t shard_floats = ls_sharing_most_rows(plan, (ls_span){0, 1}) *
                               ls_network_travelling_floats(layout);

  return (ls_reduction_rows){
      .inputs = ls_pad(layout->layers[0].inputs),
      .bytes = (size_t)floats * sizeof(float),
      .leg_bytes = (size_t)(of_two - floats) * sizeof(float),
      .shard_bytes = (size_t)shard_floats * sizeof(float),
      .count = rows,
      .products = rows * gradient_products(layout, sparse),
      .relay = relay == LS_RELAY_WHERE_QUICK && too_many ? LS_RELAY_NEVER : relay,
      .one_leaf = ls_leaves_are_one(plan)};
}

ls_status ls_sharing_exchange(ls_reduction_exchange *out)
{
  const char *asked_for = getenv("LOCKSTEP_EXCHANGE");

  *out = LS_EXCHANGE_BY_SPEED;
  for (int i = LS_EXCHANGE_SUMS; asked_for && i <= LS_EXCHANGE_FLAGS; i++) {
    if (strcmp(asked_for, ls_reduction_exchange_name((ls_reduction_exchange)i)) == 0) {
      *out = (ls_reduction_exchange)i;
      return LS_OK;
    }
  }
  return asked_for
             ? ls_fail(
                   LS_E_ARG,
                   "LOCKSTEP_EXCHANGE is '%s': expected rows, sums, rounds or flags",
                   asked_for)
             : LS_OK;
}

ls_status ls_sharing_relay(ls_reduction_relay *out)
{
  const char *word = getenv("LOCKSTEP_RELAY");

  *out = LS_RELAY_WHERE_QUICK;
  if (!word) {
    return LS_OK;
  }
  *out = strcmp(word, "0") == 0 ? LS_RELAY_NEVER : LS_RELAY_ALWAYS;
  return strcmp(word, "0") == 0 || strcmp(word, "1") == 0
             ? LS_OK
             : ls_fail(LS_E_ARG, "LOCKSTEP_RELAY is '%s': expected 0 or 1", word);
}

// A gradient needs a panel of its rows' deltas, which so many inputs are worth.
int64_t ls_sharing_band(const ls_layout *layout)
{
  int64_t widest = 0;

  for (int i = 0; i < layout->layer_count; i++) {
    int64_t row = ls_pad(layout->layers[i].outputs);
    widest = row > widest ? row : widest;
  }
  return BAND_INPUTS * widest;
}
