/**
 * Products without the zeros of their inputs have the bits of those with them.
 */

#include "base/alloc.h"
#include "base/random.h"
#include "math/kernels.h"
#include "suite.h"
#include "unit.h"

#include <math.h>
#include <string.h>

enum { ROWS = 1100, WIDTH = 784, HEIGHT = 128, SHARDS_MAX = 13 };

static const ls_kernels *plain;
static float *x, *d, *weight, *bias, *actual, *expected;
static uint64_t *rows, *expected_rows;
static uint32_t *columns, *expected_columns;

// A share of the values of a matrix becomes zero, of either sign; some become tiny.
static void thin_out(float *values, int rows, int columns, uint32_t kept_of_100)
{
  for (int row = 0; row < rows; row++) {
    for (int i = 0; i < columns; i++) {
      uint32_t word[4];
      float *value = &values[(int64_t)row * ls_pad(columns) + i];
      ls_random_words(word, 5, 78, (uint64_t)row * 100000 + (uint64_t)i);
      if (word[0] % 100 >= kept_of_100) {
        *value = word[1] % 8 == 0 ? -0.0f : 0.0f;
      } else if (word[1] % 16 == 0) {
        *value = copysignf(1e-40f, *value);
      }
    }
  }
}

static void fill(int B, int D, int H, uint32_t kept_of_100)
{
  suite_fill(x, B, D, ORDINARY, 1);
  thin_out(x, B, D, kept_of_100);
  suite_fill(d, B, H, ORDINARY, 2);
  thin_out(d, B, H, 80);
  suite_fill(weight, D, H, ORDINARY, 3);
  suite_fill(bias, 1, H, ORDINARY, 4);
}

typedef void check(const ls_kernels *k);

static void for_each_table(check *check_table)
{
  check_table(plain);
  for (int i = 0; table_names[i]; i++) {
    const ls_kernels *k = ls_kernels_find(table_names[i]);
    if (k) {
      check_table(k);
    }
  }
}

static void find_in(const ls_kernels *k, int B, int D)
{
  const size_t row_bytes = (size_t)(B * ls_sparse_words(D)) * sizeof *rows;
  const int first = D / 3;
  const int inputs = D - first;

  memset(rows, 0xAA, row_bytes);
  plain->find_in_rows(expected_rows, x, ls_pad(D), B, D);
  k->find_in_rows(rows, x, ls_pad(D), B, D);
  assert_memory_equal(rows, expected_rows, row_bytes);
  plain->find_in_columns(expected_columns, x + first, ls_pad(D), B, inputs);
  k->find_in_columns(columns, x + first, ls_pad(D), B, inputs);
  for (int word = 0; word < ls_sparse_row_words(B); word++) {
    const int at = word * ls_pad(inputs);
    assert_memory_equal(columns + at, expected_columns + at,
                        (size_t)inputs * sizeof *columns);
  }
}

static void check_find(const ls_kernels *k)
{
  static const int widths[] = {1, 63, 64, 100, WIDTH};

  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    fill(70, widths[i], 1, 30);
    for (int B = 0; B <= 70; B += 7) {
      find_in(k, B, widths[i]);
    }
  }
  x[3] = NAN;
  find_in(k, 70, WIDTH);
  assert_true(rows[0] >> 3 & 1);
  k->find_in_columns(columns, x, WIDTH, 70, WIDTH);
  assert_true(columns[3] & 1);
}

// What relu has left tells where its slope is zero.
static void check_kept(const ls_kernels *k)
{
  static const int widths[] = {1, 16, 63, 64, 100, WIDTH};
  enum { B = 5 };

  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
    const int D = widths[i];
    const int64_t count = (int64_t)B * ls_pad(D);
    fill(B, D, 1, 60);
    suite_fill(actual, B, D, ORDINARY, 9);
    memcpy(expected, actual, (size_t)count * sizeof *actual);
    plain->relu_forward(x, count);
    plain->relu_backward(expected, x, count);
    plain->find_in_rows(rows, x, ls_pad(D), B, D);
    k->keep_found(actual, rows, B, D);
    suite_assert_same(actual, expected, count, "%s kept of %d", k->name, D);
  }
}

static void what_is_kept_is_where_something_was_found(void **state)
{
  (void)state;
  for_each_table(check_kept);
}

static void every_value_but_zero_is_found_in_its_row_and_column(void **state)
{
  (void)state;
  for_each_table(check_find);
}

static void check_forward(const ls_kernels *k)
{
  static const int shapes[][3] = {{0, 5, 10},    {1, 1, 1},    {5, 63, 17},
                                  {33, 64, 100}, {17, 65, 10}, {9, 784, 128},
                                  {3, 784, 200}};

  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    const int B = shapes[i][0], D = shapes[i][1], H = shapes[i][2];
    const int count = B * ls_pad(H);
    fill(B, D, H, 20);
    k->find_in_rows(rows, x, ls_pad(D), B, D);
    suite_mark(actual, count + 1);
    suite_mark(expected, count + 1);
    plain->forward(expected, x, ls_pad(D), weight, bias, B, D, H);
    k->forward_sparse(actual, x, ls_pad(D), rows, weight, bias, B, D, H);
    suite_assert_same(actual, expected, count + 1, "%s B %d D %d H %d", k->name, B, D,
                      H);
  }
}

