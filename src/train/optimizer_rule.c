#include "train/optimizer_rule.h"

#include "base/assert.h"
#include "lockstep/optimizer.h"

#include <math.h>

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof *(array)))
#define NUMBER(name_, value_, least_, below_, help_)                                   \
  {                                                                                    \
    .name = (name_), .value = (value_), .least = (least_), .below = (below_),          \
    .help = (help_)                                                                    \
  }
#define FLAG(name_, help_)                                                             \
  {                                                                                    \
    .name = (name_), .flag = true, .help = (help_)                                     \
  }
#define EPS(value_) NUMBER("eps", value_, 1e-30, INFINITY, "added to the root")

// In double and by products alone, so that no C library's pow decides bits.
static double power(double base, int64_t exponent)
{
  double result = 1.0;

  for (; exponent > 0; exponent /= 2) {
    if (exponent % 2 == 1) {
      result *= base;
    }
    base *= base;
  }
  return result;
}

enum { SGD_MOMENTUM, SGD_DAMPENING, SGD_NESTEROV };
static const ls_call_argument sgd_arguments[] = {
    NUMBER("momentum", 0, 0, 1, "share of the last velocity that is kept"),
    NUMBER("dampening", 0, 0, 1, "share of the gradient that velocity leaves out"),
    FLAG("nesterov", "look ahead by one more momentum"),
};

static int sgd_slots(const double *values)
{
  return values[SGD_MOMENTUM] > 0 ? 1 : 0;
}

static void sgd_prepare(ls_update *u, const double *values, double rate,
                        int64_t updates)
{
  u->rate = (float)rate;
  u->keep1 = (float)values[SGD_MOMENTUM];
  u->take1 = updates == 0 ? 1.0f : (float)(1.0 - values[SGD_DAMPENING]);
  u->nesterov = values[SGD_NESTEROV] != 0;
}

static void sgd_run(const ls_kernels *kernels, float *weights, float *const *slots,
                    const float *gradient, int64_t count, const ls_update *u)
{
  if (!slots[0] && u->l2 == 0.0f && u->shrink == 0.0f) {
    kernels->sgd(weights, gradient, count, u->rate, u->scale);
  } else {
    kernels->momentum(weights, slots[0], gradient, count, u);
  }
}

enum { ADAM_BETA1, ADAM_BETA2, ADAM_EPS, ADAM_DECAY, ADAM_BIASES };
#define ADAM_ARGUMENTS                                                                 \
  NUMBER("beta1", 0.9, 0, 1, "share of the mean that is kept"),                        \
      NUMBER("beta2", 0.999, 0, 1, "share of the mean square that is kept"), EPS(1e-8)
static const ls_call_argument adam_arguments[] = {ADAM_ARGUMENTS};
static const ls_call_argument adamw_arguments[] = {
    ADAM_ARGUMENTS,
    NUMBER("weight_decay", 0.01, 0, INFINITY, "decoupled weight decay"),
    FLAG("biases", "decay biases too"),
};

static int two_slots(const double *values)
{
  (void)values;
  return 2;
}

static void adam_prepare(ls_update *u, const double *values, double rate,
                         int64_t updates)
{
  u->rate = (float)(rate / (1.0 - power(values[ADAM_BETA1], updates + 1)));
  u->root2 = (float)sqrt(1.0 - power(values[ADAM_BETA2], updates + 1));
  u->keep1 = (float)values[ADAM_BETA1];
  u->take1 = (float)(1.0 - values[ADAM_BETA1]);
  u->keep2 = (float)values[ADAM_BETA2];
  u->take2 = (float)(1.0 - values[ADAM_BETA2]);
  u->eps = (float)values[ADAM_EPS];
}

static void adam_run(const ls_kernels *kernels, float *weights, float *const *slots,
                     const float *gradient, int64_t count, const ls_update *u)
{
  kernels->adam(weights, slots[0], slots[1], gradient, count, u);
}

enum { RMSPROP_ALPHA, RMSPROP_EPS, RMSPROP_MOMENTUM };
static const ls_call_argument rmsprop_arguments[] = {
    NUMBER("alpha", 0.99, 0, 1, "share of the mean square that is kept"),
    EPS(1e-8),
    NUMBER("momentum", 0, 0, 1, "share of the last velocity that is kept"),
};

static int rmsprop_slots(const double *values)
{
  return values[RMSPROP_MOMENTUM] > 0 ? 2 : 1;
}

