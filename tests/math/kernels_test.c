/**
 * What the kernels compute, for each table: properties, accuracy, special values; and,
 * for what has no shape, the plain table's bits.
 */

#include "base/alloc.h"
#include "math/kernels.h"
#include "suite.h"
#include "unit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 1008 }; // in whole pads

static const ls_kernels *plain;

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

static void check_elementwise(const ls_kernels *k)
{
  static float a[COUNT], b[COUNT], got[COUNT], wanted[COUNT];

  for (int n = 0; n <= 70; n++) {
    suite_fill(a, 1, n, SPECIAL, 1);
    suite_fill(b, 1, n, SPECIAL, 2);
    memcpy(got, a, sizeof a);
    memcpy(wanted, a, sizeof a);
    k->relu_forward(got, n);
    plain->relu_forward(wanted, n);
    suite_assert_same(got, wanted, COUNT, "%s relu of %d", k->name, n);
    k->relu_backward(got, b, n);
    plain->relu_backward(wanted, b, n);
    suite_assert_same(got, wanted, COUNT, "%s relu' of %d", k->name, n);
    k->add(got, got, b, n);
    plain->add(wanted, wanted, b, n);
    suite_assert_same(got, wanted, COUNT, "%s add of %d", k->name, n);
    k->sgd(got, b, n, 0.1f, 1.0f / 3.0f);
    plain->sgd(wanted, b, n, 0.1f, 1.0f / 3.0f);
    suite_assert_same(got, wanted, COUNT, "%s sgd of %d", k->name, n);
  }
}

static void elementwise_kernels_have_the_plain_bits(void **state)
{
  (void)state;
  for_each_table(check_elementwise);
}

static void check_post(const ls_kernels *k)
{
  static _Alignas(LS_ALIGNMENT) float in[COUNT], out[COUNT], wanted[COUNT];

  suite_fill(in, 1, COUNT, SPECIAL, 3);
  for (int n = 0; n <= 8 * LS_PAD; n += LS_PAD) {
    suite_mark(out, COUNT);
    suite_mark(wanted, COUNT);
    memcpy(wanted + LS_PAD, in, (size_t)n * sizeof *in);
    k->post(out + LS_PAD, in, n);
    suite_assert_same(out, wanted, COUNT, "%s post of %d", k->name, n);
  }
}

static void posts_are_copies(void **state)
{
  (void)state;
  for_each_table(check_post);
}

static void check_relu(const ls_kernels *k)
{
  float x[] = {-1.0f, -0.0f, 0.0f, 1e-45f, NAN, INFINITY, -INFINITY, 2.0f, -1e-45f};
  float dx[] = {3, 3, -3, -3, 3, 3, 3, 3, 3};
  const float wanted[] = {0, 0, 0, 1e-45f, NAN, INFINITY, 0, 2.0f, 0};
  const float slopes[] = {0, 0, 0, -3, 3, 3, 0, 3, 0};

  k->relu_forward(x, 9);
  suite_assert_same(x, wanted, 9, "%s relu", k->name);
  k->relu_backward(dx, wanted, 9);
  suite_assert_same(dx, slopes, 9, "%s relu'", k->name);
}

static void relu_clears_what_is_not_above_zero_and_keeps_nan(void **state)
{
  (void)state;
  for_each_table(check_relu);
}

static void check_bytes(const ls_kernels *k)
{
  uint8_t bytes[256];
  float got[256 + 1], wanted[256 + 1];

  for (int i = 0; i < 256; i++) {
    bytes[i] = (uint8_t)i;
    wanted[i] = (float)i / 255.0f;
  }
  for (int n = 0; n <= 256; n++) {
    suite_mark(got, 257);
    suite_mark(wanted + 256, 1);
    k->unit_from_bytes(got, bytes, n);
    suite_assert_same(got, wanted, n, "%s bytes", k->name);
    suite_assert_same(got + n, wanted + 256, 1, "%s beyond %d bytes", k->name, n);
  }
}

static void unit_from_bytes_is_division_for_all_256(void **state)
{
  (void)state;
  for_each_table(check_bytes);
}

// The distance in units of the last place of the wanted value.
static double ulps(float got, double wanted)
{
  int exponent;

  frexp(wanted, &exponent);
  exponent = exponent < -125 ? -125 : exponent;
  return fabs((double)got - wanted) / ldexp(1.0, exponent - 24);
}

static void check_exponential(const ls_kernels *k)
{
  static float x[COUNT], got[COUNT], wanted[COUNT];

  for (int block = 0; block < 1000; block++) {
    for (int i = 0; i < COUNT; i++) {
      // Dense near 0, and down to where nothing is left.
      float share = (float)(block * COUNT + i) / 1e6f;
      x[i] = block % 2 ? -104.0f * share : -3.0f * share * share;
    }
    k->exponential(got, x, COUNT);
    plain->exponential(wanted, x, COUNT);
    suite_assert_same(got, wanted, COUNT, "%s exponential", k->name);
    for (int i = 0; i < COUNT; i++) {
      if (!(ulps(got[i], exp((double)x[i])) < 1.1)) {
        fail_msg("%s: exp(%a) is %a", k->name, (double)x[i], (double)got[i]);
      }
    }
  }
}

static void exponential_is_right_to_about_one_last_place(void **state)
{
  (void)state;
  for_each_table(check_exponential);
}

