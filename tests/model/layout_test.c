#include "base/alloc.h"
#include "base/random.h"
#include "base/sha256.h"
#include "model/layout.h"
#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static ls_layout lay_out(int features, const char *hidden, int classes)
{
  ls_layout layout;

  assert_int_equal(ls_layout_create(&layout, features, hidden, classes), LS_OK);
  return layout;
}

static void tensors_follow_each_other_in_padded_rows(void **state)
{
  ls_layout layout = lay_out(12, "7,33", 10);
  // name, first, rows, columns, stride
  const ls_layout_tensor expected[] = {
      {"layer0/weight", "relu", 0, 12, 7, 16},
      {"layer0/bias", "relu", 12 * 16, 7, 0, 1},
      {"layer1/weight", "relu", 13 * 16, 7, 33, 48},
      {"layer1/bias", "relu", 13 * 16 + 7 * 48, 33, 0, 1},
      {"layer2/weight", "softmax", 13 * 16 + 8 * 48, 33, 10, 16},
      {"layer2/bias", "softmax", 13 * 16 + 8 * 48 + 33 * 16, 10, 0, 1},
  };

  (void)state;
  assert_int_equal(ls_layout_tensor_count(&layout), 6);
  for (int i = 0; i < 6; i++) {
    ls_layout_tensor tensor = ls_layout_tensor_at(&layout, i);
    assert_string_equal(tensor.name, expected[i].name);
    assert_string_equal(tensor.activation, expected[i].activation);
    assert_int_equal(tensor.first, expected[i].first);
    assert_int_equal(tensor.rows, expected[i].rows);
    assert_int_equal(tensor.columns, expected[i].columns);
    assert_int_equal(tensor.stride, expected[i].stride);
  }
  assert_int_equal(layout.count, 13 * 16 + 8 * 48 + 34 * 16);
}

static void parameters_are_counted_without_padding(void **state)
{
  ls_layout reference = lay_out(784, "128", 10);
  ls_layout regression = lay_out(784, "none", 10);
  ls_layout awkward = lay_out(12, "7,33", 10);

  (void)state;
  assert_int_equal(ls_layout_parameter_count(&reference), 101770);
  assert_int_equal(ls_layout_parameter_count(&regression), 7850);
  assert_int_equal(ls_layout_parameter_count(&awkward), 13 * 7 + 8 * 33 + 34 * 10);
}

static void an_empty_list_means_softmax_regression(void **state)
{
  ls_layout empty = lay_out(12, "", 10);
  ls_layout none = lay_out(12, "none", 10);

  (void)state;
  assert_int_equal(empty.layer_count, 1);
  assert_int_equal(none.layer_count, 1);
  assert_string_equal(ls_layout_tensor_at(&empty, 0).activation, "softmax");
}

static void lists_that_are_none_are_refused_by_name(void **state)
{
  const char *const lists[] = {"0",
                               "-1",
                               "128,",
                               ",128",
                               "128,,64",
                               "65537",
                               "1e3",
                               "128 ",
                               " 128",
                               "+5",
                               "x",
                               "128;64",
                               "9999999999999999999999",
                               "128,none"};
  ls_layout layout;

  (void)state;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
    if (ls_layout_create(&layout, 12, lists[i], 10) != LS_E_ARG) {
      fail_msg("'%s' is accepted", lists[i]);
    }
    assert_non_null(strstr(ls_status_message(), lists[i]));
  }
}

static void more_layers_than_there_is_room_for_are_refused(void **state)
{
  ls_layout layout;

  (void)state;
  assert_int_equal(ls_layout_create(&layout, 12, "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", 10),
                   LS_OK);
  assert_int_equal(layout.layer_count, LS_LAYERS_MAX);
  assert_int_equal(ls_layout_create(&layout, 12, "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", 10),
                   LS_E_ARG);
}

// Blocks are counted from each tensor's beginning, so norms do not depend on slices.
static void edges_are_the_blocks_of_every_tensor(void **state)
{
  ls_layout layout = lay_out(130, "16", 10);
  // 130 * 16 = 2080 floats of weight, 16 of bias, 256 of weight, 16 of bias
  const int64_t expected[] = {0, 1024, 2048, 2080, 2096, 2352, 2368};
  int64_t edges[16];

  (void)state;
  assert_int_equal(ls_layout_edges(&layout, NULL), 7);
  assert_int_equal(ls_layout_edges(&layout, edges), 7);
  assert_memory_equal(edges, expected, sizeof expected);
}

static void first_weights_are_uniform_within_glorots_limit(void **state)
{
  ls_layout layout = lay_out(784, "128", 10);
  float *parameters = ls_alloc((size_t)layout.count, sizeof *parameters);
  const int buckets = 20;
  int counts[20] = {0};

  (void)state;
  assert_non_null(parameters);
  ls_layout_init(&layout, parameters, 1);
  double limit = sqrt(6.0 / (784 + 128));
  for (int i = 0; i < 784 * 128; i++) {
    double unit = ((double)parameters[i] / limit + 1.0) / 2.0;
    assert_true(unit >= 0.0 && unit < 1.0);
    counts[(int)(unit * buckets)]++;
  }
  double expected = 784.0 * 128.0 / buckets;
  for (int i = 0; i < buckets; i++) {
    // five standard deviations of a bucket's count
    if (fabs(counts[i] - expected) > 5.0 * sqrt(expected)) {
      fail_msg("bucket %d has %d weights, expected about %.0f", i, counts[i], expected);
    }
  }
  ls_free(parameters);
}

