/**
 * Every table of kernels gives the bits of the plain one, for every shape and value.
 */

#include "base/alloc.h"
#include "math/kernels.h"
#include "suite.h"
#include "unit.h"

#include <string.h>

enum { ROWS = 40, WIDTH = 784, HEIGHT = 128, SLACK = 64, SHARDS_MAX = 13 };

static const int inputs[] = {1, 2, 7, 16, 17, 33, 128, 784};
static const int outputs[] = {1, 10, 16, 17, 100, 128};
static const int shard_counts[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13};
enum {
  INPUTS = sizeof inputs / sizeof *inputs,
  OUTPUTS = sizeof outputs / sizeof *outputs,
  COUNTS = sizeof shard_counts / sizeof *shard_counts
};

static const ls_kernels *plain;
static float *x, *d, *weight, *bias, *actual, *expected;

// Those beside the plain one that this processor runs; NULL ends them.
static const ls_kernels *all_tables[8];

// The same without plain-libm, the first, where its calls of fmaf would take too long.
static const ls_kernels *const *tables_for(int D, int H)
{
  return all_tables + (D * H > 17 * 33 ? 1 : 0);
}

typedef void (*comparison)(int D, int H, content content);

// Runs a comparison for each shape, with ordinary and odd values.
static void compare_all(comparison compare)
{
  for (int i = 0; i < INPUTS * OUTPUTS; i++) {
    compare(inputs[i / OUTPUTS], outputs[i % OUTPUTS], ORDINARY);
    compare(inputs[i / OUTPUTS], outputs[i % OUTPUTS], SPECIAL);
  }
}

static void mark(int64_t count)
{
  suite_mark(actual, count + SLACK);
  suite_mark(expected, count + SLACK);
}

static void forward_of_rows(const ls_kernels *k, int B, int D, int H)
{
  const int count = B * ls_pad(H);

  suite_mark(actual, count + SLACK);
  k->forward(actual, x, ls_pad(D), weight, bias, B, D, H);
  suite_assert_same(actual, expected, count, "%s B %d D %d H %d", k->name, B, D, H);
  suite_assert_same(actual + count, expected + ROWS * ls_pad(H), SLACK,
                    "%s beyond B %d D %d H %d", k->name, B, D, H);
}

static void compare_forward(int D, int H, content content)
{
  const ls_kernels *const *tables = tables_for(D, H);

  suite_fill(x, ROWS, D, content, 1);
  suite_fill(weight, D, H, content, 2);
  suite_fill(bias, 1, H, content, 3);
  // The plain bits of a row do not depend on the number of rows: once is enough.
  mark(ROWS * ls_pad(H));
  plain->forward(expected, x, ls_pad(D), weight, bias, ROWS, D, H);
  for (int t = 0; tables[t]; t++) {
    for (int B = 0; B <= ROWS; B++) {
      forward_of_rows(tables[t], B, D, H);
    }
  }
}

static void forward_of_every_table_has_the_plain_bits(void **state)
{
  (void)state;
  compare_all(compare_forward);
}

static void compare_backward(int D, int H, content content)
{
  const ls_kernels *const *tables = tables_for(D, H);

  suite_fill(d, ROWS, H, content, 4);
  suite_fill(weight, H, D, content, 5);
  mark(ROWS * ls_pad(D));
  plain->backward(expected, d, weight, ROWS, D, H);
  for (int t = 0; tables[t]; t++) {
    for (int B = 0; B <= ROWS; B += 1 + B / 8) {
      suite_mark(actual, ROWS * ls_pad(D));
      tables[t]->backward(actual, d, weight, B, D, H);
      suite_assert_same(actual, expected, B * ls_pad(D), "%s B %d D %d H %d",
                        tables[t]->name, B, D, H);
    }
  }
}

static void backward_of_every_table_has_the_plain_bits(void **state)
{
  (void)state;
  compare_all(compare_backward);
}

static void compare_transpose(int D, int H, content content)
{
  const ls_kernels *const *tables = tables_for(D, H);

  suite_fill(weight, D, H, content, 6);
  for (int t = 0; tables[t]; t++) {
    mark(H * ls_pad(D));
    plain->transpose(expected, weight, D, H);
    tables[t]->transpose(actual, weight, D, H);
    suite_assert_same(actual, expected, H * ls_pad(D) + SLACK, "%s D %d H %d",
                      tables[t]->name, D, H);
  }
}

static void transpose_of_every_table_has_the_plain_bits(void **state)
{
  (void)state;
  compare_all(compare_transpose);
}

