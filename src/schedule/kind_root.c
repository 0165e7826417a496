#include "schedule/leaf.h"

// Decays with the square root of time: inverse_sqrt, noam.

enum { ROOT_TIMESCALE, ROOT_END };
static const ls_argument inverse_sqrt_arguments[] = {
    {.name = "timescale",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .value = "10000",
     .help = "three times this, and the factor is one half"},
    {.name = "end",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "0",
     .help = "never below this"},
};

static double inverse_sqrt_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double timescale = (double)ls_leaf_steps(leaf, ROOT_TIMESCALE);
  double factor = sqrt(timescale / ((double)moment->step + timescale));
  return ls_larger(factor, ls_leaf_factor(leaf, ROOT_END));
}

static const char *inverse_sqrt_check(const ls_leaf *leaf, int *argument)
{
  *argument = ROOT_END;
  return ls_leaf_factor(leaf, ROOT_END) > 1.0 ? "is above 1, where the decay begins"
                                              : NULL;
}

enum { NOAM_WARMUP, NOAM_MODEL };
static const ls_argument noam_arguments[] = {
    {.name = "warmup",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .help = "length of the linear rise"},
    {.name = "d_model",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_COUNT,
     .value = "",
     .help = "the paper's scale, for a base rate of 1; left out, the top is 1"},
};

static double noam_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double t = (double)moment->step + 1.0;
  double warmup = (double)ls_leaf_steps(leaf, NOAM_WARMUP);
  if (!ls_leaf_has(leaf, NOAM_MODEL)) {
    return ls_smaller(sqrt(warmup / t), t / warmup);
  }
  double scale = pow(ls_leaf_number(leaf, NOAM_MODEL), -0.5);
  return scale * ls_smaller(pow(t, -0.5), t * pow(warmup, -1.5));
}

static const char *noam_formula(const ls_leaf *leaf)
{
  return ls_leaf_has(leaf, NOAM_MODEL)
             ? "d_model^-0.5 min((t+1)^-0.5, (t+1) warmup^-1.5)"
             : NULL;
}

static const ls_kind kinds[] = {
    {.name = "inverse_sqrt",
     .summary = "one over the square root of time",
     .formula = "max(end, sqrt(timescale/(t + timescale)))",
     .arguments = inverse_sqrt_arguments,
     .argument_count = LS_COUNT_OF(inverse_sqrt_arguments),
     .at = inverse_sqrt_at,
     .check = inverse_sqrt_check},
    {.name = "noam",
     .summary = "a linear rise, then one over the square root of time",
     .formula = "min(sqrt(warmup/(t+1)), (t+1)/warmup)",
     .arguments = noam_arguments,
     .argument_count = LS_COUNT_OF(noam_arguments),
     .at = noam_at,
     .formula_of = noam_formula},
};

const ls_family ls_family_root = {kinds, LS_COUNT_OF(kinds)};