static bool is_zero(const float *values, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    if (values[i] != 0.0f || signbit(values[i])) {
      return false;
    }
  }
  return true;
}

static void biases_and_padding_begin_at_zero(void **state)
{
  ls_layout layout = lay_out(12, "7,33", 10);
  float *parameters = ls_alloc((size_t)layout.count, sizeof *parameters);

  (void)state;
  assert_non_null(parameters);
  memset(parameters, 0xff, (size_t)layout.count * sizeof *parameters);
  ls_layout_init(&layout, parameters, 1);
  for (int i = 0; i < 3; i++) {
    ls_layout_tensor weight = ls_layout_tensor_at(&layout, 2 * i);
    for (int64_t row = 0; row < weight.rows; row++) {
      const float *at = parameters + weight.first + row * weight.stride;
      assert_false(is_zero(at, weight.columns));
      assert_true(is_zero(at + weight.columns, weight.stride - weight.columns));
    }
    assert_true(is_zero(parameters + layout.layers[i].bias, weight.stride));
  }
  ls_free(parameters);
}

// Stored seeds keep their meaning only while this stays.
static void a_weight_is_the_random_number_of_its_place(void **state)
{
  ls_layout layout = lay_out(12, "7,33", 10);
  float *parameters = ls_alloc((size_t)layout.count, sizeof *parameters);
  const float limit = (float)sqrt(6.0 / (7 + 33));
  const uint64_t seed = 0x123456789abcdef0;
  const uint64_t layer1 = LS_RANDOM_WEIGHTS + (UINT64_C(2) << 32);

  (void)state;
  assert_non_null(parameters);
  ls_layout_init(&layout, parameters, seed);
  for (int row = 0; row < 7; row++) {
    for (int column = 0; column < 33; column++) {
      int place = 33 * row + column;
      uint32_t words[4];
      ls_random_words(words, seed, layer1, (uint64_t)place / 4);
      float expected = (2.0f * ls_random_unit(words[place % 4]) - 1.0f) * limit;
      float actual = parameters[layout.layers[1].weight + 48 * row + column];
      assert_memory_equal(&actual, &expected, sizeof expected);
    }
  }
  ls_free(parameters);
}

// A wider later layer moves nothing in an earlier one.
static void a_tensors_weights_depend_on_its_own_shape_only(void **state)
{
  ls_layout small = lay_out(12, "7", 3);
  ls_layout large = lay_out(12, "7,33", 10);
  float *a = ls_alloc((size_t)small.count, sizeof *a);
  float *b = ls_alloc((size_t)large.count, sizeof *b);

  (void)state;
  assert_true(a && b);
  ls_layout_init(&small, a, 5);
  ls_layout_init(&large, b, 5);
  assert_memory_equal(a, b, (size_t)(13 * 16) * sizeof *a);
  ls_free(a);
  ls_free(b);
}

static void the_digest_is_that_of_the_parameters_alone(void **state)
{
  ls_layout layout = lay_out(3, "2", 2);
  float *parameters = ls_alloc((size_t)layout.count, sizeof *parameters);
  float plain[3 * 2 + 2 + 2 * 2 + 2];
  uint8_t expected[LS_SHA256_BYTES];
  uint8_t digest[LS_SHA256_BYTES];

  (void)state;
  assert_non_null(parameters);
  for (int i = 0; i < 14; i++) {
    // Rows of two floats, 16 apart: three of weight, bias, two of weight, bias.
    plain[i] = (float)i - 0.25f;
    parameters[i / 2 * 16 + i % 2] = plain[i];
  }
  ls_sha256_of(expected, plain, sizeof plain);
  assert_int_equal(ls_layout_digest(&layout, parameters, digest), LS_OK);
  assert_memory_equal(digest, expected, sizeof digest);

  parameters[15] = 1.0f; // padding
  assert_int_equal(ls_layout_digest(&layout, parameters, digest), LS_OK);
  assert_memory_equal(digest, expected, sizeof digest);
  ls_free(parameters);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tensors_follow_each_other_in_padded_rows),
      cmocka_unit_test(parameters_are_counted_without_padding),
      cmocka_unit_test(an_empty_list_means_softmax_regression),
      cmocka_unit_test(lists_that_are_none_are_refused_by_name),
      cmocka_unit_test(more_layers_than_there_is_room_for_are_refused),
      cmocka_unit_test(edges_are_the_blocks_of_every_tensor),
      cmocka_unit_test(first_weights_are_uniform_within_glorots_limit),
      cmocka_unit_test(biases_and_padding_begin_at_zero),
      cmocka_unit_test(a_weight_is_the_random_number_of_its_place),
      cmocka_unit_test(a_tensors_weights_depend_on_its_own_shape_only),
      cmocka_unit_test(the_digest_is_that_of_the_parameters_alone),
  };
  return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