static void check_exponential_ends(const ls_kernels *k)
{
  const float x[] = {0.0f, -0.0f, -104.0f, -105.0f, -3e38f, -INFINITY, NAN, -103.0f};
  const float wanted[] = {1, 1, 0, 0, 0, 0, NAN, 0x1p-149f};
  float got[8];

  k->exponential(got, x, 7);
  suite_assert_same(got, wanted, 7, "%s exponential", k->name);
}

static void exponential_of_the_ends_is_exact(void **state)
{
  (void)state;
  for_each_table(check_exponential_ends);
}

static void check_logarithm(const ls_kernels *k)
{
  static float x[COUNT], got[COUNT], wanted[COUNT];

  for (int block = 0; block < 1000; block++) {
    for (int i = 0; i < COUNT; i++) {
      float share = (float)(block * COUNT + i) / 1e6f;
      x[i] = block % 2 ? 1.0f + 255.0f * share : 1.0f + share * share * share;
    }
    k->logarithm(got, x, COUNT);
    plain->logarithm(wanted, x, COUNT);
    suite_assert_same(got, wanted, COUNT, "%s logarithm", k->name);
    for (int i = 0; i < COUNT; i++) {
      if (!(ulps(got[i], log((double)x[i])) < 2.0)) {
        fail_msg("%s: log(%a) is %a", k->name, (double)x[i], (double)got[i]);
      }
    }
  }
  const float ends[] = {1.0f, NAN, INFINITY};
  k->logarithm(got, ends, 3);
  assert_true(got[0] == 0.0f && isnan(got[1]) && isnan(got[2]));
}

static void logarithm_is_right_to_two_last_places(void **state)
{
  (void)state;
  for_each_table(check_logarithm);
}

static void check_largest(const ls_kernels *k)
{
  enum { COUNT = 5 * 16 };
  static float x[COUNT];
  const float values[] = {3.0f, -3e38f, INFINITY, -INFINITY};

  suite_fill(x, 5, 16, ORDINARY, 1);
  for (int i = 0; i < COUNT; i++) {
    x[i] = x[i] / 1e6f;
  }
  assert_true(k->largest(x, 0) == 0.0f);
  for (int i = 0; i < COUNT; i++) {
    float kept = x[i];
    for (int v = 0; v < 4; v++) {
      x[i] = values[v];
      if (k->largest(x, COUNT) != fabsf(values[v])) {
        fail_msg("%s: %g at %d is not seen", k->name, (double)values[v], i);
      }
    }
    x[i] = -NAN;
    x[(i + 31) % COUNT] += INFINITY;
    assert_true(isnan(k->largest(x, COUNT)));
    x[i] = kept;
    x[(i + 31) % COUNT] = 0.0f;
  }
}

static void largest_sees_every_place_and_a_nan_before_infinity(void **state)
{
  (void)state;
  for_each_table(check_largest);
}

// forward(x, a w) = a forward(x, w) exactly for a power of two, and the sum of two
// products is the product of the sum to rounding: D terms, each off by half a place.
static void check_linear(const ls_kernels *k)
{
  enum { D = 100, H = 20, P = 32 };
  static float x[5 * 112], v[D * P], w[D * P], sum[D * P], out[4][5 * P];
  const float zero[P] = {0};

  suite_fill(x, 5, D, ORDINARY, 1);
  suite_fill(v, D, H, ORDINARY, 2);
  suite_fill(w, D, H, ORDINARY, 3);
  k->add(sum, v, w, D * P);
  k->forward(out[0], x, ls_pad(D), v, zero, 5, D, H);
  k->forward(out[1], x, ls_pad(D), w, zero, 5, D, H);
  k->forward(out[2], x, ls_pad(D), sum, zero, 5, D, H);
  k->add(v, v, v, D * P);
  k->forward(out[3], x, ls_pad(D), v, zero, 5, D, H);
  for (int i = 0; i < 5 * P; i++) {
    float error = fabsf(out[0][i] + out[1][i] - out[2][i]);
    if (out[3][i] != 2.0f * out[0][i] || error > D * 4.0f * 0x1p-23f) {
      fail_msg("%s: not linear at %d, off by %g", k->name, i, (double)error);
    }
  }
}

static void forward_is_linear_in_the_weights(void **state)
{
  (void)state;
  for_each_table(check_linear);
}

static int set_up(void **state)
{
  (void)state;
  plain = ls_kernels_find("plain");
  return !plain;
}

static void find_obeys_the_environment_and_refuses_the_unknown(void **state)
{
  (void)state;
  assert_int_equal(setenv("LOCKSTEP_ISA", "plain-libm", 1), 0);
  assert_ptr_equal(ls_kernels_find(NULL), ls_kernels_find("plain-libm"));
  assert_int_equal(setenv("LOCKSTEP_ISA", "abacus", 1), 0);
  assert_null(ls_kernels_find(NULL));
  assert_int_equal(unsetenv("LOCKSTEP_ISA"), 0);
  assert_non_null(ls_kernels_find(NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(elementwise_kernels_have_the_plain_bits),
      cmocka_unit_test(posts_are_copies),
      cmocka_unit_test(relu_clears_what_is_not_above_zero_and_keeps_nan),
      cmocka_unit_test(unit_from_bytes_is_division_for_all_256),
      cmocka_unit_test(exponential_is_right_to_about_one_last_place),
      cmocka_unit_test(exponential_of_the_ends_is_exact),
      cmocka_unit_test(logarithm_is_right_to_two_last_places),
      cmocka_unit_test(largest_sees_every_place_and_a_nan_before_infinity),
      cmocka_unit_test(forward_is_linear_in_the_weights),
      cmocka_unit_test(find_obeys_the_environment_and_refuses_the_unknown),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
