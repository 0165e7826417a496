#include "base/alloc.h"
#include "base/random.h"
#include "model/network.h"
#include "reference.h"
#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { ROWS = 13, SHARDS = 4 };

// A network with rows in it, beside the reference's view of both.
typedef struct bench {
  ls_layout layout;
  ls_network *network;
  float *parameters; /* [layout.count] */
  float *gradient;   /* [layout.count] */
  double *exact;     /* [layout.count] the parameters in double */
  double *inputs;    /* [ROWS][features] */
  uint8_t labels[ROWS];
  double smoothing;
} bench;

static double uniform(uint64_t stream, uint64_t counter)
{
  uint32_t words[4];

  ls_random_words(words, 42, stream, counter);
  return (double)ls_random_unit(words[0]);
}

// Most pixels are background.
static float thinned(float pixel)
{
  return pixel > 0.7f ? pixel : 0.0f;
}

static void put_rows(bench *b, int features, int classes)
{
  for (int row = 0; row < ROWS; row++) {
    for (int i = 0; i < features; i++) {
      int place = row * features + i;
      float pixel = (float)uniform(1, (uint64_t)place);
      ls_network_row(b->network, row)[i] = pixel;
      b->inputs[place] = (double)pixel;
    }
    b->labels[row] = (uint8_t)((7 * row + 3) % classes);
  }
  memcpy(ls_network_labels(b->network), b->labels, ROWS);
}

static void open(bench *b, int features, const char *hidden, int classes)
{
  *b = (bench){0};
  assert_int_equal(ls_layout_create(&b->layout, features, hidden, classes), LS_OK);
  size_t count = (size_t)b->layout.count;
  const ls_network_config config = {
      .layout = &b->layout, .kernels = ls_kernels_find(NULL), .most_rows = ROWS};
  assert_int_equal(ls_network_create(&b->network, &config), LS_OK);
  b->parameters = ls_alloc(count, sizeof *b->parameters);
  b->gradient = ls_alloc(count, sizeof *b->gradient);
  b->exact = ls_alloc(count, sizeof *b->exact);
  b->inputs = ls_alloc((size_t)(ROWS * features), sizeof *b->inputs);
  put_rows(b, features, classes);
  ls_layout_init(&b->layout, b->parameters, 9);
  // Biases begin at zero, which would hide mistakes with them.
  for (int i = 0; i < b->layout.layer_count; i++) {
    const ls_layer *layer = &b->layout.layers[i];
    for (int j = 0; j < layer->outputs; j++) {
      b->parameters[layer->bias + j] =
          (float)uniform(2, (uint64_t)(100 * i + j)) - 0.5f;
    }
  }
  for (size_t i = 0; i < count; i++) {
    b->exact[i] = (double)b->parameters[i];
  }
}

static const ls_network_near nothing;

static void close(bench *b)
{
  ls_network_destroy(b->network);
  ls_free(b->parameters);
  ls_free(b->gradient);
  ls_free(b->exact);
  ls_free(b->inputs);
}

static void run(bench *b, const int *first_row, int shards)
{
  ls_network_forward(b->network, b->parameters, ROWS, (float)b->smoothing);
  ls_network_backward(b->network, b->parameters, ROWS);
  assert_true(ls_network_is_bounded(b->network, first_row, shards, ROWS));
  ls_network_gradient(b->network, b->gradient, (ls_span){0, b->layout.count}, first_row,
                      shards, &nothing);
}

static double reference_here(const bench *b)
{
  const reference_rows rows = {b->inputs, b->labels, ROWS};
  return reference_loss(&b->layout, b->exact, &rows, b->smoothing);
}

// The derivative by parameter `i`; the error is h^2 times a third derivative, and the
// reference's rounding over h: both far below float's.
static double central_difference(const bench *b, int64_t i)
{
  const double h = 1e-5;
  double before = b->exact[i];

  b->exact[i] = before + h;
  double above = reference_here(b);
  b->exact[i] = before - h;
  double below = reference_here(b);
  b->exact[i] = before;
  return (above - below) / (2 * h);
}

// Chains of up to 128 float products, three layers deep: 128 * 2^-24 * 3, rounded up.
static bool is_close(double actual, double expected)
{
  return fabs(actual - expected) <= 3e-5 + 3e-5 * fabs(expected);
}

