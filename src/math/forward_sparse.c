/**
 * The forward product of rows that are mostly zero: zeros are left out.
 *
 * order   one chain an output: from the bias, or where it was left, inputs that are not
 *         zero ascending
 *
 * The weights of 64 inputs for some outputs stay in the first cache while all rows add
 * what they have of these inputs; a row's sums wait in `out` meanwhile.  A word of bits
 * tells which inputs these are, so there is no list and no branch but at its end.
 */

#include "math/sparse.h"
#include "math/table.h"
#include "math/vector.h"

#include <stddef.h>

enum { STRIP_VECTORS = 8, STRIP = STRIP_VECTORS * LS_LANES, COLUMNS = 128 };

// One row's share in one word of inputs.
typedef struct share {
  const float *x; /* [64] of the row */
  uint64_t inputs;
  const float *weight; /* [64][stride] of the strip */
  ptrdiff_t stride;
} share;

LS_INLINE void add_share(float *out, const float *start, const share *s,
                         const int vectors)
{
  vec sum[STRIP_VECTORS];

  for (int v = 0; v < vectors; v++) {
    sum[v] = load(start + v * LS_LANES);
  }
  for (uint64_t left = s->inputs; left; left &= left - 1) {
    const int input = __builtin_ctzll(left);
    const vec value = spread(s->x[input]);
    const float *weight = s->weight + input * s->stride;
    __asm__("" : "+r"(weight)); // one address for all vectors, not one each
    for (int v = 0; v < vectors; v++) {
      sum[v] = fused(value, load(weight + v * LS_LANES), sum[v]);
    }
  }
  for (int v = 0; v < vectors; v++) {
    store(out + v * LS_LANES, sum[v] + spread(0.0f)); // -0.0 becomes +0.0
  }
}

typedef struct operands {
  float *out;            /* [B][stride] */
  const float *x;        /* [B][x_stride] */
  const uint64_t *words; /* [B][word_count] */
  const float *weight;   /* [D][stride] */
  const float *bias;     /* [stride]; NULL: chains go on from out */
  ptrdiff_t stride;
  ptrdiff_t x_stride;
  int word_count;
} operands;

// Columns [column, end) of one row.
static void add_word(const operands *o, int row, int word, int column, int end)
{
  const ptrdiff_t first = (ptrdiff_t)word * LS_SPARSE_WORD;
  float *out = o->out + row * o->stride;
  const float *start = word == 0 && o->bias ? o->bias : out;
  share s = {o->x + row * o->x_stride + first,
             o->words[(ptrdiff_t)row * o->word_count + word], NULL, o->stride};
  int h = column;

  for (; h + STRIP <= end; h += STRIP) {
    s.weight = o->weight + first * o->stride + h;
    add_share(out + h, start + h, &s, STRIP_VECTORS);
  }
  for (; h < end; h += LS_PAD) {
    s.weight = o->weight + first * o->stride + h;
    add_share(out + h, start + h, &s, LS_PAD_VECTORS);
  }
}

void LS_KERNEL(forward_sparse)(float *out, const float *x, int x_stride,
                               const uint64_t *words, const float *weight,
                               const float *bias, int B, int D, int H)
{
  const operands o = {out,  x,         words,    weight,
                      bias, ls_pad(H), x_stride, ls_sparse_words(D)};

  for (int column = 0; column < o.stride; column += COLUMNS) {
    const int end = column + COLUMNS < o.stride ? column + COLUMNS : (int)o.stride;
    for (int word = 0; word < o.word_count; word++) {
      for (int row = 0; row < B; row++) {
        add_word(&o, row, word, column, end);
      }
    }
  }
}
