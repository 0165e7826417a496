#include "schedule/leaf.h"

// One cycle: up to 1, down again, and down to almost nothing.  Where the phases meet
// differs by a step between the two systems that made it popular, so both are here.

enum { PEAK, FALL, DIV, FINAL_DIV, SHAPE, PHASES, KNOTS, STAIRS, OVER };
enum { SHAPE_COSINE, SHAPE_LINEAR };
enum { KNOTS_TORCH, KNOTS_OPTAX };
static const ls_argument arguments[] = {
    {.name = "peak",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_FRACTION,
     .value = "0.3",
     .help = "where the top is, as a share of `over`"},
    {.name = "fall",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_FRACTION,
     .value = "0.85",
     .help = "of three phases with knots=optax: where the last begins"},
    {.name = "div",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "25",
     .help = "it begins with 1/div"},
    {.name = "final_div",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_POSITIVE,
     .value = "10000",
     .help = "it ends with 1/(div final_div)"},
    {.name = "shape",
     .form = LS_FORM_WORD,
     .words = "cosine|linear",
     .value = "cosine",
     .help = "of each phase"},
    {.name = "phases",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_COUNT,
     .value = "2",
     .help = "2: up and down to the end; 3: up, down to 1/div, down to the end"},
    {.name = "knots",
     .form = LS_FORM_WORD,
     .words = "torch|optax",
     .value = "torch",
     .help =
         "phases end at peak over - 1 and over - 1, or at whole peak over and over"},
    {.name = "stairs",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NATURAL,
     .many = true,
     .value = "0",
     .help = "of each phase, as 0|0|8; 0: smooth"},
    LS_ARGUMENT_OVER,
};

// The ends of up to three phases, in steps that need not be whole, and their factors.
typedef struct phases {
  double knots[4];
  double factors[4];
  int count;
} phases;

static phases find_phases(const ls_leaf *leaf)
{
  bool three = ls_leaf_number(leaf, PHASES) == 3.0;
  bool optax = ls_leaf_word(leaf, KNOTS) == KNOTS_OPTAX;
  double over = (double)ls_leaf_steps(leaf, OVER);
  double top = ls_leaf_number(leaf, PEAK) * over;
  double start = ls_power(ls_leaf_number(leaf, DIV), -1.0);
  double end = start * ls_power(ls_leaf_number(leaf, FINAL_DIV), -1.0);
  phases found = {.factors = {start, 1.0, end}, .count = 2};
  found.knots[1] = optax ? floor(top) : top - 1.0;
  found.knots[2] = optax ? over : over - 1.0;
  if (three) {
    found.count = 3;
    found.knots[3] = found.knots[2];
    found.knots[2] = optax ? floor(ls_leaf_number(leaf, FALL) * over) : 2.0 * top - 2.0;
    found.factors[2] = start;
    found.factors[3] = end;
  }
  return found;
}

static double phase_stairs(const ls_leaf *leaf, int phase)
{
  const ls_value *stairs = &leaf->values[STAIRS];
  int last = stairs->count - 1;
  return stairs->amounts[phase < last ? phase : last].number;
}

static double one_cycle_at(const ls_leaf *leaf, const ls_moment *moment)
{
  phases found = find_phases(leaf);
  double t = (double)moment->step;
  int phase = 0;
  while (phase < found.count && t > found.knots[phase + 1]) {
    phase++;
  }
  if (phase == found.count) {
    return found.factors[phase];
  }
  double first = found.knots[phase], span = found.knots[phase + 1] - first;
  double from = found.factors[phase], to = found.factors[phase + 1];
  double stairs = phase_stairs(leaf, phase), x = (t - first) / span;
  if (stairs > 0.0) { // whole stairs above the lower end
    x = from < to ? floor((t - first) * stairs / span) / stairs
                  : 1.0 - floor((first + span - t) * stairs / span) / stairs;
  }
  if (ls_leaf_word(leaf, SHAPE) == SHAPE_COSINE) {
    return to + (from - to) * ls_half_cosine(x);
  }
  return from + (to - from) * x;
}

static const char *check(const ls_leaf *leaf, int *argument)
{
  *argument = PHASES;
  if (ls_leaf_number(leaf, PHASES) != 2.0 && ls_leaf_number(leaf, PHASES) != 3.0) {
    return "must be 2 or 3";
  }
  *argument = STAIRS;
  if (ls_leaf_count(leaf, STAIRS) > (int)ls_leaf_number(leaf, PHASES)) {
    return "has more values than there are phases";
  }
  if (ls_leaf_steps(leaf, OVER) < 0) {
    return NULL;
  }
  *argument = PEAK;
  phases found = find_phases(leaf);
  for (int i = 0; i < found.count; i++) {
    if (!(found.knots[i + 1] > found.knots[i])) {
      return "leaves a phase without a step";
    }
  }
  return NULL;
}

static const char *formula_of(const ls_leaf *leaf)
{
  static const char *const formulas[2][2][2] = {
      {{"1/div to 1 at peak over - 1, to 1/(div final_div) at over - 1, along half "
        "cosines",
        "1/div to 1 at peak over - 1, to 1/(div final_div) at over - 1, along lines"},
       {"1/div to 1 at peak over, to 1/(div final_div) at over, along half cosines",
        "1/div to 1 at peak over, to 1/(div final_div) at over, along lines"}},
      {{"1/div to 1 at peak over - 1, to 1/div at 2 peak over - 2, to "
        "1/(div final_div) at over - 1, along half cosines",
        "1/div to 1 at peak over - 1, to 1/div at 2 peak over - 2, to "
        "1/(div final_div) at over - 1, along lines"},
       {"1/div to 1 at peak over, to 1/div at fall over, to 1/(div final_div) at over, "
        "along half cosines",
        "1/div to 1 at peak over, to 1/div at fall over, to 1/(div final_div) at over, "
        "along lines"}},
  };
  bool three = ls_leaf_number(leaf, PHASES) == 3.0;
  return formulas[three][ls_leaf_word(leaf, KNOTS)][ls_leaf_word(leaf, SHAPE)];
}

static const ls_kind kinds[] = {
    {.name = "one_cycle",
     .summary = "up, down, and down to almost nothing",
     .formula = "1/div to 1 at peak over - 1, to 1/(div final_div) at over - 1",
     .arguments = arguments,
     .argument_count = LS_COUNT_OF(arguments),
     .at = one_cycle_at,
     .check = check,
     .formula_of = formula_of},
};

const ls_family ls_family_one_cycle = {kinds, LS_COUNT_OF(kinds)};