static void check_gradient(const bench *b)
{
  for (int t = 0; t < ls_layout_tensor_count(&b->layout); t++) {
    ls_layout_tensor tensor = ls_layout_tensor_at(&b->layout, t);
    int64_t columns = tensor.columns ? tensor.columns : 1;
    for (int64_t row = 0; row < tensor.rows; row++) {
      for (int64_t column = 0; column < columns; column++) {
        int64_t i = tensor.first + row * tensor.stride + column;
        double expected = central_difference(b, i);
        if (!is_close((double)b->gradient[i], expected)) {
          fail_msg("%s [%lld][%lld]: %.9g, expected %.9g", tensor.name, (long long)row,
                   (long long)column, (double)b->gradient[i], expected);
        }
      }
    }
  }
}

static void check_network(int features, const char *hidden, int classes,
                          double smoothing)
{
  const int all[] = {0, ROWS};
  double loss = 0.0;
  bench b;

  open(&b, features, hidden, classes);
  b.smoothing = smoothing;
  run(&b, all, 1);
  for (int row = 0; row < ROWS; row++) {
    loss += (double)ls_network_losses(b.network)[row];
  }
  assert_true(is_close(loss, reference_here(&b)));
  check_gradient(&b);
  close(&b);
}

static void softmax_regression_has_the_gradient_of_its_loss(void **state)
{
  (void)state;
  check_network(7, "none", 3, 0.0);
  check_network(33, "none", 10, 0.0);
}

static void one_hidden_layer_has_the_gradient_of_its_loss(void **state)
{
  (void)state;
  check_network(12, "7", 5, 0.0);
  check_network(33, "16", 10, 0.0);
  check_network(16, "33", 7, 0.0);
}

static void two_hidden_layers_have_the_gradient_of_their_loss(void **state)
{
  (void)state;
  check_network(12, "7,16", 5, 0.0);
  check_network(17, "33,7", 10, 0.0);
  check_network(5, "16,33", 2, 0.0);
}

static void label_smoothing_is_in_loss_and_gradient(void **state)
{
  (void)state;
  check_network(12, "16", 5, 0.1);
}

// Padding must stay +0.0, bit for bit: updates run over it.
static void padding_has_no_gradient(void **state)
{
  const int all[] = {0, ROWS};
  bench b;

  (void)state;
  open(&b, 12, "7,33", 5);
  memset(b.gradient, 0xff, (size_t)b.layout.count * sizeof *b.gradient);
  run(&b, all, 1);
  uint32_t bits = 0;
  for (int t = 0; t < ls_layout_tensor_count(&b.layout); t += 2) {
    ls_layout_tensor weight = ls_layout_tensor_at(&b.layout, t);
    for (int64_t row = 0; row <= weight.rows; row++) { // the last one is the bias
      for (int64_t i = weight.columns; i < weight.stride; i++) {
        uint32_t word;
        memcpy(&word, &b.gradient[weight.first + row * weight.stride + i], sizeof word);
        bits |= word;
      }
    }
  }
  assert_int_equal(bits, 0);
  close(&b);
}

static void shards_together_have_the_plain_gradient(void **state)
{
  const int all[] = {0, ROWS};
  const int shards[SHARDS + 1] = {0, 3, 3, 8, ROWS}; // the second one is empty
  bench b;

  (void)state;
  open(&b, 12, "16,7", 5);
  float *plain = ls_alloc((size_t)b.layout.count, sizeof *plain);
  run(&b, all, 1);
  memcpy(plain, b.gradient, (size_t)b.layout.count * sizeof *plain);
  run(&b, shards, SHARDS);

  for (int64_t i = 0; i < b.layout.count; i++) {
    if (!is_close((double)b.gradient[i], (double)plain[i])) {
      fail_msg("float %lld: %.9g, expected %.9g", (long long)i, (double)b.gradient[i],
               (double)plain[i]);
    }
  }
  ls_free(plain);
  close(&b);
}

// What the promise about ranks rests on: halves of the tree, summed apart.
static void subtrees_summed_apart_give_the_same_bits(void **state)
{
  const int shards[SHARDS + 1] = {0, 3, 3, 8, ROWS};
  bench b;

  (void)state;
  open(&b, 12, "16,7", 5);
  size_t bytes = (size_t)b.layout.count * sizeof(float);
  float *left = ls_alloc(bytes, 1);
  float *whole = ls_alloc(bytes, 1);
  run(&b, shards, SHARDS);
  memcpy(whole, b.gradient, bytes);
  run(&b, shards, 2);
  memcpy(left, b.gradient, bytes);
  run(&b, shards + 2, 2);
  for (int64_t i = 0; i < b.layout.count; i++) {
    left[i] += b.gradient[i];
  }

  assert_memory_equal(left, whole, bytes);
  ls_free(left);
  ls_free(whole);
  close(&b);
}

