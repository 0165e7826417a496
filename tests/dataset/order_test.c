#include "base/alloc.h"
#include "data/order.h"
#include "unit.h"

#include <math.h>
#include <string.h>

enum { MNIST = 60000, BUCKETS = 100 };

// Fails where a sample stands at no position or at two.
static void check_permutation(uint64_t seed, int64_t epoch, int64_t count)
{
  ls_order order = ls_order_create(seed, epoch, count);
  uint8_t *seen = ls_alloc((size_t)count, 1);

  assert_non_null(seen);
  for (int64_t position = 0; position < count; position++) {
    int64_t sample = ls_order_at(&order, position);
    if (sample < 0 || sample >= count || seen[sample]++) {
      fail_msg("count %lld, position %lld: sample %lld again or outside",
               (long long)count, (long long)position, (long long)sample);
    }
  }
  ls_free(seen);
}

static void every_small_count_is_permuted(void **state)
{
  (void)state;
  for (int64_t count = 1; count <= 300; count++) {
    for (int64_t epoch = 0; epoch < 3; epoch++) {
      check_permutation(1, epoch, count);
    }
  }
}

static void awkward_counts_are_permuted(void **state)
{
  const int64_t counts[] = {997,   1024,  1025,  4095,  4096,  4097,
                            9973,  10000, 54999, 55000, 59999, MNIST,
                            60025, 60026, 65535, 65537, 99991, 250001};

  (void)state;
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    check_permutation(UINT64_MAX - i, (int64_t)i, counts[i]);
  }
}

static void huge_counts_stay_inside_and_apart(void **state)
{
  const int64_t count = ((int64_t)1 << 62) - 1;
  ls_order order = ls_order_create(7, UINT32_MAX, count);
  int64_t last = -1;

  (void)state;
  for (int64_t i = 0; i < 100; i++) {
    int64_t sample = ls_order_at(&order, count - 1 - i);
    assert_true(sample >= 0 && sample < count && sample != last);
    last = sample;
  }
}

static void an_order_depends_on_nothing_but_its_arguments(void **state)
{
  ls_order first = ls_order_create(5, 3, MNIST);
  ls_order second = ls_order_create(5, 3, MNIST);

  (void)state;
  assert_int_equal(ls_order_at(&first, 100), ls_order_at(&second, 100));
  assert_int_equal(ls_order_at(&first, 100), ls_order_at(&first, 100));
}

// The order decides the bits of every run, so it must never move by accident.
static void an_order_is_the_same_for_ever(void **state)
{
  const int64_t expected[] = {42510, 29211, 23334, 21496, 13263, 897, 41559, 39031};
  ls_order order = ls_order_create(1, 0, MNIST);

  (void)state;
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    assert_int_equal(ls_order_at(&order, (int64_t)i), expected[i]);
  }
}

// Chi-square minus its mean, in standard deviations, of a table that should be even.
static double deviation(const int64_t *cells, int count, double expected,
                        double freedom)
{
  double sum = 0.0;

  for (int i = 0; i < count; i++) {
    double difference = (double)cells[i] - expected;
    sum += difference * difference / expected;
  }
  return (sum - freedom) / sqrt(2.0 * freedom);
}

// 4.5 standard deviations: one in 150,000 for a fair order, and the seed is fixed.
static void positions_and_samples_are_unrelated(void **state)
{
  int64_t *cells = ls_alloc(BUCKETS * BUCKETS, sizeof *cells);
  const double freedom = (BUCKETS - 1.0) * (BUCKETS - 1.0);

  (void)state;
  assert_non_null(cells);
  for (int64_t epoch = 0; epoch < 15; epoch++) {
    ls_order order = ls_order_create(1, epoch, MNIST);
    memset(cells, 0, BUCKETS * BUCKETS * sizeof *cells);
    for (int64_t i = 0; i < MNIST; i++) {
      int64_t sample = ls_order_at(&order, i);
      cells[i / (MNIST / BUCKETS) * BUCKETS + sample / (MNIST / BUCKETS)]++;
    }
    double sigmas = deviation(cells, BUCKETS * BUCKETS, 6.0, freedom);
    if (fabs(sigmas) > 4.5) {
      fail_msg("epoch %lld is off by %g standard deviations", (long long)epoch, sigmas);
    }
  }
  ls_free(cells);
}

// Correlation of neighbours in an order, and of the same place in two orders; its
// standard deviation is 1/sqrt(MNIST) = 0.0041 for a fair order.
static double correlation(const ls_order *a, int64_t offset, const ls_order *b)
{
  const double mean = (MNIST - 1) / 2.0;
  const double variance = ((double)MNIST * MNIST - 1.0) / 12.0;
  double sum = 0.0;

  for (int64_t i = 0; i < MNIST; i++) {
    sum += ((double)ls_order_at(a, i) - mean) *
           ((double)ls_order_at(b, (i + offset) % MNIST) - mean);
  }
  return sum / MNIST / variance;
}

static void neighbours_are_unrelated(void **state)
{
  ls_order order = ls_order_create(1, 0, MNIST);
  // 245 is the width of the cipher's grid.
  const int64_t offsets[] = {1, 2, 7, 244, 245, 246, 490, 30000};

  (void)state;
  for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
    double r = correlation(&order, offsets[i], &order);
    if (fabs(r) > 0.018) {
      fail_msg("offset %lld correlates by %g", (long long)offsets[i], r);
    }
  }
}

static void epochs_and_seeds_are_unrelated(void **state)
{
  ls_order order = ls_order_create(1, 0, MNIST);

  (void)state;
  for (int64_t other = 1; other <= 10; other++) {
    ls_order epoch = ls_order_create(1, other, MNIST);
    ls_order seed = ls_order_create(1 + (uint64_t)other, 0, MNIST);
    assert_true(fabs(correlation(&order, 0, &epoch)) < 0.018);
    assert_true(fabs(correlation(&order, 0, &seed)) < 0.018);
  }
}

static void every_order_of_five_is_as_frequent(void **state)
{
  int64_t cells[3125] = {0};
  int64_t orders[120];
  int used = 0;

  (void)state;
  for (uint64_t seed = 0; seed < 24000; seed++) {
    ls_order order = ls_order_create(seed, 0, 5);
    int64_t name = 0;
    for (int64_t i = 0; i < 5; i++) {
      name = name * 5 + ls_order_at(&order, i);
    }
    cells[name]++;
  }
  for (int i = 0; i < 3125; i++) {
    if (cells[i] > 0) {
      assert_true(used < 120);
      orders[used++] = cells[i];
    }
  }
  // Few rounds leave some orders out or favour some.
  assert_int_equal(used, 120);
  assert_true(fabs(deviation(orders, 120, 200.0, 119.0)) < 4.5);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_small_count_is_permuted),
      cmocka_unit_test(awkward_counts_are_permuted),
      cmocka_unit_test(huge_counts_stay_inside_and_apart),
      cmocka_unit_test(an_order_depends_on_nothing_but_its_arguments),
      cmocka_unit_test(an_order_is_the_same_for_ever),
      cmocka_unit_test(positions_and_samples_are_unrelated),
      cmocka_unit_test(neighbours_are_unrelated),
      cmocka_unit_test(epochs_and_seeds_are_unrelated),
      cmocka_unit_test(every_order_of_five_is_as_frequent),
  };
  return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
