/**
 * Softmax cross-entropy, LS_LANES rows side by side: a lane is a row.
 *
 * order   m = the largest logit + 0.0;  z = logit - m;  e = exp(z)
 *         total = the sum of e, and zs = the sum of z, each in 16 chains (class c joins
 *         chain c mod 16, ascending, from +0.0) that are added in halves
 *         s = log(total);  hit = s - z[label];  mean = s - zs / C
 *         loss = fma(smoothing, mean - hit, hit)
 *         d = fma(e, 1 / total, -target), target = smoothing / C, and 1 - smoothing
 *         more at the label
 *
 * A logit that is not finite makes the loss not finite: NaN and +infinity by z, and
 * -infinity by zs, even where the factor smoothing is 0.
 */

#include "math/explog.h"
#include "math/table.h"
#include "math/vector.h"

#include <stddef.h>

enum { CLASSES_MAX = 256, CHAINS = 16 };

LS_INLINE vec exponential(vec x)
{
  x = choose(x < spread(LS_EXP_MIN), spread(LS_EXP_MIN), x);
  vec rounded = fused(x, spread(LS_LOG2E), spread(LS_ROUND));
  vec n = rounded - spread(LS_ROUND);
  vec r = fused(n, spread(-LS_LN2_HIGH), x);
  r = fused(n, spread(-LS_LN2_LOW), r);
  vec p = fused(spread(LS_EXP_6), r, spread(LS_EXP_5));
  p = fused(p, r, spread(LS_EXP_4));
  p = fused(p, r, spread(LS_EXP_3));
  p = fused(p, r, spread(LS_EXP_2));
  p = fused(p, r, spread(1.0f));
  p = fused(p, r, spread(1.0f));
  ivec whole = bits_of(rounded) - bits_of(spread(LS_ROUND));
  ivec half = whole >> 1;
  vec low = from_bits((half + LS_EXPONENT_BIAS) << LS_MANTISSA_BITS);
  vec high = from_bits((whole - half + LS_EXPONENT_BIAS) << LS_MANTISSA_BITS);
  return p * low * high;
}

LS_INLINE vec logarithm(vec x)
{
  ivec exponent = (bits_of(x) - LS_SQRT_HALF_BITS) >> LS_MANTISSA_BITS;
  vec e = __builtin_convertvector(exponent, vec);
  vec f = from_bits(bits_of(x) - (exponent << LS_MANTISSA_BITS)) - spread(1.0f);
  vec q = fused(spread(LS_LOG_8), f, spread(LS_LOG_7));
  q = fused(q, f, spread(LS_LOG_6));
  q = fused(q, f, spread(LS_LOG_5));
  q = fused(q, f, spread(LS_LOG_4));
  q = fused(q, f, spread(LS_LOG_3));
  q = fused(q, f, spread(LS_LOG_2));
  q = fused(q, f, spread(LS_LOG_1));
  q = fused(q, f, spread(LS_LOG_0));
  vec y = f * f * fused(q, f, spread(-0.5f));
  vec sum = f + fused(e, spread(LS_LN2_LOW), y);
  return fused(x, spread(0.0f), fused(e, spread(LS_LN2_HIGH), sum));
}

void LS_KERNEL(exponential)(float *out, const float *x, int64_t count)
{
  int64_t i = 0;

  for (; i + LS_LANES <= count; i += LS_LANES) {
    store(out + i, exponential(load(x + i)));
  }
  store_first(out + i, exponential(load_first(x + i, count - i)), count - i);
}

void LS_KERNEL(logarithm)(float *out, const float *x, int64_t count)
{
  int64_t i = 0;

  for (; i + LS_LANES <= count; i += LS_LANES) {
    store(out + i, logarithm(load(x + i)));
  }
  store_first(out + i, logarithm(load_first(x + i, count - i)), count - i);
}

