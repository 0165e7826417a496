#include "train/sharing.h"

#include "math/kernels.h"
#include "model/network.h"
#include "model/network_rows.h"
#include "train/leaves.h"

#include <stdlib.h>
#include <string.h>

enum {
  BAND_INPUTS = 96,
  DENSE_RELAY_ROWS = 96, // more have so many products that it does not pay
  LEAST_BELOW = 8,       // times the work above the first layer
  LOANS_FLOATS = 1 << 20 // more are read from memory once more for the rows lent
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

// 0 where the last rank would have too much, with all that is above the first layer.
static int64_t input_floats(const ls_layout *layout, bool sparse)
{
  const int64_t floats = ls_pad(layout->layers[0].outputs);
  const double first = (double)(layout->layers[0].inputs * floats);
  const double above = (double)layout->count - first;

  return above * LEAST_BELOW <= first * (sparse ? PRODUCTS_LEFT : 1.0) ? floats : 0;
}

static ls_reduction_help unless(ls_reduction_help asked, bool is_slow)
{
  return asked == LS_HELP_WHERE_QUICK && is_slow ? LS_HELP_NEVER : asked;
}

// Rows that are handed on at a time: more are waited for longer, and fewer than a tile
// take longer.  Where zeros are left out there are no tiles, and of four groups or more
// those of more rows read weights less often.
static int relay_rows(int rows, bool sparse, int tile_rows)
{
  enum { FEW = 6, MANY = 8, GROUPS = 4 };

  if (rows < GROUPS * MANY) {
    return FEW;
  }
  return sparse || tile_rows >= MANY ? MANY : FEW;
}

// Whoever updates a slice needs all rows' deltas, and of the inputs its own, instead of
// a partial gradient of the slice from everybody.
ls_reduction_rows ls_sharing_rows(const ls_layout *layout, const ls_batch_plan *plan,
                                  bool sparse, int tile_rows, const ls_sharing *asked)
{
  const int rows = (int)plan->global_batch;
  const int64_t floats = ls_network_common_floats(layout, rows, 1);
  const int64_t of_two = ls_network_common_floats(layout, rows, 2);
  const int64_t row_floats = ls_network_travelling_floats(layout);
  const int64_t shard_floats = ls_sharing_most_rows(plan, (ls_span){0, 1}) * row_floats;

  return (ls_reduction_rows){
      .inputs = ls_pad(layout->layers[0].inputs),
      .input_floats = input_floats(layout, sparse),
      .all_input_floats = ls_layout_tensor_span(layout, 0).count,
      .bytes = (size_t)floats * sizeof(float),
      .leg_bytes = (size_t)(of_two - floats) * sizeof(float),
      .shard_bytes = (size_t)shard_floats * sizeof(float),
      .row_bytes = ls_network_lent_bytes(layout),
      .count = rows,
      .products = rows * gradient_products(layout, sparse),
      .relay_rows = relay_rows(rows, sparse, tile_rows),
      .relay = unless(asked->relay, !sparse && rows > DENSE_RELAY_ROWS),
      .loans = unless(asked->loans, layout->count > LOANS_FLOATS),
      .one_leaf = ls_leaves_are_one(plan)};
}

static ls_status read_exchange(ls_reduction_exchange *out)
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

static ls_status read_help(ls_reduction_help *out, const char *variable)
{
  const char *word = getenv(variable);

  *out = LS_HELP_WHERE_QUICK;
  if (!word) {
    return LS_OK;
  }
  *out = strcmp(word, "0") == 0 ? LS_HELP_NEVER : LS_HELP_ALWAYS;
  return strcmp(word, "0") == 0 || strcmp(word, "1") == 0
             ? LS_OK
             : ls_fail(LS_E_ARG, "%s is '%s': expected 0 or 1", variable, word);
}

ls_status ls_sharing_read(ls_sharing *out)
{
  LS_TRY(read_exchange(&out->exchange));
  LS_TRY(read_help(&out->relay, "LOCKSTEP_RELAY"));
  return read_help(&out->loans, "LOCKSTEP_LOANS");
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
