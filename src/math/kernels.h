#ifndef MATH_KERNELS_H
#define MATH_KERNELS_H

/**
 * The arithmetic of a step, in an order that fixes its bits.
 *
 * Bits are defined by order, not by code.  Every output is one chain of fused
 * multiply-adds in the order named below, leaves join in the canonical tree
 * (base/tree.h), and any kernel that keeps this order gives the same bits, whatever its
 * tiles, its lanes or the number of rows it is given.  One table an instruction set;
 * `plain` is the twin that the others are compared with, bit for bit.  Only the payload
 * and the sign of a NaN are the processor's own.
 *
 * Why not a BLAS: a library may change its order with the number of rows, with a
 * transposed operand, with the instruction set.  See docs/numerics.md.
 *
 * Letters: B rows, D inputs, H outputs, C classes.  P(n) is n rounded up to LS_PAD
 * floats, and every matrix has rows of P(columns) floats, 64-byte aligned, whose
 * padding is +0.0 in what is read and is kept +0.0 in what is written.
 *
 * All functions are local, give the same result on every rank, allocate nothing and
 * accept B, `shards` or a shard's rows of 0.  Pointers must not overlap.
 */

#include "math/sparse.h"

#include <stdbool.h>
#include <stdint.h>

enum { LS_PAD = 16 };

/** Columns rounded up to whole pads. */
static inline int ls_pad(int columns)
{
  return (columns + LS_PAD - 1) / LS_PAD * LS_PAD;
}

/** The factors of an update; docs/optimizers.md has the formulas they stand in. */
typedef struct ls_update {
  float rate;         /* of this step, with an optimizer's own corrections */
  float scale;        /* of the gradient: 1 / rows, times what clipping asks for */
  float l2;           /* weight decay as part of the gradient */
  float shrink;       /* decoupled weight decay: rate * decay */
  float keep1, take1; /* of the first slot: momentum, beta1 */
  float keep2, take2; /* of squares: beta2, alpha */
  float root2;        /* sqrt(1 - beta2^step) */
  float eps;          /* above 0 */
  bool nesterov;
} ls_update;

/** Which part of a gradient is wanted: rows are inputs, columns outputs. */
typedef struct ls_gradient_block {
  int inputs;
  int outputs;  /* whole pads */
  int x_stride; /* floats from one row of x to the next */
  int stride;   /* and of d and of the gradient */
  /* Matrices of the gradient's form to bring near meanwhile, because they are used next
     at the same places, and by nobody else: taken from other cores' caches.  NULL:
     none.  gradient_sparse brings the first of them. */
  const float *near[2];
  /* A hint to gradient_sparse: the gradient goes to another core, as by `post`.  Its
     first float is then aligned to LS_ALIGNMENT. */
  bool posts;
  /* For gradient_sparse and descend_sparse: where the block's x is not zero, by column,
     from its first row to first_row[shards] - 1. */
  const uint32_t *columns;
  int columns_stride; /* from one word of rows to the next */
} ls_gradient_block;

/** A step down a gradient: weights += -rate * (scale * gradient), as sgd rounds it. */
typedef struct ls_descent {
  float rate, scale; /* finite */
} ls_descent;

