#include "schedule/leaf.h"

// constant and linear: what other kinds are joined with.

enum { CONSTANT_VALUE };
static const ls_argument constant_arguments[] = {
    {.name = "value",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "1",
     .help = "the factor"},
};

static double constant_at(const ls_leaf *leaf, const ls_moment *moment)
{
  (void)moment;
  return ls_leaf_factor(leaf, CONSTANT_VALUE);
}

enum { LINEAR_FROM, LINEAR_TO, LINEAR_STAIRS, LINEAR_OVER };
static const ls_argument linear_arguments[] = {
    {.name = "from",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .help = "factor of the first step"},
    {.name = "to",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .help = "factor after the last step"},
    {.name = "stairs",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NATURAL,
     .value = "0",
     .help = "in so many equal stairs; 0: smooth"},
    LS_ARGUMENT_OVER,
};

static double linear_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double from = ls_leaf_factor(leaf, LINEAR_FROM);
  double to = ls_leaf_factor(leaf, LINEAR_TO);
  double stairs = ls_leaf_number(leaf, LINEAR_STAIRS);
  double x = (double)moment->step / (double)ls_leaf_steps(leaf, LINEAR_OVER);
  if (stairs > 0.0) {
    x = floor((double)moment->step * stairs /
              (double)ls_leaf_steps(leaf, LINEAR_OVER)) /
        stairs;
  }
  return from + (to - from) * x;
}

static const char *linear_formula(const ls_leaf *leaf)
{
  return ls_leaf_number(leaf, LINEAR_STAIRS) > 0.0
             ? "from + (to - from) floor(x stairs)/stairs, x = t/over"
             : NULL;
}

static const ls_kind kinds[] = {
    {.name = "constant",
     .summary = "one factor all the time",
     .formula = "value",
     .arguments = constant_arguments,
     .argument_count = LS_COUNT_OF(constant_arguments),
     .at = constant_at},
    {.name = "linear",
     .summary = "a straight line between two factors",
     .formula = "from + (to - from) t/over",
     .arguments = linear_arguments,
     .argument_count = LS_COUNT_OF(linear_arguments),
     .at = linear_at,
     .formula_of = linear_formula},
};

const ls_family ls_family_plain = {kinds, LS_COUNT_OF(kinds)};