// z [P(C)] of lanes from `rows` rows of logits; lanes beyond them repeat the last row.
static void gather(vec *z, const float *logits, int rows, int C)
{
  const ptrdiff_t stride = ls_pad(C);

  for (int c = 0; c < stride; c += LS_LANES) {
    for (int j = 0; j < LS_LANES; j++) {
      z[c + j] = load(logits + (j < rows ? j : rows - 1) * stride + c);
    }
    turn_square(z + c);
  }
}

// d [rows][P(C)] from its lanes [P(C)], with the padding made +0.0.
static void scatter(float *d, vec *lanes, int rows, int C)
{
  const ptrdiff_t stride = ls_pad(C);

  for (ptrdiff_t c = C; c < stride; c++) {
    lanes[c] = spread(0.0f);
  }
  for (int c = 0; c < stride; c += LS_LANES) {
    turn_square(lanes + c);
    for (int j = 0; j < rows; j++) {
      store(d + j * stride + c, lanes[c + j]);
    }
  }
}

// All ones where the label's logit is above those before it and not below the others.
static ivec label_is_first_largest(const vec *z, vec mine, ivec label, int C)
{
  ivec right = ~(ivec){0};

  for (int c = 0; c < C; c++) {
    right &= (z[c] < mine) | ((z[c] == mine) & (label <= c));
  }
  return right;
}

// 16 chains, added in halves.
LS_INLINE vec chains_join(vec *chain)
{
  for (int half = CHAINS / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; j++) {
      chain[j] += chain[j + half];
    }
  }
  return chain[0];
}

typedef struct row_sums {
  vec largest;
  vec total; /* of the exponentials */
  vec z;     /* of the logits minus the largest */
} row_sums;

// z [C] becomes e [C].
LS_INLINE row_sums exponentiate(vec *z, int C)
{
  vec e_chain[CHAINS] = {{0}};
  vec z_chain[CHAINS] = {{0}};
  vec largest = z[0];

  for (int c = 1; c < C; c++) {
    largest = choose(z[c] > largest, z[c], largest);
  }
  largest += spread(0.0f);
  for (int c = 0; c < C; c++) {
    vec shifted = z[c] - largest;
    z[c] = exponential(shifted);
    z_chain[c % CHAINS] += shifted;
    e_chain[c % CHAINS] += z[c];
  }
  return (row_sums){largest, chains_join(e_chain), chains_join(z_chain)};
}

// e [C] becomes d [C].
LS_INLINE void subtract_targets(vec *e, vec total, ivec label, int C, float smoothing)
{
  const float off = smoothing / (float)C;
  const vec inverse = spread(1.0f) / total;
  const vec miss = spread(-off);
  const vec hit = spread(-(1.0f - smoothing + off));

  for (int c = 0; c < C; c++) {
    e[c] = fused(e[c], inverse, choose(label == c, hit, miss));
  }
}

void LS_KERNEL(softmax_loss)(float *d, float *loss, uint8_t *correct,
                             const float *logits, const uint8_t *labels, int B, int C,
                             float smoothing)
{
  const int stride = ls_pad(C);
  vec z[CLASSES_MAX];

  for (int b = 0; b < B; b += LS_LANES) {
    const int rows = B - b < LS_LANES ? B - b : LS_LANES;
    ivec label = {0};
    vec mine = {0};

    gather(z, logits + (ptrdiff_t)b * stride, rows, C);
    for (int j = 0; j < rows; j++) {
      label[j] = labels[b + j];
      mine[j] = logits[(ptrdiff_t)(b + j) * stride + labels[b + j]];
    }
    ivec right = label_is_first_largest(z, mine, label, C);
    row_sums sums = exponentiate(z, C);
    vec s = logarithm(sums.total);
    vec hit = s - (mine - sums.largest);
    vec mean = s - sums.z / spread((float)C);
    store_first(loss + b, fused(spread(smoothing), mean - hit, hit), rows);
    for (int j = 0; j < rows; j++) {
      correct[b + j] = right[j] != 0;
    }
    if (d) {
      subtract_targets(z, sums.total, label, C, smoothing);
      scatter(d + (ptrdiff_t)b * stride, z, rows, C);
    }
  }
}
