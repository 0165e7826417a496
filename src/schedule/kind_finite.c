#include "schedule/leaf.h"

// Decays that reach their end: polynomial, cosine, tanh.

#define ARGUMENT_END                                                                   \
  {                                                                                    \
    .name = "end", .form = LS_FORM_FACTOR, .range = LS_RANGE_NOT_NEGATIVE,             \
    .value = "0", .help = "factor at the end"                                          \
  }
#define ARGUMENT_START                                                                 \
  {                                                                                    \
    .name = "start", .form = LS_FORM_FACTOR, .range = LS_RANGE_NOT_NEGATIVE,           \
    .value = "1", .help = "factor at the beginning"                                    \
  }
#define ARGUMENT_K                                                                     \
  {                                                                                    \
    .name = "k", .form = LS_FORM_NUMBER, .range = LS_RANGE_POSITIVE, .value = "1",     \
    .help = "k-decay: the power of t/over"                                             \
  }

// All three begin with these two.
enum { END, START };

static const char *check_growth(const ls_leaf *leaf, int grow, int *argument)
{
  *argument = END;
  bool grows = ls_leaf_factor(leaf, END) > ls_leaf_factor(leaf, START);
  return ls_leaf_grows(leaf, grows, grow) ? LS_WOULD_GROW : NULL;
}

// For formulas that leave out what does nothing.
static bool is_one(const ls_leaf *leaf, int argument)
{
  return ls_leaf_number(leaf, argument) == 1.0;
}

static double between(const ls_leaf *leaf, double height)
{
  double end = ls_leaf_factor(leaf, END);
  return end + (ls_leaf_factor(leaf, START) - end) * height;
}

enum {
  POLYNOMIAL_POWER = START + 1,
  POLYNOMIAL_K,
  POLYNOMIAL_CYCLE,
  POLYNOMIAL_OVER,
  POLYNOMIAL_GROW
};
static const ls_argument polynomial_arguments[] = {
    ARGUMENT_END,
    ARGUMENT_START,
    {.name = "power",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "1",
     .help = "of what is left; 1: a straight line"},
    ARGUMENT_K,
    {.name = "cycle",
     .form = LS_FORM_FLAG,
     .help = "after each `over` begin again, as if it were that much longer"},
    LS_ARGUMENT_OVER,
    LS_ARGUMENT_GROW,
};

static double polynomial_at(const ls_leaf *leaf, const ls_moment *moment)
{
  int64_t over = ls_leaf_steps(leaf, POLYNOMIAL_OVER);
  double x = (double)moment->step / (double)over;
  if (moment->step > over) {
    int64_t cycles = (moment->step - 1) / over + 1; // rounded up
    x = (double)moment->step / ((double)over * (double)cycles);
  }
  double left = 1.0 - ls_power(x, ls_leaf_number(leaf, POLYNOMIAL_K));
  return between(leaf, ls_power(left, ls_leaf_number(leaf, POLYNOMIAL_POWER)));
}

static const char *polynomial_check(const ls_leaf *leaf, int *argument)
{
  return check_growth(leaf, POLYNOMIAL_GROW, argument);
}

static ls_ending polynomial_ending(const ls_leaf *leaf)
{
  return ls_leaf_flag(leaf, POLYNOMIAL_CYCLE) ? LS_ENDING_CYCLES : LS_ENDING_HOLDS;
}

static const char *polynomial_formula(const ls_leaf *leaf)
{
  if (ls_leaf_flag(leaf, POLYNOMIAL_CYCLE)) {
    return "end + (start - end) (1 - x^k)^power, x = t/(over max(1, ceil(t/over)))";
  }
  return is_one(leaf, POLYNOMIAL_K) && is_one(leaf, POLYNOMIAL_POWER)
             ? "end + (start - end) (1 - t/over)"
             : NULL;
}

