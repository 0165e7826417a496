#include "model/network_thin.h"

#include "model/network_private.h"

#include <stddef.h>
#include <string.h>

enum { BITS = 64 };

static int64_t words_of(int64_t bits)
{
  return (bits + BITS - 1) / BITS;
}

// Bits [first, first + count) of a map.
static void set_bits(uint64_t *map, int64_t first, int64_t count)
{
  for (int64_t bit = first, end = first + count; bit < end;) {
    const int64_t low = bit % BITS;
    const int64_t now = end - bit < BITS - low ? end - bit : BITS - low;
    map[bit / BITS] |= ~UINT64_C(0) >> (BITS - now) << low;
    bit += now;
  }
}

// The first bit from `first` on that is 1, or 0; `count`: none is.
static int next_bit(const uint64_t *map, int first, int count, bool is_set)
{
  for (int word = first / BITS; word * BITS < count; word++) {
    uint64_t bits = is_set ? map[word] : ~map[word];
    if (word == first / BITS) {
      bits &= ~UINT64_C(0) << (first % BITS);
    }
    if (bits) {
      const int found = word * BITS + __builtin_ctzll(bits);
      return found < count ? found : count;
    }
  }
  return count;
}

// Which inputs are not zero in some row, from what was found of rows.
static void find_used(uint64_t *used, const uint32_t *columns, int row_words,
                      int inputs)
{
  for (int first = 0; first < inputs; first += BITS) {
    const int count = inputs - first < BITS ? inputs - first : BITS;
    uint32_t rows[BITS] = {0};
    uint64_t bits = 0;
    for (int word = 0; word < row_words; word++) {
      const uint32_t *found = columns + (ptrdiff_t)word * ls_pad(inputs) + first;
      for (int i = 0; i < count; i++) {
        rows[i] |= found[i];
      }
    }
    for (int i = 0; i < count; i++) {
      bits |= (uint64_t)(rows[i] != 0) << i;
    }
    used[first / BITS] = bits;
  }
}

// The first weight, a run of used inputs at a time; returns the floats.
static int64_t fill_weight(const ls_network *n, float *lines, uint64_t *map,
                           const int *first_row, int shards)
{
  const int inputs = n->layout.layers[0].inputs;
  const int outputs = ls_pad(n->layout.layers[0].outputs);
  ls_gradient_block block = {.outputs = outputs,
                             .x_stride = ls_pad(inputs),
                             .stride = outputs,
                             .columns_stride = ls_pad(inputs)};
  const int64_t runs_of_input = block.stride / LS_PAD;
  float *out = lines;
  int end = 0;

  n->kernels->find_in_columns(n->columns, n->inputs, block.x_stride, first_row[shards],
                              inputs);
  find_used(n->used, n->columns, ls_sparse_row_words(first_row[shards]), inputs);
  for (;;) {
    const int first = next_bit(n->used, end, inputs, true);
    if (first == inputs) {
      return out - lines;
    }
    end = next_bit(n->used, first, inputs, false);
    block.inputs = end - first;
    block.columns = n->columns + first;
    n->kernels->gradient_sparse(out, n->inputs + first, n->deltas[0], first_row, shards,
                                &block);
    set_bits(map, first * runs_of_input, block.inputs * runs_of_input);
    out += (ptrdiff_t)block.inputs * block.stride;
  }
}

int64_t ls_network_gradient_thin(const ls_network *network, float *lines, uint64_t *map,
                                 const int *first_row, int shards)
{
  const ls_layout *layout = &network->layout;
  const int64_t weight = ls_layout_tensor_span(layout, 0).count;
  const ls_span rest = {weight, layout->count - weight};

  memset(map, 0, (size_t)words_of(layout->count / LS_PAD) * sizeof *map);
  const int64_t kept = fill_weight(network, lines, map, first_row, shards);
  ls_network_gradient(network, lines + kept, rest, first_row, shards,
                      &(ls_network_near){0});
  set_bits(map, rest.first / LS_PAD, rest.count / LS_PAD);
  return kept + rest.count;
}