static void forward_without_zeros_has_the_bits_of_forward(void **state)
{
  (void)state;
  for_each_table(check_forward);
}

// Chains that go on where earlier inputs have left them, in two or three parts.
static void check_parts(const ls_kernels *k)
{
  enum { B = 9, D = 100, H = 40, FLOATS = B * 48 };
  static float dense[FLOATS + 1];
  static const int bounds[][4] = {{0, 16, 48, D}, {0, 80, 96, D}, {0, 64, 64, D}};
  const int count = B * ls_pad(H), stride = ls_pad(D);

  for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
    fill(B, D, H, 20);
    suite_mark(actual, count + 1);
    suite_mark(dense, count + 1);
    suite_mark(expected, count + 1);
    plain->forward(expected, x, ls_pad(D), weight, bias, B, D, H);
    for (int part = 0; part < 3; part++) {
      const int first = bounds[i][part], inputs = bounds[i][part + 1] - first;
      k->find_in_rows(rows, x + first, stride, B, inputs);
      k->forward_sparse(actual, x + first, stride, rows, weight + first * ls_pad(H),
                        part == 0 ? bias : NULL, B, inputs, H);
      k->forward(dense, x + first, stride, weight + first * ls_pad(H),
                 part == 0 ? bias : NULL, B, inputs, H);
    }
    suite_assert_same(actual, expected, count + 1, "%s from %d", k->name, bounds[i][1]);
    suite_assert_same(dense, expected, count + 1, "%s, dense, from %d", k->name,
                      bounds[i][1]);
  }
}

static void a_chain_goes_on_where_it_was_left(void **state)
{
  (void)state;
  for_each_table(check_parts);
}

// A block of a gradient of some rows, with zeros and without.
static void compare_stored(const ls_kernels *k, const int *first_row, int shards, int D,
                           int H, int input, int output, bool posts)
{
  ls_gradient_block block = suite_gradient(D, H);
  float *to = actual + (int64_t)input * block.stride + output;

  suite_mark(actual, (int64_t)D * block.stride);
  suite_mark(expected, (int64_t)D * block.stride);
  block.inputs -= input;
  block.outputs -= output;
  plain->gradient(expected + (to - actual), x + input, d + output, first_row, shards,
                  &block);
  k->find_in_columns(columns, x + input, block.x_stride, first_row[shards],
                     block.inputs);
  block.columns = columns;
  block.columns_stride = ls_pad(block.inputs);
  block.posts = posts;
  k->gradient_sparse(to, x + input, d + output, first_row, shards, &block);
  suite_assert_same(actual, expected, (int64_t)D * block.stride,
                    "%s %d shards from row %d, D %d from %d, H %d from %d, %s", k->name,
                    shards, first_row[0], D, input, H, output,
                    posts ? "posted" : "stored");
}

// Posted or not, by turns: under emulation both would take too long.
static void compare_block(const ls_kernels *k, const int *first_row, int shards, int D,
                          int H, int input, int output)
{
  static unsigned turn;
  compare_stored(k, first_row, shards, D, H, input, output, turn++ % 2 == 0);
}

// Down a gradient at once, without zeros or with them, and after it has been stored.
static void compare_descent(const ls_kernels *k, const int *first_row, int shards,
                            int D, int H, float rate)
{
  const ls_descent descent = {rate, 1.0f / 37.0f};
  ls_gradient_block block = suite_gradient(D, H);
  const int64_t count = (int64_t)D * block.stride;

  suite_fill(expected, D, H, ORDINARY, 6);
  thin_out(expected, D, H, 80);
  plain->gradient(weight, x, d, first_row, shards, &block);
  plain->sgd(expected, weight, count, descent.rate, descent.scale);
  k->find_in_columns(columns, x, block.x_stride, first_row[shards], D);
  block.columns = columns;
  block.columns_stride = ls_pad(block.inputs);
  for (int sparse = 0; sparse < 2; sparse++) {
    suite_fill(actual, D, H, ORDINARY, 6);
    thin_out(actual, D, H, 80);
    (sparse ? k->descend_sparse : k->descend)(actual, x, d, first_row, shards, &block,
                                              &descent);
    suite_assert_same(actual, expected, count, "%s %s %d shards, D %d H %d, rate %g",
                      k->name, sparse ? "sparse" : "dense", shards, D, H, (double)rate);
  }
}

