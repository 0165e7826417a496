/**
 * Softmax and its loss, for each table: the plain bits, and what a softmax is.
 */

#include "math/kernels.h"
#include "suite.h"
#include "unit.h"

#include <math.h>
#include <string.h>

enum { ROWS = 40, CLASSES = 256, COUNT = ROWS * CLASSES };

static const ls_kernels *plain;
static float logits[COUNT], loss[ROWS], d[COUNT];
static uint8_t labels[ROWS], correct[ROWS];

typedef void (*check)(const ls_kernels *k);

static void for_each_table(check check)
{
  check(plain);
  for (int t = 0; table_names[t]; t++) {
    const ls_kernels *k = ls_kernels_find(table_names[t]);
    if (k) {
      check(k);
    }
  }
}

static void fill(int C, content content)
{
  suite_fill(logits, ROWS, C, content, (uint64_t)C);
  for (int b = 0; b < ROWS; b++) {
    labels[b] = (uint8_t)(b * 7 % C);
    for (int c = C; c < ls_pad(C); c++) {
      logits[b * ls_pad(C) + c] = NAN; // nothing depends on it
    }
  }
}

static void compare_bits(const ls_kernels *k, int B, int C, float smoothing)
{
  float wanted_d[COUNT], wanted_loss[ROWS];
  uint8_t wanted_correct[ROWS];

  suite_mark(d, COUNT);
  suite_mark(wanted_d, COUNT);
  suite_mark(loss, ROWS);
  suite_mark(wanted_loss, ROWS);
  memset(correct, 7, ROWS);
  memset(wanted_correct, 7, ROWS);
  k->softmax_loss(d, loss, correct, logits, labels, B, C, smoothing);
  plain->softmax_loss(wanted_d, wanted_loss, wanted_correct, logits, labels, B, C,
                      smoothing);
  suite_assert_same(loss, wanted_loss, ROWS, "%s loss B %d C %d", k->name, B, C);
  suite_assert_same(d, wanted_d, COUNT, "%s d B %d C %d", k->name, B, C);
  assert_memory_equal(correct, wanted_correct, ROWS);
  suite_mark(loss, ROWS);
  k->softmax_loss(NULL, loss, correct, logits, labels, B, C, smoothing);
  suite_assert_same(loss, wanted_loss, ROWS, "%s no d B %d C %d", k->name, B, C);
}

static void check_bits(const ls_kernels *k)
{
  static const int classes[] = {1, 2, 3, 10, 15, 16, 17, 33, 100, 256};

  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++) {
    for (int B = 0; B <= ROWS; B += 1 + B / 9) {
      fill(classes[i], ORDINARY);
      compare_bits(k, B, classes[i], 0.0f);
      compare_bits(k, B, classes[i], 0.1f);
      fill(classes[i], SPECIAL);
      compare_bits(k, B, classes[i], 0.0f);
    }
  }
}

static void softmax_of_every_table_has_the_plain_bits(void **state)
{
  (void)state;
  for_each_table(check_bits);
}

// The slopes of a row sum to 0; each of C terms is off by a few places of one at most.
static void check_sums(const ls_kernels *k)
{
  fill(10, ORDINARY);
  k->softmax_loss(d, loss, correct, logits, labels, ROWS, 10, 0.2f);
  for (int b = 0; b < ROWS; b++) {
    double sum = 0.0;
    for (int c = 0; c < 10; c++) {
      sum += (double)d[b * 16 + c];
    }
    if (fabs(sum) > 10 * 0x1p-22) {
      fail_msg("%s: row %d sums to %g", k->name, b, sum);
    }
  }
}

static void probabilities_sum_to_one(void **state)
{
  (void)state;
  for_each_table(check_sums);
}

