#include "schedule/leaf.h"

// Decays without an end of their own: step, exponential, exp, inverse_time, sigmoid.

#define ARGUMENT_EVERY(text)                                                           \
  {                                                                                    \
    .name = "every", .form = LS_FORM_LENGTH, .range = LS_RANGE_POSITIVE,               \
    .value = (text), .help = "the length that it counts in"                            \
  }
// t counted in `every`, in whole ones where `whole` is set.
static double counted(const ls_leaf *leaf, int every, int64_t step, bool whole)
{
  int64_t length = ls_leaf_steps(leaf, every);
  return whole ? (double)(step / length) : (double)step / (double)length;
}

enum { STEP_FACTOR, STEP_EVERY, STEP_END, STEP_GROW };
static const ls_argument step_arguments[] = {
    {.name = "factor",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "0.1",
     .help = "multiplied in each time"},
    ARGUMENT_EVERY(NULL),
    LS_ARGUMENT_BOUND,
    LS_ARGUMENT_GROW,
};

static double step_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double factor = ls_leaf_number(leaf, STEP_FACTOR);
  double drops = counted(leaf, STEP_EVERY, moment->step, true);
  return ls_leaf_bounded(leaf, STEP_END, factor > 1.0, pow(factor, drops));
}

static const char *step_check(const ls_leaf *leaf, int *argument)
{
  *argument = STEP_FACTOR;
  return ls_leaf_check_bound(leaf, STEP_END, ls_leaf_number(leaf, STEP_FACTOR) > 1.0,
                             STEP_GROW, argument);
}

enum { POWER_RATE, POWER_EVERY, POWER_STAIRCASE, POWER_END, POWER_GROW };
static const ls_argument exponential_arguments[] = {
    {.name = "rate",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .help = "the factor after one `every`"},
    ARGUMENT_EVERY("1"),
    LS_ARGUMENT_STAIRCASE,
    LS_ARGUMENT_BOUND,
    LS_ARGUMENT_GROW,
};

static double exponential_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double rate = ls_leaf_number(leaf, POWER_RATE);
  double count =
      counted(leaf, POWER_EVERY, moment->step, ls_leaf_flag(leaf, POWER_STAIRCASE));
  return ls_leaf_bounded(leaf, POWER_END, rate > 1.0, pow(rate, count));
}

static const char *exponential_check(const ls_leaf *leaf, int *argument)
{
  *argument = POWER_RATE;
  return ls_leaf_check_bound(leaf, POWER_END, ls_leaf_number(leaf, POWER_RATE) > 1.0,
                             POWER_GROW, argument);
}

static const char *exponential_formula(const ls_leaf *leaf)
{
  return ls_leaf_flag(leaf, POWER_STAIRCASE) ? "rate^floor(t/every)" : NULL;
}

enum { EXP_TAU, EXP_DECAY, EXP_EVERY, EXP_STAIRCASE, EXP_END, EXP_GROW };
static const ls_argument exp_arguments[] = {
    {.name = "tau",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .value = "",
     .help = "the length in which it falls to 1/e"},
    {.name = "decay",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_ANY,
     .value = "",
     .help = "instead: what the exponent loses in one `every`"},
    ARGUMENT_EVERY("1"),
    LS_ARGUMENT_STAIRCASE,
    LS_ARGUMENT_BOUND,
    LS_ARGUMENT_GROW,
};

static bool exp_grows(const ls_leaf *leaf)
{
  return ls_leaf_has(leaf, EXP_DECAY) && ls_leaf_number(leaf, EXP_DECAY) < 0.0;
}

static double exp_at(const ls_leaf *leaf, const ls_moment *moment)
{
  bool whole = ls_leaf_flag(leaf, EXP_STAIRCASE);
  double exponent = ls_leaf_has(leaf, EXP_TAU)
                        ? counted(leaf, EXP_TAU, moment->step, whole)
                        : ls_leaf_number(leaf, EXP_DECAY) *
                              counted(leaf, EXP_EVERY, moment->step, whole);
  return ls_leaf_bounded(leaf, EXP_END, exp_grows(leaf), exp(-exponent));
}

static const char *exp_check(const ls_leaf *leaf, int *argument)
{
  *argument = EXP_TAU;
  if (ls_leaf_has(leaf, EXP_TAU) == ls_leaf_has(leaf, EXP_DECAY)) {
    return "or else 'decay' must be given, one of them";
  }
  *argument = EXP_EVERY;
  if (ls_leaf_has(leaf, EXP_TAU) && leaf->values[EXP_EVERY].given &&
      leaf->values[EXP_EVERY].amounts[0].steps != 1) {
    return "goes with 'decay'; 'tau' is a length itself";
  }
  *argument = EXP_DECAY;
  return ls_leaf_check_bound(leaf, EXP_END, exp_grows(leaf), EXP_GROW, argument);
}