static void compare_cuts(const ls_kernels *k, int B, int D, int H)
{
  int first_row[SHARDS_MAX + 1];

  for (int shards = 0; shards <= SHARDS_MAX; shards++) {
    for (int pattern = 0; pattern < 3; pattern++) {
      suite_cut(first_row, shards, B, pattern);
      compare_block(k, first_row, shards, D, H, 0, 0);
      compare_descent(k, first_row, shards, D, H, 0.1f);
      compare_descent(k, first_row, shards, D, H, -0.1f);
      // A later run of shards, as a rank with several parts has.
      if (shards > 2) {
        compare_block(k, first_row + 2, shards - 2, D, H, D / 3, ls_pad(H / 2));
      }
    }
  }
}

static void check_gradient(const ls_kernels *k)
{
  static const int shapes[][3] = {
      {0, 5, 16}, {1, 1, 32}, {32, 17, 300}, {33, 13, 1040}, {70, 23, 160}};

  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
    for (uint32_t kept = 2; kept <= 100; kept += 49) {
      fill(shapes[i][0], shapes[i][1], shapes[i][2], kept);
      compare_cuts(k, shapes[i][0], shapes[i][1], shapes[i][2]);
    }
  }
}

static void gradient_and_descent_without_zeros_have_the_bits_with_them(void **state)
{
  (void)state;
  for_each_table(check_gradient);
}

static void check_many_rows(const ls_kernels *k)
{
  static const int first_row[] = {0, 500, 500, 700, ROWS};

  compare_block(k, first_row, 4, 10, 32, 0, 0);
  compare_descent(k, first_row, 4, 10, 32, 0.1f);
}

static void more_rows_than_a_list_holds_change_nothing(void **state)
{
  (void)state;
  fill(ROWS, 10, 32, 20);
  for_each_table(check_many_rows);
}

// The first product underflows to -0.0; the zero that follows would make it +0.0.
static void check_negative_zero(const ls_kernels *k)
{
  const int first_row[] = {0, 2};
  const uint32_t bits = 0;

  memset(x, 0, 2 * LS_PAD * sizeof *x);
  memset(d, 0, 2 * LS_PAD * sizeof *d);
  memset(weight, 0, 2 * LS_PAD * sizeof *weight);
  memset(bias, 0, LS_PAD * sizeof *bias);
  x[0] = 1e-30f;
  d[0] = weight[0] = -1e-30f;
  k->find_in_rows(rows, x, ls_pad(2), 1, 2);
  k->forward_sparse(actual, x, ls_pad(2), rows, weight, bias, 1, 2, 1);
  assert_memory_equal(actual, &bits, sizeof bits);
  k->forward(actual, x, ls_pad(2), weight, bias, 1, 2, 1);
  assert_memory_equal(actual, &bits, sizeof bits);
  k->find_in_columns(columns, x, LS_PAD, 2, 1);
  ls_gradient_block block = suite_gradient(1, 1);
  block.columns = columns;
  block.columns_stride = ls_pad(block.inputs);
  k->gradient_sparse(actual, x, d, first_row, 1, &block);
  assert_memory_equal(actual, &bits, sizeof bits);
  k->gradient(actual, x, d, first_row, 1, &block);
  assert_memory_equal(actual, &bits, sizeof bits);
}

static void a_sum_of_negative_zero_is_zero_with_and_without_zeros(void **state)
{
  (void)state;
  for_each_table(check_negative_zero);
}

static int set_up(void **state)
{
  size_t values = (size_t)ROWS * WIDTH;

  (void)state;
  plain = ls_kernels_find("plain");
  x = ls_alloc(values, sizeof *x);
  d = ls_alloc(values, sizeof *d);
  weight = ls_alloc((size_t)WIDTH * 2 * HEIGHT, sizeof *weight);
  bias = ls_alloc(16 * HEIGHT, sizeof *bias);
  actual = ls_alloc(values, sizeof *actual);
  expected = ls_alloc(values, sizeof *expected);
  rows = ls_alloc(ROWS * 13, sizeof *rows);
  expected_rows = ls_alloc(ROWS * 13, sizeof *rows);
  columns = ls_alloc(ROWS / 32 * WIDTH + WIDTH, sizeof *columns);
  expected_columns = ls_alloc(ROWS / 32 * WIDTH + WIDTH, sizeof *columns);
  return 0;
}

static int tear_down(void **state)
{
  float *floats[] = {x, d, weight, bias, actual, expected};

  (void)state;
  for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
    ls_free(floats[i]);
  }
  ls_free(rows);
  ls_free(expected_rows);
  ls_free(columns);
  ls_free(expected_columns);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_value_but_zero_is_found_in_its_row_and_column),
      cmocka_unit_test(what_is_kept_is_where_something_was_found),
      cmocka_unit_test(forward_without_zeros_has_the_bits_of_forward),
      cmocka_unit_test(a_chain_goes_on_where_it_was_left),
      cmocka_unit_test(gradient_and_descent_without_zeros_have_the_bits_with_them),
      cmocka_unit_test(more_rows_than_a_list_holds_change_nothing),
      cmocka_unit_test(a_sum_of_negative_zero_is_zero_with_and_without_zeros),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