// Against double: -sum of target * log probability.
static void check_loss(const ls_kernels *k)
{
  const double smoothing = 0.25;

  fill(10, ORDINARY);
  k->softmax_loss(NULL, loss, correct, logits, labels, ROWS, 10, (float)smoothing);
  for (int b = 0; b < ROWS; b++) {
    double total = 0.0, mean = 0.0;
    for (int c = 0; c < 10; c++) {
      total += exp((double)logits[b * 16 + c]);
      mean += (double)logits[b * 16 + c] / 10;
    }
    double hit = log(total) - (double)logits[b * 16 + labels[b]];
    double wanted = (1 - smoothing) * hit + smoothing * (log(total) - mean);
    if (!(fabs((double)loss[b] - wanted) < 1e-6 * (1 + wanted))) {
      fail_msg("%s: loss of row %d is %g, not %g", k->name, b, (double)loss[b], wanted);
    }
  }
}

static void loss_is_the_cross_entropy(void **state)
{
  (void)state;
  for_each_table(check_loss);
}

// Whole numbers, so that the shift is exact and so must the answer be.
static void check_shift(const ls_kernels *k)
{
  float shifted[ROWS], first[COUNT];

  fill(10, ORDINARY);
  for (int i = 0; i < ROWS * 16; i++) {
    logits[i] = i % 16 < 10 ? roundf(logits[i] * 8) : 0.0f;
  }
  k->softmax_loss(first, loss, correct, logits, labels, ROWS, 10, 0.0f);
  for (int i = 0; i < ROWS * 16; i++) {
    logits[i] += i % 16 < 10 ? 1000.0f : 0.0f;
  }
  k->softmax_loss(d, shifted, correct, logits, labels, ROWS, 10, 0.0f);
  suite_assert_same(shifted, loss, ROWS, "%s shifted loss", k->name);
  suite_assert_same(d, first, ROWS * 16, "%s shifted d", k->name);
}

static void a_shift_of_all_logits_changes_nothing(void **state)
{
  (void)state;
  for_each_table(check_shift);
}

static void check_not_finite(const ls_kernels *k)
{
  const float wrong[] = {NAN, INFINITY, -INFINITY};

  for (int i = 0; i < 3 * 10 * 2; i++) {
    fill(10, ORDINARY);
    logits[5 * 16 + i / 3 % 10] = wrong[i % 3];
    k->softmax_loss(d, loss, correct, logits, labels, ROWS, 10, i < 30 ? 0.0f : 0.1f);
    for (int b = 0; b < ROWS; b++) {
      if ((b == 5) == (isfinite(loss[b]) != 0)) {
        fail_msg("%s: case %d, loss of row %d is %g", k->name, i, b, (double)loss[b]);
      }
    }
  }
}

static void a_logit_that_is_not_finite_shows_in_its_loss_alone(void **state)
{
  (void)state;
  for_each_table(check_not_finite);
}

static void check_correct(const ls_kernels *k)
{
  static const float row[16] = {1, 5, 2, 5, 0, -1, 5, 3, 4, 1};

  for (int b = 0; b < 10; b++) {
    memcpy(logits + b * 16, row, sizeof row);
    labels[b] = (uint8_t)b;
  }
  k->softmax_loss(NULL, loss, correct, logits, labels, 10, 10, 0.0f);
  for (int b = 0; b < 10; b++) {
    if (correct[b] != (b == 1)) {
      fail_msg("%s: label %d counts as %d", k->name, b, correct[b]);
    }
  }
}

static void only_the_first_of_equal_logits_is_correct(void **state)
{
  (void)state;
  for_each_table(check_correct);
}

static int set_up(void **state)
{
  (void)state;
  plain = ls_kernels_find("plain");
  return !plain;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(softmax_of_every_table_has_the_plain_bits),
      cmocka_unit_test(probabilities_sum_to_one),
      cmocka_unit_test(loss_is_the_cross_entropy),
      cmocka_unit_test(a_shift_of_all_logits_changes_nothing),
      cmocka_unit_test(a_logit_that_is_not_finite_shows_in_its_loss_alone),
      cmocka_unit_test(only_the_first_of_equal_logits_is_correct),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
