/**
 * The plain twins of update.c and noise.c.
 */

#include "base/random.h"
#include "math/table.h"

#include <math.h>
#include <stddef.h>

static float whole_gradient(const ls_update *u, float gradient, float weight)
{
  return fmaf(u->l2, weight, gradient * u->scale);
}

static float moved(const ls_update *u, float direction, float weight)
{
  return fmaf(-u->rate, direction, fmaf(-u->shrink, weight, weight));
}

void LS_KERNEL(momentum)(float *weights, float *velocity, const float *gradient,
                         int64_t count, const ls_update *u)
{
  for (int64_t i = 0; i < count; i++) {
    float g = whole_gradient(u, gradient[i], weights[i]);
    if (velocity) {
      velocity[i] = fmaf(u->keep1, velocity[i], u->take1 * g);
      g = u->nesterov ? fmaf(u->keep1, velocity[i], g) : velocity[i];
    }
    weights[i] = moved(u, g, weights[i]);
  }
}

void LS_KERNEL(adam)(float *weights, float *mean, float *square, const float *gradient,
                     int64_t count, const ls_update *u)
{
  for (int64_t i = 0; i < count; i++) {
    float g = whole_gradient(u, gradient[i], weights[i]);
    mean[i] = fmaf(u->keep1, mean[i], u->take1 * g);
    square[i] = fmaf(u->keep2, square[i], u->take2 * g * g);
    weights[i] = moved(u, mean[i] / (sqrtf(square[i]) / u->root2 + u->eps), weights[i]);
  }
}

void LS_KERNEL(rmsprop)(float *weights, float *square, float *velocity,
                        const float *gradient, int64_t count, const ls_update *u)
{
  for (int64_t i = 0; i < count; i++) {
    float g = whole_gradient(u, gradient[i], weights[i]);
    square[i] = fmaf(u->keep2, square[i], u->take2 * g * g);
    float d = g / (sqrtf(square[i]) + u->eps);
    if (velocity) {
      velocity[i] = fmaf(u->keep1, velocity[i], d);
      d = velocity[i];
    }
    weights[i] = moved(u, d, weights[i]);
  }
}

void LS_KERNEL(adagrad)(float *weights, float *sum, const float *gradient,
                        int64_t count, const ls_update *u)
{
  for (int64_t i = 0; i < count; i++) {
    float g = whole_gradient(u, gradient[i], weights[i]);
    sum[i] = fmaf(g, g, sum[i]);
    weights[i] = moved(u, g / (sqrtf(sum[i]) + u->eps), weights[i]);
  }
}

double LS_KERNEL(sum_of_squares)(const float *x, int64_t count)
{
  double chain[LS_PAD] = {0};

  for (int64_t i = 0; i < count; i++) {
    chain[i % LS_PAD] += (double)x[i] * (double)x[i];
  }
  for (int half = LS_PAD / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; j++) {
      chain[j] += chain[j + half];
    }
  }
  return chain[0];
}

void LS_KERNEL(noise)(uint16_t *out, uint64_t seed, uint64_t stream, uint64_t counter,
                      int64_t blocks)
{
  for (int64_t i = 0; i < blocks; i++) {
    uint32_t words[4];
    ls_random_words(words, seed, stream, counter + (uint64_t)i);
    for (int j = 0; j < 4; j++) {
      out[8 * i + 2 * j] = (uint16_t)words[j];
      out[8 * i + 2 * j + 1] = (uint16_t)(words[j] >> 16);
    }
  }
}

void LS_KERNEL(dropout)(float *x, const uint16_t *noise, int64_t count,
                        uint16_t threshold, float scale)
{
  for (int64_t i = 0; i < count; i++) {
    x[i] = noise[i] < threshold ? 0.0f : x[i] * scale;
  }
}

void LS_KERNEL(scale)(float *x, int64_t count, float factor)
{
  for (int64_t i = 0; i < count; i++) {
    x[i] *= factor;
  }
}
