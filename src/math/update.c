/**
 * Updates with slots and decay, and the sum of squares that clipping needs.
 *
 * order   none but that of sum_of_squares: one value in, one value out.  A product of
 *         two floats is exact in double, so that sum has no fused operations to agree
 *         on.
 */

#include "math/table.h"
#include "math/vector.h"

#include <stdbool.h>
#include <stddef.h>

// What every update begins with: the mean gradient, clipped, with L2 decay.
typedef struct common {
  vec scale, l2, shrink, down;
} common;

LS_INLINE common begin(const ls_update *u)
{
  return (common){spread(u->scale), spread(u->l2), spread(-u->shrink),
                  spread(-u->rate)};
}

LS_INLINE vec whole_gradient(const common *c, vec gradient, vec weight)
{
  return fused(c->l2, weight, gradient * c->scale);
}

// Decoupled decay.  Not a product with 1 - shrink: this keeps the padding +0.0 always.
LS_INLINE vec shrunk(const common *c, vec weight)
{
  return fused(c->shrink, weight, weight);
}

void LS_KERNEL(momentum)(float *weights, float *velocity, const float *gradient,
                         int64_t count, const ls_update *u)
{
  const common c = begin(u);
  const vec keep = spread(u->keep1);
  const vec take = spread(u->take1);
  const bool nesterov = u->nesterov;

  for (int64_t i = 0; i < count; i += LS_LANES) {
    vec w = load(weights + i);
    vec g = whole_gradient(&c, load(gradient + i), w);
    if (velocity) {
      vec v = fused(keep, load(velocity + i), take * g);
      store(velocity + i, v);
      g = nesterov ? fused(keep, v, g) : v;
    }
    store(weights + i, fused(c.down, g, shrunk(&c, w)));
  }
}

void LS_KERNEL(adam)(float *weights, float *mean, float *square, const float *gradient,
                     int64_t count, const ls_update *u)
{
  const common c = begin(u);
  const vec keep1 = spread(u->keep1);
  const vec take1 = spread(u->take1);
  const vec keep2 = spread(u->keep2);
  const vec take2 = spread(u->take2);
  const vec root2 = spread(u->root2);
  const vec eps = spread(u->eps);

  for (int64_t i = 0; i < count; i += LS_LANES) {
    vec w = load(weights + i);
    vec g = whole_gradient(&c, load(gradient + i), w);
    vec m = fused(keep1, load(mean + i), take1 * g);
    vec s = fused(keep2, load(square + i), take2 * g * g);
    store(mean + i, m);
    store(square + i, s);
    store(weights + i, fused(c.down, m / (root(s) / root2 + eps), shrunk(&c, w)));
  }
}

void LS_KERNEL(rmsprop)(float *weights, float *square, float *velocity,
                        const float *gradient, int64_t count, const ls_update *u)
{
  const common c = begin(u);
  const vec keep1 = spread(u->keep1);
  const vec keep2 = spread(u->keep2);
  const vec take2 = spread(u->take2);
  const vec eps = spread(u->eps);

  for (int64_t i = 0; i < count; i += LS_LANES) {
    vec w = load(weights + i);
    vec g = whole_gradient(&c, load(gradient + i), w);
    vec s = fused(keep2, load(square + i), take2 * g * g);
    vec d = g / (root(s) + eps);
    store(square + i, s);
    if (velocity) {
      d = fused(keep1, load(velocity + i), d);
      store(velocity + i, d);
    }
    store(weights + i, fused(c.down, d, shrunk(&c, w)));
  }
}

void LS_KERNEL(adagrad)(float *weights, float *sum, const float *gradient,
                        int64_t count, const ls_update *u)
{
  const common c = begin(u);
  const vec eps = spread(u->eps);

  for (int64_t i = 0; i < count; i += LS_LANES) {
    vec w = load(weights + i);
    vec g = whole_gradient(&c, load(gradient + i), w);
    vec s = fused(g, g, load(sum + i));
    store(sum + i, s);
    store(weights + i, fused(c.down, g / (root(s) + eps), shrunk(&c, w)));
  }
}

double LS_KERNEL(sum_of_squares)(const float *x, int64_t count)
{
  double chain[LS_PAD] = {0};

  for (int64_t i = 0; i < count; i += LS_PAD) {
    for (int j = 0; j < LS_PAD; j++) {
      chain[j] += (double)x[i + j] * (double)x[i + j];
    }
  }
  for (int half = LS_PAD / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; j++) {
      chain[j] += chain[j + half];
    }
  }
  return chain[0];
}