static void compare_cut(int B, int D, int H, int shards, int pattern)
{
  const ls_kernels *const *tables = tables_for(D, H);
  const int count = D * ls_pad(H);
  int first_row[SHARDS_MAX + 1];

  suite_cut(first_row, shards, B, pattern);
  const ls_gradient_block all = suite_gradient(D, H);

  mark(count);
  plain->gradient(expected, x, d, first_row, shards, &all);
  for (int t = 0; tables[t]; t++) {
    suite_mark(actual, count);
    tables[t]->gradient(actual, x, d, first_row, shards, &all);
    suite_assert_same(actual, expected, count + SLACK, "%s B %d D %d H %d cut %d/%d",
                      tables[t]->name, B, D, H, shards, pattern);
  }
  mark(ls_pad(H));
  plain->gradient_bias(expected, d, first_row, shards, &all);
  for (int t = 0; tables[t]; t++) {
    suite_mark(actual, ls_pad(H));
    tables[t]->gradient_bias(actual, d, first_row, shards, &all);
    suite_assert_same(actual, expected, ls_pad(H) + SLACK,
                      "%s bias B %d H %d cut %d/%d", tables[t]->name, B, H, shards,
                      pattern);
  }
}

// Small shapes meet every number of shards with every number of rows, large ones some.
static void compare_gradient(int D, int H, content content)
{
  const int step = D * H <= 17 * 17 ? 1 : D * H <= 33 * 128 ? 5 : 11;

  suite_fill(x, ROWS, D, content, 7);
  suite_fill(d, ROWS, H, content, 8);
  for (int B = 0; B <= ROWS; B++) {
    for (int i = B % step; i < COUNTS; i += step) {
      compare_cut(B, D, H, shard_counts[i], (B + i) % 2 * (1 + B));
    }
  }
}

static void gradient_of_every_table_has_the_plain_bits(void **state)
{
  (void)state;
  compare_all(compare_gradient);
}

// Batches as they are trained with: all shards of one size.
static void gradient_of_equal_shards_has_the_plain_bits(void **state)
{
  (void)state;
  suite_fill(x, ROWS, 33, ORDINARY, 9);
  suite_fill(d, ROWS, 100, ORDINARY, 10);
  for (int shards = 1; shards <= SHARDS_MAX; shards++) {
    for (int each = 1; each * shards <= ROWS; each++) {
      compare_cut(each * shards, 33, 100, shards, 0);
    }
  }
}

// Any block of inputs and whole pads of outputs is that part of the whole.
static void compare_block(const ls_kernels *k, int shards, int input, int output)
{
  enum { B = 24, D = 100, H = 120, INPUTS = 44, OUTPUTS = 80 };
  const ls_gradient_block all = suite_gradient(D, H);
  const ls_gradient_block block = {.inputs = INPUTS,
                                   .outputs = OUTPUTS,
                                   .x_stride = all.x_stride,
                                   .stride = all.stride};
  int first_row[SHARDS_MAX + 1];

  suite_fill(x, B, D, ORDINARY, 11);
  suite_fill(d, B, H, ORDINARY, 12);
  suite_cut(first_row, shards, B, 0);
  plain->gradient(expected, x, d, first_row, shards, &all);
  suite_mark(actual, D * all.stride);
  k->gradient(actual + input * all.stride + output, x + input, d + output, first_row,
              shards, &block);
  for (int row = 0; row < INPUTS; row++) {
    int at = (input + row) * all.stride + output;
    suite_assert_same(actual + at, expected + at, OUTPUTS, "%s row %d from %d, %d",
                      k->name, row, input, output);
  }
  k->gradient_bias(actual, d + output, first_row, shards, &block);
  plain->gradient_bias(expected, d, first_row, shards, &all);
  suite_assert_same(actual, expected + output, OUTPUTS, "%s bias", k->name);
}

static void a_block_of_a_gradient_is_that_part_of_the_whole(void **state)
{
  (void)state;
  for (int t = 0; all_tables[t]; t++) {
    for (int shards = 1; shards <= 8; shards++) {
      compare_block(all_tables[t], shards, 0, 48);
      compare_block(all_tables[t], shards, 56, 0);
      compare_block(all_tables[t], shards, 7, 16);
    }
  }
}

static int set_up(void **state)
{
  (void)state;
  plain = ls_kernels_find("plain");
  for (int i = 0, t = 0; table_names[i]; i++) {
    all_tables[t] = ls_kernels_find(table_names[i]);
    t += all_tables[t] != NULL;
  }
  x = ls_alloc(ROWS * WIDTH, sizeof *x);
  d = ls_alloc(ROWS * WIDTH, sizeof *d);
  weight = ls_alloc(WIDTH * WIDTH, sizeof *weight);
  bias = ls_alloc(WIDTH, sizeof *bias);
  actual = ls_alloc(WIDTH * HEIGHT + SLACK, sizeof *actual);
  expected = ls_alloc(WIDTH * HEIGHT + SLACK, sizeof *expected);
  return !plain || !x || !d || !weight || !bias || !actual || !expected;
}

static int tear_down(void **state)
{
  (void)state;
  float *all[] = {x, d, weight, bias, actual, expected};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    ls_free(all[i]);
  }
  return ls_alloc_live() != 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(forward_of_every_table_has_the_plain_bits),
      cmocka_unit_test(backward_of_every_table_has_the_plain_bits),
      cmocka_unit_test(transpose_of_every_table_has_the_plain_bits),
      cmocka_unit_test(gradient_of_every_table_has_the_plain_bits),
      cmocka_unit_test(gradient_of_equal_shards_has_the_plain_bits),
      cmocka_unit_test(a_block_of_a_gradient_is_that_part_of_the_whole),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
