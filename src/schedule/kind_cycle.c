#include "schedule/leaf.h"

// Kinds that rise by nature: cyclic, range_test.

enum { CYCLIC_LOW, CYCLIC_UP, CYCLIC_DOWN, CYCLIC_MODE, CYCLIC_GAMMA, CYCLIC_STAIRS };
enum { MODE_TRIANGULAR, MODE_TRIANGULAR2, MODE_EXP_RANGE };
static const ls_argument cyclic_arguments[] = {
    {.name = "low",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .help = "the factor between cycles; the top is 1"},
    {.name = "up",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .value = "2000",
     .help = "length of the rise"},
    {.name = "down",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .value = "",
     .help = "length of the fall; left out, as `up`"},
    {.name = "mode",
     .form = LS_FORM_WORD,
     .words = "triangular|triangular2|exp_range",
     .value = "triangular",
     .help = "equal cycles, halved ones, or falling with gamma^t"},
    {.name = "gamma",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "1",
     .help = "of exp_range"},
    {.name = "stairs",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NATURAL,
     .many = true,
     .value = "0",
     .help = "of the rise and of the fall, as 5|4; 0: smooth"},
};

static int64_t down_length(const ls_leaf *leaf)
{
  return ls_leaf_has(leaf, CYCLIC_DOWN) ? ls_leaf_steps(leaf, CYCLIC_DOWN)
                                        : ls_leaf_steps(leaf, CYCLIC_UP);
}

// done/length, or what is left of it in whole stairs.
static double height(int64_t done, int64_t length, double stairs)
{
  double part = (double)done / (double)length;
  return stairs > 0.0 ? floor((double)done * stairs / (double)length) / stairs : part;
}

static double mode_scale(const ls_leaf *leaf, int64_t step, int64_t cycle)
{
  switch (ls_leaf_word(leaf, CYCLIC_MODE)) {
  case MODE_TRIANGULAR2:
    return pow(0.5, (double)cycle);
  case MODE_EXP_RANGE:
    return ls_power(ls_leaf_number(leaf, CYCLIC_GAMMA), (double)step);
  default:
    return 1.0;
  }
}

static double cyclic_at(const ls_leaf *leaf, const ls_moment *moment)
{
  int64_t up = ls_leaf_steps(leaf, CYCLIC_UP), down = down_length(leaf);
  int64_t cycle = moment->step / (up + down), done = moment->step % (up + down);
  const ls_value *stairs = &leaf->values[CYCLIC_STAIRS];
  double rising = stairs->amounts[0].number;
  double falling = stairs->amounts[stairs->count - 1].number;
  double low = ls_leaf_factor(leaf, CYCLIC_LOW);
  double part =
      done <= up ? height(done, up, rising) : height(up + down - done, down, falling);
  return low + (1.0 - low) * part * mode_scale(leaf, moment->step, cycle);
}

static const char *cyclic_check(const ls_leaf *leaf, int *argument)
{
  *argument = CYCLIC_LOW;
  if (ls_leaf_factor(leaf, CYCLIC_LOW) > 1.0) {
    return "is above 1, the top of a cycle";
  }
  *argument = CYCLIC_STAIRS;
  if (ls_leaf_count(leaf, CYCLIC_STAIRS) > 2) {
    return "has one value for the rise and one for the fall";
  }
  *argument = CYCLIC_UP;
  return ls_leaf_steps(leaf, CYCLIC_UP) > INT64_MAX / 4 ||
                 ls_leaf_steps(leaf, CYCLIC_DOWN) > INT64_MAX / 4
             ? "is too long"
             : NULL;
}

static const char *cyclic_formula(const ls_leaf *leaf)
{
  static const char *const formulas[3] = {
      "low + (1 - low) h, h from 0 to 1 in up and back in down",
      "low + (1 - low) h/2^i, h from 0 to 1 in up and back in down, cycle i",
      "low + (1 - low) h gamma^t, h from 0 to 1 in up and back in down",
  };
  return formulas[ls_leaf_word(leaf, CYCLIC_MODE)];
}

enum { RANGE_RATE, RANGE_EVERY, RANGE_STAIRCASE };
static const ls_argument range_test_arguments[] = {
    {.name = "rate",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "1",
     .help = "added in each `every`"},
    {.name = "every",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .value = "2000",
     .help = "the length that it counts in"},
    LS_ARGUMENT_STAIRCASE,
};

static double range_test_at(const ls_leaf *leaf, const ls_moment *moment)
{
  int64_t every = ls_leaf_steps(leaf, RANGE_EVERY);
  double count = ls_leaf_flag(leaf, RANGE_STAIRCASE)
                     ? (double)(moment->step / every)
                     : (double)moment->step / (double)every;
  return 1.0 + ls_leaf_number(leaf, RANGE_RATE) * count;
}

static const char *range_test_formula(const ls_leaf *leaf)
{
  return ls_leaf_flag(leaf, RANGE_STAIRCASE) ? "1 + rate floor(t/every)" : NULL;
}

static const ls_kind kinds[] = {
    {.name = "cyclic",
     .summary = "triangles between two factors",
     .formula = "low + (1 - low) h, h from 0 to 1 in up and back in down",
     .arguments = cyclic_arguments,
     .argument_count = LS_COUNT_OF(cyclic_arguments),
     .at = cyclic_at,
     .check = cyclic_check,
     .formula_of = cyclic_formula},
    {.name = "range_test",
     .summary = "a line upwards, to find the largest rate that works",
     .formula = "1 + rate t/every",
     .arguments = range_test_arguments,
     .argument_count = LS_COUNT_OF(range_test_arguments),
     .at = range_test_at,
     .formula_of = range_test_formula},
};

const ls_family ls_family_cycle = {kinds, LS_COUNT_OF(kinds)};