static void rmsprop_prepare(ls_update *u, const double *values, double rate,
                            int64_t updates)
{
  (void)updates;
  u->rate = (float)rate;
  u->keep1 = (float)values[RMSPROP_MOMENTUM];
  u->keep2 = (float)values[RMSPROP_ALPHA];
  u->take2 = (float)(1.0 - values[RMSPROP_ALPHA]);
  u->eps = (float)values[RMSPROP_EPS];
}

static void rmsprop_run(const ls_kernels *kernels, float *weights, float *const *slots,
                        const float *gradient, int64_t count, const ls_update *u)
{
  kernels->rmsprop(weights, slots[0], slots[1], gradient, count, u);
}

static const ls_call_argument adagrad_arguments[] = {EPS(1e-10)};

static int one_slot(const double *values)
{
  (void)values;
  return 1;
}

static void adagrad_prepare(ls_update *u, const double *values, double rate,
                            int64_t updates)
{
  (void)updates;
  u->rate = (float)rate;
  u->eps = (float)values[0];
}

static void adagrad_run(const ls_kernels *kernels, float *weights, float *const *slots,
                        const float *gradient, int64_t count, const ls_update *u)
{
  kernels->adagrad(weights, slots[0], gradient, count, u);
}

static const ls_optimizer_rule rules[] = {
    {.form = {"sgd", sgd_arguments, COUNT_OF(sgd_arguments)},
     .summary = "gradient descent, with momentum if asked for",
     .formula = "v = momentum v + (1 - dampening) g     (v = g at t = 1)\n"
                "d = v; with nesterov g + momentum v; without momentum g\n"
                "w = w - lr d",
     .source = "Polyak 1964; Nesterov 1983, as Sutskever et al. 2013 write it",
     .slots = {"momentum"},
     .descends = true,
     .slot_count = sgd_slots,
     .prepare = sgd_prepare,
     .run = sgd_run},
    {.form = {"adam", adam_arguments, COUNT_OF(adam_arguments)},
     .summary = "moments of the gradient, corrected for their start",
     .formula = "m = beta1 m + (1 - beta1) g\n"
                "s = beta2 s + (1 - beta2) g^2\n"
                "w = w - lr / (1 - beta1^t) m / (sqrt(s) / sqrt(1 - beta2^t) + eps)",
     .source = "Kingma and Ba 2015, algorithm 1",
     .slots = {"mean", "square"},
     .slot_count = two_slots,
     .prepare = adam_prepare,
     .run = adam_run},
    {.form = {"adamw", adamw_arguments, COUNT_OF(adamw_arguments)},
     .summary = "adam with decoupled weight decay",
     .formula = "w = w - lr weight_decay w, then as adam",
     .source = "Loshchilov and Hutter 2019, algorithm 2",
     .slots = {"mean", "square"},
     .slot_count = two_slots,
     .prepare = adam_prepare,
     .run = adam_run},
    {.form = {"rmsprop", rmsprop_arguments, COUNT_OF(rmsprop_arguments)},
     .summary = "the gradient over its running root mean square",
     .formula = "s = alpha s + (1 - alpha) g^2\n"
                "d = g / (sqrt(s) + eps)\n"
                "v = momentum v + d\n"
                "w = w - lr v                           (without momentum w - lr d)",
     .source = "Tieleman and Hinton 2012, lecture 6.5; Graves 2013 for the momentum",
     .slots = {"square", "momentum"},
     .slot_count = rmsprop_slots,
     .prepare = rmsprop_prepare,
     .run = rmsprop_run},
    {.form = {"adagrad", adagrad_arguments, COUNT_OF(adagrad_arguments)},
     .summary = "the gradient over the root of all its squares so far",
     .formula = "s = s + g^2\n"
                "w = w - lr g / (sqrt(s) + eps)",
     .source = "Duchi, Hazan and Singer 2011",
     .slots = {"sum"},
     .slot_count = one_slot,
     .prepare = adagrad_prepare,
     .run = adagrad_run},
};

enum { DECAY_RATE, DECAY_BIASES };
enum { DECAY_NONE, DECAY_L2, DECAY_DECOUPLED };
static const ls_call_argument decay_arguments[] = {
    {.name = "rate", .must_be_given = true, .below = INFINITY, .help = "how much"},
    FLAG("biases", "decay biases too"),
};

static const ls_decay_rule decays[] = {
    {.form = {"none", NULL, 0}, .summary = "no weight decay"},
    {.form = {"l2", decay_arguments, COUNT_OF(decay_arguments)},
     .summary = "part of the gradient, so that slots see it",
     .formula = "g = g + rate w",
     .source = "the gradient of rate / 2 |w|^2 added to the loss"},
    {.form = {"decoupled", decay_arguments, COUNT_OF(decay_arguments)},
     .summary = "beside the gradient, so that slots do not see it",
     .formula = "w = w - lr rate w, then the update",
     .source = "Loshchilov and Hutter 2019, algorithm 2"},
};