enum { COSINE_EXPONENT = START + 1, COSINE_K, COSINE_CYCLES, COSINE_OVER, COSINE_GROW };
static const ls_argument cosine_arguments[] = {
    ARGUMENT_END,
    ARGUMENT_START,
    {.name = "exponent",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "1",
     .help = "of the half cosine"},
    ARGUMENT_K,
    {.name = "cycles",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "0.5",
     .help = "of the whole cosine; above 0.5 it comes back up"},
    LS_ARGUMENT_OVER,
    LS_ARGUMENT_GROW,
};

static double cosine_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double x = (double)moment->step / (double)ls_leaf_steps(leaf, COSINE_OVER);
  double turns = 2.0 * ls_leaf_number(leaf, COSINE_CYCLES) *
                 ls_power(x, ls_leaf_number(leaf, COSINE_K));
  double height = ls_half_cosine(turns);
  return between(leaf, ls_power(height, ls_leaf_number(leaf, COSINE_EXPONENT)));
}

static const char *cosine_check(const ls_leaf *leaf, int *argument)
{
  *argument = COSINE_CYCLES;
  bool returns = ls_leaf_number(leaf, COSINE_CYCLES) > 0.5;
  return ls_leaf_grows(leaf, returns, COSINE_GROW)
             ? LS_WOULD_GROW
             : check_growth(leaf, COSINE_GROW, argument);
}

static const char *cosine_formula(const ls_leaf *leaf)
{
  bool plain = is_one(leaf, COSINE_EXPONENT) && is_one(leaf, COSINE_K) &&
               ls_leaf_number(leaf, COSINE_CYCLES) == 0.5;
  return plain ? "end + (start - end) (1 + cos(pi t/over))/2" : NULL;
}

enum { TANH_LOWER = START + 1, TANH_UPPER, TANH_OVER, TANH_GROW };
static const ls_argument tanh_arguments[] = {
    ARGUMENT_END,
    ARGUMENT_START,
    {.name = "lower",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_ANY,
     .value = "-7",
     .help = "where the curve begins on the axis of tanh"},
    {.name = "upper",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_ANY,
     .value = "3",
     .help = "where it ends"},
    LS_ARGUMENT_OVER,
    LS_ARGUMENT_GROW,
};

static double tanh_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double x = (double)moment->step / (double)ls_leaf_steps(leaf, TANH_OVER);
  double place = ls_leaf_number(leaf, TANH_LOWER) * (1.0 - x) +
                 ls_leaf_number(leaf, TANH_UPPER) * x;
  return between(leaf, 0.5 * (1.0 - tanh(place)));
}

static const char *tanh_check(const ls_leaf *leaf, int *argument)
{
  *argument = TANH_UPPER;
  bool rises = ls_leaf_number(leaf, TANH_UPPER) < ls_leaf_number(leaf, TANH_LOWER);
  return ls_leaf_grows(leaf, rises, TANH_GROW)
             ? LS_WOULD_GROW
             : check_growth(leaf, TANH_GROW, argument);
}

static const ls_kind kinds[] = {
    {.name = "polynomial",
     .summary = "a power of what is left",
     .formula = "end + (start - end) (1 - (t/over)^k)^power",
     .arguments = polynomial_arguments,
     .argument_count = LS_COUNT_OF(polynomial_arguments),
     .at = polynomial_at,
     .check = polynomial_check,
     .ending = polynomial_ending,
     .formula_of = polynomial_formula},
    {.name = "cosine",
     .summary = "half a cosine",
     .formula = "end + (start - end) ((1 + cos(2 pi cycles (t/over)^k))/2)^exponent",
     .arguments = cosine_arguments,
     .argument_count = LS_COUNT_OF(cosine_arguments),
     .at = cosine_at,
     .check = cosine_check,
     .formula_of = cosine_formula},
    {.name = "tanh",
     .summary = "a piece of a hyperbolic tangent",
     .formula = "end + (start - end) (1 - tanh(lower (1-x) + upper x))/2, x = t/over",
     .arguments = tanh_arguments,
     .argument_count = LS_COUNT_OF(tanh_arguments),
     .at = tanh_at,
     .check = tanh_check},
};

const ls_family ls_family_finite = {kinds, LS_COUNT_OF(kinds)};
