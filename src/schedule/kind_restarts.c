#include "schedule/leaf.h"

// Cosine restarts.  Cycle i is first * t_mul^i long, or `over` is cut into equal
// cycles.  Boundaries are stepped through and never looked up by a logarithm, which is
// wrong right at them (first=1, t_mul=3, step 121).

enum { FIRST, T_MUL, M_MUL, TOP_MUL, END, EXPONENT, K, LIMIT, CYCLES, OVER, GROW };
static const ls_argument arguments[] = {
    {.name = "first",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .value = "",
     .help = "length of the first cycle"},
    {.name = "t_mul",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "1",
     .help = "how much longer the next cycle is"},
    {.name = "m_mul",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "1",
     .help = "how much lower the next cycle is above `end`"},
    {.name = "top_mul",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "1",
     .help = "how much lower the next top is, above 0"},
    {.name = "end",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "0",
     .help = "factor at the end of each cycle"},
    {.name = "exponent",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "1",
     .help = "of the half cosine"},
    {.name = "k",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "1",
     .help = "k-decay: the power of the way through a cycle"},
    {.name = "limit",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NATURAL,
     .value = "0",
     .help = "after so many cycles it stays at `end`; 0: never"},
    {.name = "cycles",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_COUNT,
     .value = "",
     .help = "instead of `first`: so many equal cycles in `over`"},
    LS_ARGUMENT_OVER,
    LS_ARGUMENT_GROW,
};

// Which cycle, and how far through it, in [0, 1).
typedef struct spot {
  int64_t cycle;
  double x;
} spot;

// Whole lengths stay integers, so that a restart is exact at any step.
static spot find_whole(int64_t step, int64_t length, int64_t t_mul)
{
  spot found = {0, 0.0};
  while (step >= length) {
    step -= length;
    length = length > INT64_MAX / t_mul ? INT64_MAX : length * t_mul;
    found.cycle++;
  }
  found.x = (double)step / (double)length;
  return found;
}

static spot find_fractional(int64_t step, int64_t length, double t_mul)
{
  spot found = {0, 0.0};
  double left = (double)step, span = (double)length;
  while (left >= span) {
    left -= span;
    span *= t_mul;
    found.cycle++;
  }
  found.x = left / span;
  return found;
}

static spot find_spot(const ls_leaf *leaf, int64_t step)
{
  if (ls_leaf_has(leaf, CYCLES)) {
    int64_t over = ls_leaf_steps(leaf, OVER);
    int64_t done = step * (int64_t)ls_leaf_number(leaf, CYCLES); // checked to fit
    return (spot){done / over, (double)(done % over) / (double)over};
  }
  int64_t first = ls_leaf_steps(leaf, FIRST);
  double t_mul = ls_leaf_number(leaf, T_MUL);
  if (t_mul == 1.0) {
    return (spot){step / first, (double)(step % first) / (double)first};
  }
  return floor(t_mul) == t_mul ? find_whole(step, first, (int64_t)t_mul)
                               : find_fractional(step, first, t_mul);
}

static double restarts_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double end = ls_leaf_factor(leaf, END);
  double limit = ls_leaf_has(leaf, CYCLES) ? ls_leaf_number(leaf, CYCLES)
                                           : ls_leaf_number(leaf, LIMIT);
  spot here = find_spot(leaf, moment->step);
  double cycle = (double)here.cycle;
  if (limit > 0.0 && cycle >= limit) {
    return end;
  }
  double top = ls_power(ls_leaf_number(leaf, TOP_MUL), cycle);
  double height =
      ls_larger(top - end, 0.0) * ls_power(ls_leaf_number(leaf, M_MUL), cycle);
  double fall = ls_half_cosine(ls_power(here.x, ls_leaf_number(leaf, K)));
  return end + height * ls_power(fall, ls_leaf_number(leaf, EXPONENT));
}

static const char *check_cycles(const ls_leaf *leaf, int *argument)
{
  *argument = FIRST;
  if (ls_leaf_has(leaf, FIRST) == ls_leaf_has(leaf, CYCLES)) {
    return "or else 'cycles' must be given, one of them";
  }
  *argument = OVER;
  if (ls_leaf_has(leaf, FIRST) && ls_leaf_has(leaf, OVER)) {
    return "goes with 'cycles'; with 'first' the cycles go on";
  }
  if (ls_leaf_has(leaf, CYCLES) &&
      ls_leaf_steps(leaf, OVER) > INT64_MAX / (int64_t)ls_leaf_number(leaf, CYCLES)) {
    return "times 'cycles' overflows 63 bits";
  }
  *argument = T_MUL;
  double t_mul = ls_leaf_number(leaf, T_MUL);
  // Just above 1 the number of cycles to step through would be without bound.
  return t_mul < 1.0 || (t_mul > 1.0 && t_mul < 1.001) || t_mul > 1e6
             ? "must be 1, or from 1.001 to 1e6"
             : NULL;
}

static const char *check(const ls_leaf *leaf, int *argument)
{
  const char *reason = check_cycles(leaf, argument);
  if (reason != NULL) {
    return reason;
  }
  *argument = M_MUL;
  if (ls_leaf_grows(leaf, ls_leaf_number(leaf, M_MUL) > 1.0, GROW)) {
    return LS_WOULD_GROW;
  }
  *argument = TOP_MUL;
  if (ls_leaf_grows(leaf, ls_leaf_number(leaf, TOP_MUL) > 1.0, GROW)) {
    return LS_WOULD_GROW;
  }
  *argument = END;
  return ls_leaf_factor(leaf, END) > 1.0 ? "is above 1, where each cycle begins" : NULL;
}

static ls_ending ending(const ls_leaf *leaf)
{
  return ls_leaf_has(leaf, CYCLES) ? LS_ENDING_HOLDS : LS_ENDING_NEVER;
}

static const char *formula_of(const ls_leaf *leaf)
{
  return ls_leaf_has(leaf, CYCLES)
             ? "end + m_mul^i (top_mul^i - end) ((1 + cos(pi x^k))/2)^exponent, "
               "i and x whole and rest of cycles t/over"
             : NULL;
}

static const ls_kind kinds[] = {
    {.name = "cosine_restarts",
     .summary = "half a cosine again and again",
     .formula = "end + m_mul^i (top_mul^i - end) ((1 + cos(pi x^k))/2)^exponent, "
                "x through cycle i, which is first t_mul^i long",
     .arguments = arguments,
     .argument_count = LS_COUNT_OF(arguments),
     .at = restarts_at,
     .check = check,
     .ending = ending,
     .formula_of = formula_of},
};

const ls_family ls_family_restarts = {kinds, LS_COUNT_OF(kinds)};
