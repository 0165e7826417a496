#include "base/alloc.h"
#include "network_rig.h"
#include "reference.h"
#include "unit.h"

#include <math.h>
#include <string.h>

static double reference_here(const network_rig *rig)
{
  const reference_rows rows = {rig->inputs, rig->labels, RIG_ROWS};
  return reference_loss(&rig->layout, rig->exact, &rows, rig->smoothing);
}

// The derivative by parameter `i`; the error is h^2 times a third derivative, and the
// reference's rounding over h: both far below float's.
static double central_difference(const network_rig *rig, int64_t i)
{
  const double h = 1e-5;
  double before = rig->exact[i];

  rig->exact[i] = before + h;
  double above = reference_here(rig);
  rig->exact[i] = before - h;
  double below = reference_here(rig);
  rig->exact[i] = before;
  return (above - below) / (2 * h);
}

static void check_gradient(const network_rig *rig)
{
  for (int t = 0; t < ls_layout_tensor_count(&rig->layout); t++) {
    ls_layout_tensor tensor = ls_layout_tensor_at(&rig->layout, t);
    int64_t columns = tensor.columns ? tensor.columns : 1;
    for (int64_t row = 0; row < tensor.rows; row++) {
      for (int64_t column = 0; column < columns; column++) {
        int64_t i = tensor.first + row * tensor.stride + column;
        double expected = central_difference(rig, i);
        if (!network_rig_is_close((double)rig->gradient[i], expected)) {
          fail_msg("%s [%lld][%lld]: %.9g, expected %.9g", tensor.name, (long long)row,
                   (long long)column, (double)rig->gradient[i], expected);
        }
      }
    }
  }
}

static void check_network(int features, const char *hidden, int classes,
                          double smoothing)
{
  const int all[] = {0, RIG_ROWS};
  double loss = 0.0;
  network_rig rig;

  network_rig_open(&rig, features, hidden, classes);
  rig.smoothing = smoothing;
  network_rig_run(&rig, all, 1);
  for (int row = 0; row < RIG_ROWS; row++) {
    loss += (double)ls_network_losses(rig.network)[row];
  }
  assert_true(network_rig_is_close(loss, reference_here(&rig)));
  check_gradient(&rig);
  network_rig_close(&rig);
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

static void a_value_that_is_not_finite_is_noticed(void **state)
{
  network_rig rig;

  (void)state;
  network_rig_open(&rig, 12, "16", 5);
  ls_network_row(rig.network, RIG_ROWS - 1)[3] = NAN;
  ls_network_forward(rig.network, rig.parameters, RIG_ROWS, 0.0f);
  ls_network_backward(rig.network, rig.parameters, RIG_ROWS);

  assert_true(ls_network_is_bounded(rig.network, RIG_ROWS - 1, RIG_ROWS));
  assert_false(ls_network_is_bounded(rig.network, RIG_ROWS, RIG_ROWS));
  assert_false(isfinite(ls_network_losses(rig.network)[RIG_ROWS - 1]));
  network_rig_close(&rig);
}

enum { LARGE_ROW = 4 };

// Parameters with which one row, whose first pixel is 1, has a huge activation, and all
// others have none: only where a row also has a large delta is that beyond a bound.
static void make_one_row_large(network_rig *rig)
{
  const ls_layer *layers = rig->layout.layers;

  memset(rig->parameters, 0, (size_t)rig->layout.count * sizeof *rig->parameters);
  for (int row = 0; row < RIG_ROWS; row++) {
    memset(ls_network_row(rig->network, row), 0, 12 * sizeof(float));
  }
  ls_network_row(rig->network, LARGE_ROW)[0] = 1.0f;
  rig->parameters[layers[0].weight] = 3e37f;
  rig->parameters[layers[1].weight + 1] = 1e-36f; // the second class, by far
  memset(ls_network_labels(rig->network), 0, RIG_ROWS);
}

// Of rows [begin, end) as a rank's own.
static bool are_bounded(network_rig *rig, int begin, int end)
{
  ls_network_begin(rig->network, begin);
  bool bounded = ls_network_is_bounded(rig->network, end - begin, RIG_ROWS);
  ls_network_begin(rig->network, 0);
  return bounded;
}

// However rows are dealt: a bound is each row's.
static void each_row_is_bounded_by_itself(void **state)
{
  network_rig rig;

  (void)state;
  for (int right = 0; right < 2; right++) {
    network_rig_open(&rig, 12, "16", 5);
    make_one_row_large(&rig);
    ls_network_labels(rig.network)[LARGE_ROW] = (uint8_t)right;
    ls_network_forward(rig.network, rig.parameters, RIG_ROWS, 0.0f);
    ls_network_backward(rig.network, rig.parameters, RIG_ROWS);
    for (int row = 0; row <= RIG_ROWS; row++) {
      assert_int_equal(are_bounded(&rig, 0, row), right || row <= LARGE_ROW);
      assert_int_equal(are_bounded(&rig, row, RIG_ROWS), right || row > LARGE_ROW);
    }
    network_rig_close(&rig);
  }
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
      cmocka_unit_test(a_value_that_is_not_finite_is_noticed),
      cmocka_unit_test(each_row_is_bounded_by_itself),
      cmocka_unit_test(everything_is_released),
  };
  return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
