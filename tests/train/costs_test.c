#include "base/alloc.h"
#include "math/kernels.h"
#include "train/costs.h"
#include "train/density.h"
#include "unit.h"

#include <math.h>

enum { ROWS = 300, PIXELS = 96 };

static void assert_near(double found, double expected, double allowed)
{
  assert_true(fabs(found - expected) <= allowed);
}

// Of the first 32 pixels none is there, of the next 32 every second row's, then all.
static ls_rows thirds(uint8_t *images)
{
  for (int i = 0; i < ROWS; i++) {
    for (int pixel = 0; pixel < PIXELS; pixel++) {
      images[i * PIXELS + pixel] = pixel >= 64 || (pixel >= 32 && i % 2);
    }
  }
  return (ls_rows){.images = images, .count = ROWS, .features = PIXELS};
}

static void shares_are_of_rows_and_see_what_is_beside(void **state)
{
  uint8_t images[ROWS * PIXELS];
  double shares[PIXELS];

  (void)state;
  ls_rows rows = thirds(images);
  ls_rows_shares(shares, &rows);
  assert_near(shares[0], 0.0, 0.0);
  assert_near(shares[30], 0.0, 0.0);
  assert_near(shares[31], 0.5, 1e-6);
  assert_near(shares[40], 0.5, 1e-6);
  assert_near(shares[63], 1.0, 1e-6);
  assert_near(shares[PIXELS - 1], 1.0, 1e-6);
}

// 32 inputs of 32 outputs are a block; the second layer is dense.
static void blocks_cost_what_their_inputs_do(void **state)
{
  const ls_batch_plan plan = {.global_batch = 100, .shards = 8, .sample_count = ROWS};
  uint8_t images[ROWS * PIXELS];
  int64_t edges[16];
  double *costs = NULL;
  ls_layout layout;

  (void)state;
  ls_rows rows = thirds(images);
  assert_int_equal(ls_layout_create(&layout, PIXELS, "32", 10), LS_OK);
  int count = ls_layout_edges(&layout, edges);
  assert_int_equal(ls_costs_create(&costs, &layout, edges, count, &plan, &rows), LS_OK);
  assert_true(7 * costs[0] < costs[1]);
  assert_true(1.6 * costs[1] < costs[2] && costs[2] < 2 * costs[1]);
  // Behind the biases there are 32 x 16 floats of the second weight, all rows of them.
  assert_int_equal(edges[5] - edges[4], 512);
  assert_near(costs[4] / 512, costs[2] / 1024, costs[2] / 1024 * 0.02);
  ls_free(costs);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shares_are_of_rows_and_see_what_is_beside),
      cmocka_unit_test(blocks_cost_what_their_inputs_do),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