static const ls_call_form *rule_form_at(int index)
{
  return index < COUNT_OF(rules) ? &rules[index].form : NULL;
}

static const ls_call_form *decay_form_at(int index)
{
  return index < COUNT_OF(decays) ? &decays[index].form : NULL;
}

static ls_status check_together(const ls_optimizer_choice *c, const ls_call *decay)
{
  const double *values = c->call.values;

  if (c->rule->prepare == sgd_prepare && values[SGD_NESTEROV] != 0 &&
      (values[SGD_MOMENTUM] == 0 || values[SGD_DAMPENING] != 0)) {
    return ls_fail(LS_E_ARG, "optimizer:1:1: nesterov needs a momentum above 0 and no "
                             "dampening");
  }
  if (c->rule->form.arguments == adamw_arguments && decay->form != DECAY_NONE) {
    return ls_fail(LS_E_ARG, "optimizer:1:1: adamw has a weight_decay of its own; say "
                             "it there, or take adam with --weight-decay");
  }
  return LS_OK;
}

ls_status ls_optimizer_choose(ls_optimizer_choice *out, const char *optimizer,
                              const char *weight_decay)
{
  ls_call decay;

  *out = (ls_optimizer_choice){0};
  LS_TRY(ls_call_parse(&out->call, "optimizer", rule_form_at, optimizer));
  LS_TRY(ls_call_parse(&decay, "weight-decay", decay_form_at, weight_decay));
  out->rule = &rules[out->call.form];
  LS_TRY(check_together(out, &decay));
  if (out->rule->form.arguments == adamw_arguments) {
    out->decoupled = out->call.values[ADAM_DECAY];
    out->biases = out->call.values[ADAM_BIASES] != 0;
  } else if (decay.form != DECAY_NONE) {
    *(decay.form == DECAY_L2 ? &out->l2 : &out->decoupled) = decay.values[DECAY_RATE];
    out->biases = decay.values[DECAY_BIASES] != 0;
  }
  return LS_OK;
}

ls_status ls_optimizer_write(char optimizer[LS_CALL_TEXT_BYTES],
                             char weight_decay[LS_CALL_TEXT_BYTES],
                             const char *optimizer_text, const char *weight_decay_text)
{
  ls_call call;
  ls_call decay;

  LS_TRY(ls_call_parse(&call, "optimizer", rule_form_at, optimizer_text));
  LS_TRY(ls_call_parse(&decay, "weight-decay", decay_form_at, weight_decay_text));
  ls_call_write(optimizer, &call, rule_form_at(call.form));
  ls_call_write(weight_decay, &decay, decay_form_at(decay.form));
  return LS_OK;
}

ls_status ls_optimizer_check(const char *optimizer, const char *weight_decay)
{
  ls_optimizer_choice choice;
  return ls_optimizer_choose(&choice, optimizer, weight_decay);
}

int ls_optimizer_kind_count(void)
{
  return COUNT_OF(rules);
}

ls_optimizer_kind ls_optimizer_kind_get(int index)
{
  LS_ASSERT(index >= 0 && index < COUNT_OF(rules));
  const ls_optimizer_rule *rule = &rules[index];
  return (ls_optimizer_kind){rule->form.name, rule->summary, rule->formula,
                             rule->source, rule->form.argument_count};
}

static ls_optimizer_argument argument_of(const ls_call_form *form, int index)
{
  LS_ASSERT(index >= 0 && index < form->argument_count);
  const ls_call_argument *a = &form->arguments[index];
  return (ls_optimizer_argument){a->name, a->flag, a->must_be_given, a->value, a->help};
}

ls_optimizer_argument ls_optimizer_kind_argument(int kind, int index)
{
  return argument_of(&rules[kind].form, index);
}

int ls_weight_decay_count(void)
{
  return COUNT_OF(decays);
}

ls_optimizer_kind ls_weight_decay_get(int index)
{
  LS_ASSERT(index >= 0 && index < COUNT_OF(decays));
  const ls_decay_rule *rule = &decays[index];
  return (ls_optimizer_kind){rule->form.name, rule->summary, rule->formula,
                             rule->source, rule->form.argument_count};
}

ls_optimizer_argument ls_weight_decay_argument(int kind, int index)
{
  return argument_of(&decays[kind].form, index);
}