typedef struct ls_kernels {
  const char *name;
  int tile_rows; /* that forward has together at best: fewer take longer each */

  /**
   * out [B][P(H)] = bias [P(H)] + x [B][D of x_stride] * weight [D][P(H)]
   *
   * bias    NULL: a chain goes on from out, which earlier inputs have left
   * order   one chain an output: from the bias, inputs ascending; then + 0.0, which
   *         makes a -0.0 +0.0
   */
  void (*forward)(float *out, const float *x, int x_stride, const float *weight,
                  const float *bias, int B, int D, int H);

  /**
   * out [inputs][outputs of stride] = the ordered sum over shards of x^T d
   *
   * x, d        [B][inputs of x_stride], [B][outputs of stride]: where the block begins
   * first_row   [shards + 1]: shard j has rows first_row[j] to first_row[j + 1] - 1
   * order       a leaf is a chain from +0.0 over the shard's rows ascending; leaves
   *             join in the canonical tree over [0, shards); an empty shard is +0.0;
   *             shards of 0 gives +0.0; then + 0.0, which makes a -0.0 +0.0
   *
   * The padding of out is +0.0 if x is finite.
   */
  void (*gradient)(float *out, const float *x, const float *d, const int *first_row,
                   int shards, const ls_gradient_block *block);

  /**
   * As gradient and then sgd, in one go: the gradient is never stored.
   *
   * weights   [inputs][outputs of stride]
   * order     gradient's, so it gives the same bits
   */
  void (*descend)(float *weights, const float *x, const float *d, const int *first_row,
                  int shards, const ls_gradient_block *block,
                  const ls_descent *descent);

  /**
   * words = where x [B][D of x_stride] is not zero, by row as in math/sparse.h; a NaN
   * is not.  D inputs end with the row, or on a whole pad.
   */
  void (*find_in_rows)(uint64_t *words, const float *x, int x_stride, int B, int D);

  /** d [B][P(D)] = +0.0 where the words that find_in_rows has found of B rows say so */
  void (*keep_found)(float *d, const uint64_t *words, int B, int D);

  /** words = the same of x [B][inputs of x_stride], by column */
  void (*find_in_columns)(uint32_t *words, const float *x, int x_stride, int B,
                          int inputs);

  /**
   * As forward, without the zeros of x.
   *
   * words   of x, by row
   * order   the same, so with finite weights it gives the same bits
   */
  void (*forward_sparse)(float *out, const float *x, int x_stride,
                         const uint64_t *words, const float *weight, const float *bias,
                         int B, int D, int H);

  /**
   * As gradient, without the zeros of x, or some of them.
   *
   * block   with `columns`
   * order   the same, so with finite d it gives the same bits
   */
  void (*gradient_sparse)(float *out, const float *x, const float *d,
                          const int *first_row, int shards,
                          const ls_gradient_block *block);

  /**
   * As descend, without the zeros of x, or some of them.
   *
   * block   with `columns`
   * order   the same, so with finite d it gives the same bits
   */
  void (*descend_sparse)(float *weights, const float *x, const float *d,
                         const int *first_row, int shards,
                         const ls_gradient_block *block, const ls_descent *descent);

  /**
   * out [outputs] = the ordered sum over shards of d's rows: as gradient with x = 1
   *
   * block   its inputs and x_stride are not used
   */
  void (*gradient_bias)(float *out, const float *d, const int *first_row, int shards,
                        const ls_gradient_block *block);

  /** The largest magnitude in x [count], count of whole pads; a NaN is the largest. */
  float (*largest)(const float *x, int64_t count);

  /**
   * dx [B][P(D)] = d [B][P(H)] * weight^T
   *
   * weight_t   [H][P(D)], made by transpose
   * order      one chain a value: from +0.0, outputs (of the layer, 0 to H - 1)
   *            ascending
   */
  void (*backward)(float *dx, const float *d, const float *weight_t, int B, int D,
                   int H);

  /** out [H][P(D)] = the transpose of in [D][P(H)]; the padding of out becomes +0.0 */
  void (*transpose)(float *out, const float *in, int D, int H);

  /** x [count]: a value that is not above 0 becomes +0.0; NaN stays */
  void (*relu_forward)(float *x, int64_t count);

  /** dx [count]: becomes +0.0 where activation [count] is not above 0 (NaN: stays) */
  void (*relu_backward)(float *dx, const float *activation, int64_t count);

  /**
   * Softmax cross-entropy.
   *
   * d           [B][P(C)] out: probabilities minus targets, unscaled; may be NULL
   * loss        [B] out: -sum of target * log probability
   * correct     [B] out: 1 if the largest logit (the first of equals) is the label's
   * logits      [B][P(C)]
   * labels      [B], each below C
   * smoothing   in [0, 1): the target is (1 - smoothing) * one-hot + smoothing / C
   * order       z - max; own exp; the sum of exponentials is 16 chains (class c joins
   *             chain c mod 16, ascending, from +0.0) added in halves (j and j + 8,
   *             then + 4, + 2, + 1); own log of that sum; the rest stands in softmax.c
   *
   * A row with a NaN or infinite logit has a loss that is not finite.
   */
  void (*softmax_loss)(float *d, float *loss, uint8_t *correct, const float *logits,
                       const uint8_t *labels, int B, int C, float smoothing);

  /** out [count] = e to the power of x [count]; x at most 0; 0 below -104; NaN stays */
  void (*exponential)(float *out, const float *x, int64_t count);

  /** out [count] = natural logarithm of x [count]; x at least 1; else NaN for NaN,
      inf */
  void (*logarithm)(float *out, const float *x, int64_t count);

  /** out [count] = bytes [count] / 255, the bits of float32 division */
  void (*unit_from_bytes)(float *out, const uint8_t *bytes, int count);

  /** sum [count] = left [count] + right [count]; sum may be left or right */
  void (*add)(float *sum, const float *left, const float *right, int64_t count);

  /**
   * out [count] = in [count], for another core to read: past this one's caches, which
   * would have to take each line from the other's before it can be written
   *
   * Both are aligned to LS_ALIGNMENT; count is of whole pads.  Who sees what is stored
   * afterwards sees this.
   */
  void (*post)(float *out, const float *in, int64_t count);

  /**
   * weights [count] = fma(-rate, gradient [count] * scale, weights)
   *
   * rate    learning rate of this step;  scale   1 / rows of the batch
   */
  void (*sgd)(float *weights, const float *gradient, int64_t count, float rate,
              float scale);

  /* The further updates.  `count` is of whole pads; g = fma(l2, weights, gradient *
     scale), and a direction d moves the weights to
     fma(-rate, d, fma(-shrink, weights, weights)).  Padding stays +0.0. */

  /**
   * v = fma(keep1, v, take1 * g);  d = v, with `nesterov` fma(keep1, v, g)
   *
   * velocity   [count] v; NULL: d = g
   */
  void (*momentum)(float *weights, float *velocity, const float *gradient,
                   int64_t count, const ls_update *u);

  /**
   * m = fma(keep1, m, take1 * g);  s = fma(keep2, s, take2 * g * g);
   * d = m / (sqrt(s) / root2 + eps)
   */
  void (*adam)(float *weights, float *mean, float *square, const float *gradient,
               int64_t count, const ls_update *u);

  /**
   * s = fma(keep2, s, take2 * g * g);  d = g / (sqrt(s) + eps)
   *
   * velocity   [count] v, then d = v = fma(keep1, v, d); or NULL
   */
  void (*rmsprop)(float *weights, float *square, float *velocity, const float *gradient,
                  int64_t count, const ls_update *u);

  /** s = fma(g, g, s);  d = g / (sqrt(s) + eps) */
  void (*adagrad)(float *weights, float *sum, const float *gradient, int64_t count,
                  const ls_update *u);

  /**
   * The sum of x [count] squared, count of whole pads.
   *
   * order   16 chains in double (float i joins chain i mod 16, ascending, from +0.0),
   *         added in halves
   */
  double (*sum_of_squares)(const float *x, int64_t count);

  /**
   * out [8 * blocks] = the 16-bit halves, low one first, of ls_random_words of each
   * counter from `counter` on
   */
  void (*noise)(uint16_t *out, uint64_t seed, uint64_t stream, uint64_t counter,
                int64_t blocks);

  /** x [count] = noise [count] < threshold ? +0.0 : x * scale */
  void (*dropout)(float *x, const uint16_t *noise, int64_t count, uint16_t threshold,
                  float scale);

  /** x [count] = x * factor, count of whole pads */
  void (*scale)(float *x, int64_t count, float factor);
} ls_kernels;

/**
 * The table for an instruction set.
 *
 * Local.
 *
 * name      "plain", "avx2", "avx512", "neon"; NULL: $LOCKSTEP_ISA if set, else the
 *           fastest that this processor has.  For tests also "plain-libm" (without the
 *           processor's fused multiply-add, which "plain" uses where there is one) and
 *           "avx2x2" (the 16 lanes of avx512 as two of 8)
 * returns   NULL if this build or processor has no such table
 */
const ls_kernels *ls_kernels_find(const char *name);

#endif
