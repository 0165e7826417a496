#include "train/optimizer.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <string.h>

struct ls_optimizer {
  const ls_kernels *kernels;
  float rate;
  float scale;
};

ls_status ls_optimizer_create(ls_optimizer **out, const char *text,
                              const ls_kernels *kernels, ls_span own)
{
  (void)own; // plain SGD keeps nothing beside the weights
  *out = NULL;
  if (strcmp(text, "sgd") != 0) {
    return ls_fail(LS_E_ARG, "--optimizer '%s': expected 'sgd'", text);
  }
  ls_optimizer *optimizer = ls_alloc(1, sizeof *optimizer);
  if (!optimizer) {
    return LS_E_NOMEM;
  }
  optimizer->kernels = kernels;
  *out = optimizer;
  return LS_OK;
}

void ls_optimizer_destroy(ls_optimizer *optimizer)
{
  ls_free(optimizer);
}

void ls_optimizer_begin_step(ls_optimizer *optimizer, float rate, int64_t rows)
{
  optimizer->rate = rate;
  optimizer->scale = 1.0f / (float)rows;
}

void ls_optimizer_update(void *context, float *weights, const float *gradient,
                         ls_span piece)
{
  ls_optimizer *optimizer = context;

  optimizer->kernels->sgd(weights, gradient, piece.count, optimizer->rate,
                          optimizer->scale);
}

int ls_optimizer_slot_count(const ls_optimizer *optimizer)
{
  (void)optimizer;
  return 0;
}

const char *ls_optimizer_slot_name(const ls_optimizer *optimizer, int slot)
{
  (void)optimizer;
  (void)slot;
  LS_ASSERT(!"sgd has slots");
  return "";
}

float *ls_optimizer_slot(ls_optimizer *optimizer, int slot)
{
  (void)optimizer;
  (void)slot;
  LS_ASSERT(!"sgd has slots");
  return NULL;
}