static const char *exp_formula(const ls_leaf *leaf)
{
  static const char *const formulas[2][2] = {
      {"e^(-decay t/every)", "e^(-t/tau)"},
      {"e^(-decay floor(t/every))", "e^-floor(t/tau)"},
  };
  return formulas[ls_leaf_flag(leaf, EXP_STAIRCASE)][ls_leaf_has(leaf, EXP_TAU)];
}

enum { TIME_RATE, TIME_EVERY, TIME_POWER, TIME_STAIRCASE, TIME_END };
static const ls_argument inverse_time_arguments[] = {
    {.name = "rate",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NOT_NEGATIVE,
     .help = "added to the denominator in one `every`"},
    ARGUMENT_EVERY("1"),
    {.name = "power",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "1",
     .help = "of the denominator"},
    LS_ARGUMENT_STAIRCASE,
    LS_ARGUMENT_BOUND,
};

static double inverse_time_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double count =
      counted(leaf, TIME_EVERY, moment->step, ls_leaf_flag(leaf, TIME_STAIRCASE));
  double base = 1.0 + ls_leaf_number(leaf, TIME_RATE) * count;
  double power = ls_leaf_number(leaf, TIME_POWER);
  return ls_leaf_bounded(leaf, TIME_END, false,
                         power == 1.0 ? 1.0 / base : pow(base, -power));
}

static const char *inverse_time_check(const ls_leaf *leaf, int *argument)
{
  return ls_leaf_check_bound(leaf, TIME_END, false, TIME_STAIRCASE, argument);
}

static const char *inverse_time_formula(const ls_leaf *leaf)
{
  static const char *const formulas[2][2] = {
      {"1/(1 + rate t/every)^power", "1/(1 + rate t/every)"},
      {"1/(1 + rate floor(t/every))^power", "1/(1 + rate floor(t/every))"},
  };
  bool plain = ls_leaf_number(leaf, TIME_POWER) == 1.0;
  return formulas[ls_leaf_flag(leaf, TIME_STAIRCASE)][plain];
}

enum { SIGMOID_RATE, SIGMOID_AT, SIGMOID_EVERY, SIGMOID_GROW };
static const ls_argument sigmoid_arguments[] = {
    {.name = "rate",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_ANY,
     .help = "how steep, in one `every`; below 0 it rises"},
    {.name = "at",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_NOT_NEGATIVE,
     .help = "where it is one half"},
    ARGUMENT_EVERY("1"),
    LS_ARGUMENT_GROW,
};

static double sigmoid_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double away = (double)(moment->step - ls_leaf_steps(leaf, SIGMOID_AT));
  double count = away / (double)ls_leaf_steps(leaf, SIGMOID_EVERY);
  return 1.0 / (1.0 + exp(ls_leaf_number(leaf, SIGMOID_RATE) * count));
}

static const char *sigmoid_check(const ls_leaf *leaf, int *argument)
{
  *argument = SIGMOID_RATE;
  return ls_leaf_grows(leaf, ls_leaf_number(leaf, SIGMOID_RATE) < 0.0, SIGMOID_GROW)
             ? LS_WOULD_GROW
             : NULL;
}

static const ls_kind kinds[] = {
    {.name = "step",
     .summary = "drops at equal distances",
     .formula = "factor^floor(t/every)",
     .arguments = step_arguments,
     .argument_count = LS_COUNT_OF(step_arguments),
     .at = step_at,
     .check = step_check},
    {.name = "exponential",
     .summary = "a power of the rate",
     .formula = "rate^(t/every)",
     .arguments = exponential_arguments,
     .argument_count = LS_COUNT_OF(exponential_arguments),
     .at = exponential_at,
     .check = exponential_check,
     .formula_of = exponential_formula},
    {.name = "exp",
     .summary = "a power of e",
     .formula = "e^(-t/tau) or e^(-decay t/every)",
     .arguments = exp_arguments,
     .argument_count = LS_COUNT_OF(exp_arguments),
     .at = exp_at,
     .check = exp_check,
     .formula_of = exp_formula},
    {.name = "inverse_time",
     .summary = "one over the time, or a power of it",
     .formula = "1/(1 + rate t/every)^power",
     .arguments = inverse_time_arguments,
     .argument_count = LS_COUNT_OF(inverse_time_arguments),
     .at = inverse_time_at,
     .check = inverse_time_check,
     .formula_of = inverse_time_formula},
    {.name = "sigmoid",
     .summary = "from 1 to 0 around a position",
     .formula = "1/(1 + e^(rate (t - at)/every))",
     .arguments = sigmoid_arguments,
     .argument_count = LS_COUNT_OF(sigmoid_arguments),
     .at = sigmoid_at,
     .check = sigmoid_check},
};

const ls_family ls_family_decay = {kinds, LS_COUNT_OF(kinds)};
