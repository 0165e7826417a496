#include "network_rig.h"

#include "base/alloc.h"
#include "base/random.h"
#include "unit.h"

#include <math.h>
#include <string.h>

static double uniform(uint64_t stream, uint64_t counter)
{
  uint32_t words[4];

  ls_random_words(words, 42, stream, counter);
  return (double)ls_random_unit(words[0]);
}

static void put_rows(network_rig *rig, int features, int classes)
{
  for (int row = 0; row < RIG_ROWS; row++) {
    for (int i = 0; i < features; i++) {
      int place = row * features + i;
      float pixel = (float)uniform(1, (uint64_t)place);
      ls_network_row(rig->network, row)[i] = pixel;
      rig->inputs[place] = (double)pixel;
    }
    rig->labels[row] = (uint8_t)((7 * row + 3) % classes);
  }
  memcpy(ls_network_labels(rig->network), rig->labels, RIG_ROWS);
}

// Biases begin at zero, which would hide mistakes with them.
static void set_biases(network_rig *rig)
{
  for (int i = 0; i < rig->layout.layer_count; i++) {
    const ls_layer *layer = &rig->layout.layers[i];
    for (int j = 0; j < layer->outputs; j++) {
      rig->parameters[layer->bias + j] =
          (float)uniform(2, (uint64_t)(100 * i + j)) - 0.5f;
    }
  }
}

void network_rig_open(network_rig *rig, int features, const char *hidden, int classes)
{
  *rig = (network_rig){0};
  assert_int_equal(ls_layout_create(&rig->layout, features, hidden, classes), LS_OK);
  size_t count = (size_t)rig->layout.count;
  const ls_network_config config = {
      .layout = &rig->layout, .kernels = ls_kernels_find(NULL), .most_rows = RIG_ROWS};
  assert_int_equal(ls_network_create(&rig->network, &config), LS_OK);
  rig->parameters = ls_alloc(count, sizeof *rig->parameters);
  rig->gradient = ls_alloc(count, sizeof *rig->gradient);
  rig->exact = ls_alloc(count, sizeof *rig->exact);
  rig->inputs = ls_alloc((size_t)(RIG_ROWS * features), sizeof *rig->inputs);
  put_rows(rig, features, classes);
  ls_layout_init(&rig->layout, rig->parameters, 9);
  set_biases(rig);
  for (size_t i = 0; i < count; i++) {
    rig->exact[i] = (double)rig->parameters[i];
  }
}

void network_rig_close(network_rig *rig)
{
  ls_network_destroy(rig->network);
  ls_free(rig->parameters);
  ls_free(rig->gradient);
  ls_free(rig->exact);
  ls_free(rig->inputs);
}

void network_rig_run(network_rig *rig, const int *first_row, int shards)
{
  ls_network_forward(rig->network, rig->parameters, RIG_ROWS, (float)rig->smoothing);
  ls_network_backward(rig->network, rig->parameters, RIG_ROWS);
  assert_true(ls_network_is_bounded(rig->network, RIG_ROWS, RIG_ROWS));
  ls_network_gradient(rig->network, rig->gradient, (ls_span){0, rig->layout.count},
                      first_row, shards, &(ls_network_near){0});
}

// Chains of up to 128 float products, three layers deep: 128 * 2^-24 * 3, rounded up.
bool network_rig_is_close(double actual, double expected)
{
  return fabs(actual - expected) <= 3e-5 + 3e-5 * fabs(expected);
}
