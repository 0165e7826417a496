#include "model/network_legs.h"

#include "base/assert.h"
#include "model/network_private.h"

#include <string.h>

void ls_network_deal_inputs(ls_network *network, int leg, ls_span inputs)
{
  network->leg_ends[leg] = (int)(inputs.first + inputs.count);
}

const float *ls_network_inputs_from(const ls_network *n, int input, int *end)
{
  int leg = 0;

  *end = n->layout.layers[0].inputs;
  if (n->legs.count < 2) {
    return n->inputs;
  }
  while (leg + 1 < n->legs.count && input >= n->leg_ends[leg]) {
    leg++;
  }
  *end = n->leg_ends[leg] < *end ? n->leg_ends[leg] : *end;
  LS_ASSERT(input < *end);
  return n->inputs + (leg - n->legs.own) * n->leg_floats;
}

// Whoever had these floats last has read or written them.
static void bring_near(const float *x, int64_t count)
{
  for (int64_t i = 0; i < count; i += LS_PAD) {
    __builtin_prefetch(x + i, 1);
  }
}

static ls_span own_inputs(const ls_network *n)
{
  const int first = n->legs.own > 0 ? n->leg_ends[n->legs.own - 1] : 0;
  const int left = n->layout.layers[0].inputs;
  const int end = n->leg_ends[n->legs.own];

  return (ls_span){first, (end < left ? end : left) - first};
}

// Sums are added to in memory of this rank's own where it begins them: other ranks have
// read the rows' last ones, and each line is taken from them but once.
void ls_network_add_inputs(ls_network *n, const float *parameters, int row, int B)
{
  const ls_layer *layer = &n->layout.layers[0];
  const ls_span inputs = own_inputs(n);
  const int64_t out_stride = ls_pad(layer->outputs), floats = B * out_stride;
  const float *x = n->inputs + (int64_t)row * ls_pad(layer->inputs);
  float *out = n->activations[0] + row * out_stride;
  const bool begins = inputs.first == 0;

  LS_ASSERT(B <= n->legs.rows);
  if (inputs.count <= 0) {
    return;
  }
  bring_near(begins ? out + floats : out, floats);
  ls_network_sum_inputs(n, 0, parameters, begins ? n->begun : out, x, inputs, B);
  if (begins) {
    memcpy(out, n->begun, (size_t)floats * sizeof *out);
  }
}
