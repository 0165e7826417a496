#include "train/optimizer.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "train/optimizer_rule.h"

#include <math.h>

struct ls_optimizer {
  ls_optimizer_choice choice;
  ls_layout layout;
  const ls_kernels *kernels;
  ls_span own;
  double clip_norm;
  int slot_count;
  float *slots[LS_RULE_SLOTS_MAX]; /* [own.count], or NULL */
  int64_t rows;                    /* of this step's batch */
  ls_update update;                /* of this step, where weight decay holds */
};

ls_status ls_optimizer_create(ls_optimizer **out, const ls_optimizer_config *config)
{
  ls_optimizer_choice choice;

  *out = NULL;
  LS_TRY(ls_optimizer_choose(&choice, config->text, config->weight_decay));
  ls_optimizer *o = ls_alloc(1, sizeof *o);
  if (!o) {
    return LS_E_NOMEM;
  }
  o->choice = choice;
  o->layout = *config->layout;
  o->kernels = config->kernels;
  o->own = config->own;
  o->clip_norm = config->clip_norm;
  o->slot_count = choice.rule->slot_count(choice.call.values);
  for (int i = 0; i < o->slot_count; i++) {
    o->slots[i] = ls_alloc((size_t)o->own.count, sizeof *o->slots[i]);
    if (!o->slots[i]) {
      ls_optimizer_destroy(o);
      return LS_E_NOMEM;
    }
  }
  *out = o;
  return LS_OK;
}

bool ls_optimizer_keeps_nothing(const char *text, const char *weight_decay)
{
  ls_optimizer_choice choice;

  return ls_optimizer_choose(&choice, text, weight_decay) == LS_OK &&
         choice.rule->slot_count(choice.call.values) == 0;
}

void ls_optimizer_destroy(ls_optimizer *optimizer)
{
  if (optimizer) {
    for (int i = 0; i < optimizer->slot_count; i++) {
      ls_free(optimizer->slots[i]);
    }
    ls_free(optimizer);
  }
}

void ls_optimizer_begin_step(ls_optimizer *o, int64_t updates, float rate, int64_t rows)
{
  o->rows = rows;
  o->update = (ls_update){
      .scale = 1.0f / (float)rows,
      .l2 = (float)o->choice.l2,
      .shrink = (float)((double)rate * o->choice.decoupled),
  };
  o->choice.rule->prepare(&o->update, o->choice.call.values, (double)rate, updates);
}

void ls_optimizer_measured(void *context, double squares)
{
  ls_optimizer *o = context;
  double norm = sqrt(squares) / (double)o->rows;
  double factor = o->clip_norm / (norm + 1e-6);

  if (factor < 1.0) {
    o->update.scale = (float)(factor / (double)o->rows);
  }
}

static void update_part(ls_optimizer *o, float *weights, const float *gradient,
                        ls_span part, bool decays)
{
  int64_t at = part.first - o->own.first;
  float *slots[LS_RULE_SLOTS_MAX] = {0};
  ls_update update = o->update;

  for (int i = 0; i < o->slot_count; i++) {
    slots[i] = o->slots[i] + at;
  }
  if (!decays) {
    update.l2 = 0.0f;
    update.shrink = 0.0f;
  }
  LS_ASSERT(part.count % LS_PAD == 0);
  o->choice.rule->run(o->kernels, weights, slots, gradient, part.count, &update);
}

void ls_optimizer_update(void *context, float *weights, const float *gradient,
                         ls_span piece)
{
  ls_optimizer *o = context;
  bool decays = o->choice.l2 != 0 || o->choice.decoupled != 0;
  int64_t end = piece.first + piece.count;

  if (!decays || o->choice.biases) {
    update_part(o, weights, gradient, piece, decays);
    return;
  }
  // Tensor 2 i is layer i's weight, which decays, and 2 i + 1 its bias, which does not.
  for (int i = 0; i < ls_layout_tensor_count(&o->layout); i++) {
    ls_span tensor = ls_layout_tensor_span(&o->layout, i);
    int64_t tensor_end = tensor.first + tensor.count;
    ls_span part = {tensor.first > piece.first ? tensor.first : piece.first, 0};
    part.count = (tensor_end < end ? tensor_end : end) - part.first;
    if (part.count > 0) {
      int64_t at = part.first - piece.first;
      update_part(o, weights + at, gradient + at, part, i % 2 == 0);
    }
  }
}

bool ls_optimizer_descends(const ls_optimizer *o, ls_descent *descent)
{
  *descent = (ls_descent){o->update.rate, o->update.scale};
  return o->choice.rule->descends && o->slot_count == 0 && o->choice.l2 == 0 &&
         o->choice.decoupled == 0;
}

int ls_optimizer_slot_count(const ls_optimizer *optimizer)
{
  return optimizer->slot_count;
}

const char *ls_optimizer_slot_name(const ls_optimizer *optimizer, int slot)
{
  LS_ASSERT(slot >= 0 && slot < optimizer->slot_count);
  return optimizer->choice.rule->slots[slot];
}

float *ls_optimizer_slot(ls_optimizer *optimizer, int slot)
{
  LS_ASSERT(slot >= 0 && slot < optimizer->slot_count);
  return optimizer->slots[slot];
}
