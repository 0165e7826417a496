#include "reduction_terms.h"

#include "base/random.h"

#include <math.h>
#include <stdbool.h>

// Whether a gradient is +0.0 or -0.0: in a step some 40 in a row are for every shard,
// and then 40 for the first of them.
static bool is_zero(float *zero, int step, int shard, int64_t place)
{
  int64_t kind = (place / 40 + step) % 6;

  *zero = kind == 4 ? -0.0f : 0.0f;
  return step >= 0 && place >= 0 &&
         (kind == 2 || (kind == 3 && shard < 4) || (kind == 4 && place % 3 == 0));
}

// Leaf gradients of every size and sign, as a function of (step, shard, place).
float terms_leaf(int step, int shard, int64_t place)
{
  uint32_t words[4];
  float zero;

  if (is_zero(&zero, step, shard, place)) {
    return zero;
  }
  ls_random_words(words, (uint64_t)step, (uint64_t)shard, (uint64_t)place);
  return (ls_random_unit(words[0]) - 0.5f) * ldexpf(1.0f, (int)(words[1] % 24));
}

double terms_leaf_loss(int step, int shard)
{
  return 1e9 * (double)terms_leaf(step, shard, -1) + 1e-3;
}

static int split(int lo, int hi)
{
  int half = 1;

  while (2 * half < hi - lo) {
    half *= 2;
  }
  return lo + half;
}

float terms_sum(int step, int lo, int hi, int64_t place)
{
  if (hi - lo == 1) {
    return terms_leaf(step, lo, place);
  }
  int middle = split(lo, hi);
  return terms_sum(step, lo, middle, place) + terms_sum(step, middle, hi, place);
}

double terms_loss(int step, int lo, int hi)
{
  if (hi - lo == 1) {
    return terms_leaf_loss(step, lo);
  }
  int middle = split(lo, hi);
  return terms_loss(step, lo, middle) + terms_loss(step, middle, hi);
}