static void a_piece_of_the_gradient_is_that_part_of_the_whole(void **state)
{
  const int shards[SHARDS + 1] = {0, 3, 8, 10, ROWS};
  bench b;

  (void)state;
  open(&b, 20, "40,24", 10);
  float *piece = ls_alloc((size_t)b.layout.count, sizeof *piece);
  assert_non_null(piece);
  run(&b, shards, SHARDS);
  for (int64_t first = 0; first < b.layout.count; first += 3 * LS_PAD) {
    for (int64_t count = LS_PAD; first + count <= b.layout.count; count += 5 * LS_PAD) {
      ls_network_gradient(b.network, piece, (ls_span){first, count}, shards, SHARDS,
                          &nothing);
      assert_memory_equal(piece, b.gradient + first, (size_t)count * sizeof *piece);
    }
  }
  ls_free(piece);
  close(&b);
}

static void a_value_that_is_not_finite_is_noticed(void **state)
{
  bench b;

  (void)state;
  open(&b, 12, "16", 5);
  ls_network_row(b.network, ROWS - 1)[3] = NAN;
  ls_network_forward(b.network, b.parameters, ROWS, 0.0f);
  ls_network_backward(b.network, b.parameters, ROWS);

  const int halves[] = {0, ROWS / 2, ROWS};
  assert_true(ls_network_is_bounded(b.network, halves, 1, ROWS));
  assert_false(ls_network_is_bounded(b.network, halves + 1, 1, ROWS));
  assert_false(ls_network_is_bounded(b.network, halves, 2, ROWS));
  assert_false(isfinite(ls_network_losses(b.network)[ROWS - 1]));
  close(&b);
}

// Inputs with many zeros, which one of two networks leaves out.
static void zeros_that_are_left_out_change_no_bits(void **state)
{
  const int first_row[] = {0, 3, 4, ROWS};
  bench b;

  (void)state;
  open(&b, 70, "20,16", 5);
  ls_network *dense = b.network;
  float *expected = ls_alloc((size_t)b.layout.count, sizeof *expected);
  float *gradient = b.gradient;
  const ls_network_config config = {.layout = &b.layout,
                                    .kernels = ls_kernels_find(NULL),
                                    .most_rows = ROWS,
                                    .sparse = true};
  assert_int_equal(ls_network_create(&b.network, &config), LS_OK);
  memcpy(ls_network_labels(b.network), b.labels, ROWS);
  for (int row = 0; row < ROWS; row++) {
    for (int i = 0; i < 70; i++) {
      float pixel = thinned(ls_network_row(dense, row)[i]);
      ls_network_row(dense, row)[i] = ls_network_row(b.network, row)[i] = pixel;
    }
  }
  run(&b, first_row, 3);
  ls_network *sparse = b.network;
  b.network = dense;
  b.gradient = expected;
  run(&b, first_row, 3);

  assert_memory_equal(gradient, expected, (size_t)b.layout.count * sizeof *expected);
  assert_memory_equal(ls_network_losses(sparse), ls_network_losses(dense),
                      ROWS * sizeof(float));
  ls_network_destroy(sparse);
  ls_free(gradient);
  close(&b);
}

static void everything_is_released(void **state)
{
  (void)state;
  assert_int_equal(ls_alloc_live(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(softmax_regression_has_the_gradient_of_its_loss),
      cmocka_unit_test(one_hidden_layer_has_the_gradient_of_its_loss),
      cmocka_unit_test(two_hidden_layers_have_the_gradient_of_their_loss),
      cmocka_unit_test(label_smoothing_is_in_loss_and_gradient),
      cmocka_unit_test(padding_has_no_gradient),
      cmocka_unit_test(shards_together_have_the_plain_gradient),
      cmocka_unit_test(subtrees_summed_apart_give_the_same_bits),
      cmocka_unit_test(a_piece_of_the_gradient_is_that_part_of_the_whole),
      cmocka_unit_test(a_value_that_is_not_finite_is_noticed),
      cmocka_unit_test(zeros_that_are_left_out_change_no_bits),
      cmocka_unit_test(everything_is_released),
  };
  return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
