/**
 * Products too large for one panel: the plain bits there too.
 */

#include "base/alloc.h"
#include "math/kernels.h"
#include "suite.h"
#include "unit.h"

enum { FLOATS = 1 << 19, SHARDS_MAX = 8 };

static const ls_kernels *plain;
static float *left, *right, *bias, *actual, *expected;

// More inputs than a block, more rows than share a panel, a matrix that is not near.
static void forward_of_many_blocks_has_the_plain_bits(void **state)
{
  (void)state;
  const int B = 250, D = 1601, H = 144;

  suite_fill(left, B, D, ORDINARY, 1);
  suite_fill(right, D, H, ORDINARY, 2);
  suite_fill(bias, 1, H, ORDINARY, 3);
  suite_mark(expected, FLOATS);
  plain->forward(expected, left, ls_pad(D), right, bias, B, D, H);
  for (int t = 0; table_names[t]; t++) {
    const ls_kernels *k = ls_kernels_find(table_names[t]);
    if (k) {
      suite_mark(actual, FLOATS);
      k->forward(actual, left, ls_pad(D), right, bias, B, D, H);
      suite_assert_same(actual, expected, FLOATS, "%s", k->name);
    }
  }
}

static void compare_gradient(int B, int D, int H, int shards, int pattern)
{
  const ls_gradient_block all = suite_gradient(D, H);
  int first_row[SHARDS_MAX + 1];

  suite_fill(left, B, D, ORDINARY, 4);
  suite_fill(right, B, H, ORDINARY, 5);
  suite_cut(first_row, shards, B, pattern);
  suite_mark(expected, FLOATS);
  plain->gradient(expected, left, right, first_row, shards, &all);
  for (int t = 0; table_names[t]; t++) {
    const ls_kernels *k = ls_kernels_find(table_names[t]);
    if (k) {
      suite_mark(actual, FLOATS);
      k->gradient(actual, left, right, first_row, shards, &all);
      suite_assert_same(actual, expected, FLOATS, "%s B %d", k->name, B);
    }
  }
}

static void gradient_of_many_panels_has_the_plain_bits(void **state)
{
  (void)state;
  compare_gradient(600, 100, 300, 5, 0);
  compare_gradient(600, 100, 300, 8, 3);
}

static void gradient_of_more_rows_than_a_panel_holds_has_the_plain_bits(void **state)
{
  (void)state;
  compare_gradient(5000, 20, 64, 8, 0);
}

static int set_up(void **state)
{
  (void)state;
  plain = ls_kernels_find("plain");
  left = ls_alloc(FLOATS, sizeof *left);
  right = ls_alloc(FLOATS, sizeof *right);
  bias = ls_alloc(FLOATS, sizeof *bias);
  actual = ls_alloc(FLOATS, sizeof *actual);
  expected = ls_alloc(FLOATS, sizeof *expected);
  return !plain || !left || !right || !bias || !actual || !expected;
}

static int tear_down(void **state)
{
  (void)state;
  float *all[] = {left, right, bias, actual, expected};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    ls_free(all[i]);
  }
  return ls_alloc_live() != 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forward_of_many_blocks_has_the_plain_bits),
      cmocka_unit_test(gradient_of_many_panels_has_the_plain_bits),
      cmocka_unit_test(gradient_of_more_rows_than_a_panel_holds_has_the_plain_bits),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
