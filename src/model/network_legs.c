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

// Rows that are handed on: their inputs, and their sums in common memory.
typedef struct group {
  const float *x;
  float *sums;
  int64_t floats;
  int B;
} group;

static void add_in_place(ls_network *n, const float *parameters, ls_span inputs,
                         const group *g)
{
  if (inputs.count <= 0) {
    return;
  }
  if (inputs.first > 0) {
    bring_near(g->sums, g->floats);
    ls_network_sum_inputs(n, 0, parameters, g->sums, g->x, inputs, g->B);
  } else {
    ls_network_sum_inputs(n, 0, parameters, n->begun, g->x, inputs, g->B);
    hand_over(n, g->sums, n->begun, g->floats);
  }
}

// Where they stay with this rank; other ranks' go back to them.
static void add_and_keep(ls_network *n, const float *parameters, ls_span inputs,
                         const group *g, float *own, bool is_own)
{
  const size_t bytes = (size_t)g->floats * sizeof *own;

  if (inputs.first > 0) {
    memcpy(own, g->sums, bytes);
  }
  if (inputs.count > 0) {
    ls_network_sum_inputs(n, 0, parameters, own, g->x, inputs, g->B);
  }
  if (!is_own) {
    hand_over(n, g->sums, own, g->floats);
  }
  // As their own rank does; to do it twice to own rows of the group changes nothing.
  if (!is_own && n->layout.layer_count > 1) {
    n->kernels->relu_forward(own, g->floats);
  }
}

void ls_network_add_inputs(ls_network *n, const float *parameters, int row, int B)
{
  const ls_layer *layer = &n->layout.layers[0];
  const int64_t stride = ls_pad(layer->outputs);
  const group g = {.x = n->inputs + (int64_t)row * ls_pad(layer->inputs),
                   .sums = n->handed + row * stride,
                   .floats = B * stride,
                   .B = B};

  LS_ASSERT(B <= n->legs.rows);
  if (n->legs.keeps && n->legs.own == n->legs.count - 1) {
    add_and_keep(n, parameters, own_inputs(n), &g, n->private_sums + row * stride,
                 row >= n->first);
  } else {
    add_in_place(n, parameters, own_inputs(n), &g);
  }
}

void ls_network_take_sums(ls_network *n, int B)
{
  const int64_t stride = ls_pad(n->layout.layers[0].outputs);

  if (n->legs.keeps && n->legs.own < n->legs.count - 1) {
    memcpy(n->private_sums + n->first * stride, n->handed + n->first * stride,
           (size_t)(B * stride) * sizeof *n->handed);
  }
}

// Whether a rank computes others' deltas of the first layer again, from the last ones,
// which are few and in common memory: the second rank knows where units of the first
// layer are zero, and tells the first one in words.
static bool brings_back(const ls_network *n)
{
  return n->legs.keeps && n->layout.layer_count == 2;
}

// Those of rows from `row` on.
static uint64_t *found_words(const ls_network *n, int row)
{
  void *words = n->posted_deltas;
  return (uint64_t *)words + row * ls_sparse_words(n->layout.layers[0].outputs);
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
  const int outputs = n->layout.layers[0].outputs;

  n->posted = B;
  if (!brings_back(n)) {
    hand_over(n, n->posted_deltas + own.first, n->private_deltas + own.first,
              own.count);
  } else if (n->legs.own > 0) {
    n->kernels->find_in_rows(found_words(n, n->first), n->private_sums + own.first,
                             ls_pad(outputs), B, outputs);
  }
}

// Deltas of other ranks' rows [row, end).
static void take(ls_network *n, int row, int end)
{
  const ls_span others = deltas_of(n, row, end);
  float *d = n->private_deltas + others.first;

  if (!brings_back(n)) {
    memcpy(d, n->posted_deltas + others.first, (size_t)others.count * sizeof *d);
  } else if (n->legs.own > 0) {
    ls_network_bring_back(n, 1, n->last_transposed, row, end - row);
  } else {
    const ls_layer *above = &n->layout.layers[1];
    n->kernels->backward(d, n->deltas[1] + (int64_t)row * ls_pad(above->outputs),
                         n->last_transposed, end - row, above->inputs, above->outputs);
    n->kernels->keep_found(d, found_words(n, row), end - row, above->inputs);
  }
}

void ls_network_take_rows(ls_network *n, int rows)
{
  take(n, 0, n->first);
  take(n, n->first + n->posted, rows);
}
