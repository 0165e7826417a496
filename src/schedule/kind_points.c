#include "schedule/leaf.h"

// Kinds with listed positions: multistep, piecewise, interpolate.

enum { MULTISTEP_FACTOR, MULTISTEP_AT, MULTISTEP_END, MULTISTEP_GROW };
static const ls_argument multistep_arguments[] = {
    {.name = "factor",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .many = true,
     .value = "0.1",
     .help = "multiplied in at each position; one for all, or one for each"},
    {.name = "at",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_NOT_NEGATIVE,
     .many = true,
     .help = "the positions; one listed twice counts twice"},
    LS_ARGUMENT_BOUND,
    LS_ARGUMENT_GROW,
};

static double multistep_at(const ls_leaf *leaf, const ls_moment *moment)
{
  int reached = ls_leaf_reached(leaf, MULTISTEP_AT, moment->step);
  const ls_value *factors = &leaf->values[MULTISTEP_FACTOR];
  double product = 1.0;
  if (factors->count == 1) {
    product = pow(factors->amounts[0].number, reached);
  } else {
    for (int i = 0; i < reached; i++) {
      product *= factors->amounts[i].number;
    }
  }
  return ls_leaf_bounded(leaf, MULTISTEP_END, ls_leaf_flag(leaf, MULTISTEP_GROW),
                         product);
}

static const char *multistep_check(const ls_leaf *leaf, int *argument)
{
  const ls_value *factors = &leaf->values[MULTISTEP_FACTOR];
  *argument = MULTISTEP_FACTOR;
  if (factors->count > 1 && factors->count != ls_leaf_count(leaf, MULTISTEP_AT)) {
    return "has neither one value nor one for each position";
  }
  bool grows = false;
  for (int i = 0; i < factors->count; i++) {
    grows = grows || factors->amounts[i].number > 1.0;
  }
  return ls_leaf_check_bound(leaf, MULTISTEP_END, grows, MULTISTEP_GROW, argument);
}

enum { PIECEWISE_VALUES, PIECEWISE_AT, PIECEWISE_SIDE };
enum { SIDE_NEW, SIDE_OLD };
static const ls_argument piecewise_arguments[] = {
    {.name = "values",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .many = true,
     .help = "factors: before the first position, and from each on"},
    {.name = "at",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_NOT_NEGATIVE,
     .many = true,
     .help = "the positions, one fewer than values"},
    {.name = "side",
     .form = LS_FORM_WORD,
     .words = "new|old",
     .value = "new",
     .help = "the value that the step at a position itself has"},
};

static double piecewise_at(const ls_leaf *leaf, const ls_moment *moment)
{
  bool old = ls_leaf_word(leaf, PIECEWISE_SIDE) == SIDE_OLD;
  int reached =
      ls_leaf_reached(leaf, PIECEWISE_AT, old ? moment->step - 1 : moment->step);
  return leaf->values[PIECEWISE_VALUES].amounts[reached].factor;
}

// Of piecewise and interpolate, whose first two rows are the same.
static const char *count_check(const ls_leaf *leaf, int *argument)
{
  *argument = PIECEWISE_VALUES;
  return ls_leaf_count(leaf, PIECEWISE_VALUES) != ls_leaf_count(leaf, PIECEWISE_AT) + 1
             ? "must be one more than 'at'"
             : NULL;
}

enum { INTERPOLATE_VALUES, INTERPOLATE_AT, INTERPOLATE_SHAPE };
enum { SHAPE_LINEAR, SHAPE_COSINE };
static const ls_argument interpolate_arguments[] = {
    {.name = "values",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .many = true,
     .help = "factors: of the first step, and at each position"},
    {.name = "at",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_NOT_NEGATIVE,
     .many = true,
     .help = "the positions, one fewer than values"},
    {.name = "shape",
     .form = LS_FORM_WORD,
     .words = "linear|cosine",
     .value = "linear",
     .help = "of the way from one to the next"},
};

static double interpolate_at(const ls_leaf *leaf, const ls_moment *moment)
{
  const ls_amount *values = leaf->values[INTERPOLATE_VALUES].amounts;
  const ls_amount *at = leaf->values[INTERPOLATE_AT].amounts;
  int reached = ls_leaf_reached(leaf, INTERPOLATE_AT, moment->step);
  double left = values[reached].factor;
  if (reached == ls_leaf_count(leaf, INTERPOLATE_AT)) {
    return left;
  }
  int64_t first = reached > 0 ? at[reached - 1].steps : 0;
  double x = (double)(moment->step - first) / (double)(at[reached].steps - first);
  if (ls_leaf_word(leaf, INTERPOLATE_SHAPE) == SHAPE_COSINE) {
    x = 1.0 - ls_half_cosine(x);
  }
  return left + (values[reached + 1].factor - left) * x;
}

static const ls_kind kinds[] = {
    {.name = "multistep",
     .summary = "drops at listed positions",
     .formula = "factor^n, n = how many of [at] are <= t",
     .arguments = multistep_arguments,
     .argument_count = LS_COUNT_OF(multistep_arguments),
     .at = multistep_at,
     .check = multistep_check},
    {.name = "piecewise",
     .summary = "listed factors at listed positions",
     .formula = "item n of [values], n = how many of [at] are <= t (side=old: < t)",
     .arguments = piecewise_arguments,
     .argument_count = LS_COUNT_OF(piecewise_arguments),
     .at = piecewise_at,
     .check = count_check},
    {.name = "interpolate",
     .summary = "lines or half cosines through listed points",
     .formula = "through [values] at 0 and [at], shape between them",
     .arguments = interpolate_arguments,
     .argument_count = LS_COUNT_OF(interpolate_arguments),
     .at = interpolate_at,
     .check = count_check},
};

const ls_family ls_family_points = {kinds, LS_COUNT_OF(kinds)};
