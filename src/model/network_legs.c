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

// The rank before has written these floats.
static void bring_near(const float *x, int64_t count)
{
  for (int64_t i = 0; i < count; i += LS_PAD) {
    __builtin_prefetch(x + i);
  }
}

void ls_network_set_posts(ls_network *network, bool posts)
{
  network->posts = posts;
}

// To where others read it.
static void hand_over(const ls_network *n, float *out, const float *in, int64_t count)
{
  if (n->posts) {
    n->kernels->post(out, in, count);
  } else {
    memcpy(out, in, (size_t)count * sizeof *out);
  }
}

static ls_span own_inputs(const ls_network *n)
{
  const int first = n->legs.own > 0 ? n->leg_ends[n->legs.own - 1] : 0;
  const int left = n->layout.layers[0].inputs;
  const int end = n->leg_ends[n->legs.own];

  return (ls_span){first, (end < left ? end : left) - first};
}

void ls_network_add_inputs(ls_network *n, const float *parameters, int row, int B)
{
  const ls_layer *layer = &n->layout.layers[0];
  const ls_span inputs = own_inputs(n);
  const int64_t out_stride = ls_pad(layer->outputs), floats = B * out_stride;
  const float *x = n->inputs + (int64_t)row * ls_pad(layer->inputs);
  float *out = n->activations[0] + row * out_stride;

  LS_ASSERT(B <= n->legs.rows);
  if (inputs.count <= 0) {
    return;
  }
  if (inputs.first > 0) {
    bring_near(out, floats);
    ls_network_sum_inputs(n, 0, parameters, out, x, inputs, B);
  } else {
    ls_network_sum_inputs(n, 0, parameters, n->begun, x, inputs, B);
    hand_over(n, out, n->begun, floats);
  }
}

// The floats of the first layer's deltas from one row to another.
static ls_span deltas_of(const ls_network *n, int row, int end)
{
  const int64_t stride = ls_pad(n->layout.layers[0].outputs);
  return (ls_span){row * stride, (end - row) * stride};
}

void ls_network_post_rows(ls_network *n, int B)
{
  const ls_span own = deltas_of(n, n->first, n->first + B);

  n->posted = B;
  hand_over(n, n->posted_deltas + own.first, n->private_deltas + own.first, own.count);
}

void ls_network_take_rows(ls_network *n, int rows)
{
  const ls_span others[] = {deltas_of(n, 0, n->first),
                            deltas_of(n, n->first + n->posted, rows)};

  for (int i = 0; i < 2; i++) {
    memcpy(n->private_deltas + others[i].first, n->posted_deltas + others[i].first,
           (size_t)others[i].count * sizeof *n->private_deltas);
  }
}
