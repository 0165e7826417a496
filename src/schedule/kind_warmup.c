#include "schedule/leaf.h"

// warmup, and wsd, which begins with one.
//
// The first update already moves and the last one has the full rate, as llm.c and
// Horovod do it.  Most others divide t instead of t + 1 and waste the first update;
// `zero` asks for that.

enum { SHAPE_LINEAR, SHAPE_LOG, SHAPE_COSINE, SHAPE_SQRT };
#define ARGUMENT_SHAPE(argument_name)                                                  \
  {                                                                                    \
    .name = (argument_name), .form = LS_FORM_WORD,                                     \
    .words = "linear|log|cosine|1-sqrt", .value = "linear", .help = "how it rises"     \
  }
#define ARGUMENT_ZERO                                                                  \
  {                                                                                    \
    .name = "zero", .form = LS_FORM_FLAG,                                              \
    .help = "begin exactly at the lowest factor and be full one step later"            \
  }

// How far the rise is, in [0, 1], at step t < n.
static double rise(int shape, bool zero, int64_t step, int64_t length)
{
  double t = (double)step, n = (double)length;
  double x = zero ? t / n : (t + 1.0) / n;
  switch (shape) {
  case SHAPE_LOG:
    return zero ? log(t + 1.0) / log(ls_larger(n, 2.0)) : log(t + 2.0) / log(n + 1.0);
  case SHAPE_COSINE:
    return 1.0 - ls_half_cosine(x);
  case SHAPE_SQRT:
    return 1.0 - sqrt(1.0 - x);
  default:
    return x;
  }
}

enum { WARMUP_FROM, WARMUP_SHAPE, WARMUP_ZERO, WARMUP_OVER };
static const ls_argument warmup_arguments[] = {
    {.name = "from",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "0",
     .help = "the factor that it rises from"},
    ARGUMENT_SHAPE("shape"),
    ARGUMENT_ZERO,
    LS_ARGUMENT_OVER,
};

static double warmup_at(const ls_leaf *leaf, const ls_moment *moment)
{
  int64_t over = ls_leaf_steps(leaf, WARMUP_OVER);
  if (moment->step >= over) {
    return 1.0;
  }
  double from = ls_leaf_factor(leaf, WARMUP_FROM);
  return from + (1.0 - from) * rise(ls_leaf_word(leaf, WARMUP_SHAPE),
                                    ls_leaf_flag(leaf, WARMUP_ZERO), moment->step,
                                    over);
}

static const char *warmup_check(const ls_leaf *leaf, int *argument)
{
  *argument = WARMUP_FROM;
  return ls_leaf_factor(leaf, WARMUP_FROM) > 1.0 ? "is above 1, where a warm-up ends"
                                                 : NULL;
}

static const char *warmup_formula(const ls_leaf *leaf)
{
  static const char *const formulas[2][4] = {
      {
          "from + (1 - from) min(1, (t+1)/over)",
          "from + (1 - from) min(1, ln(t+2)/ln(over+1))",
          "from + (1 - from) (1 - cos(pi x))/2, x = min(1, (t+1)/over)",
          "from + (1 - from) (1 - sqrt(1 - x)), x = min(1, (t+1)/over)",
      },
      {
          "from + (1 - from) min(1, t/over)",
          "from + (1 - from) min(1, ln(t+1)/ln(over))",
          "from + (1 - from) (1 - cos(pi x))/2, x = min(1, t/over)",
          "from + (1 - from) (1 - sqrt(1 - x)), x = min(1, t/over)",
      }};
  return formulas[ls_leaf_flag(leaf, WARMUP_ZERO)][ls_leaf_word(leaf, WARMUP_SHAPE)];
}

enum {
  WSD_WARMUP,
  WSD_DECAY,
  WSD_TAIL,
  WSD_END,
  WSD_START,
  WSD_RISE,
  WSD_ZERO,
  WSD_OVER
};
enum { TAIL_LINEAR, TAIL_COSINE, TAIL_SQRT, TAIL_EXPONENTIAL };
static const ls_argument wsd_arguments[] = {
    {.name = "warmup",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .value = "",
     .help = "length of the rise; left out, there is none"},
    {.name = "decay",
     .form = LS_FORM_LENGTH,
     .range = LS_RANGE_POSITIVE,
     .value = "20%",
     .help = "length of the tail, which ends with `over`"},
    {.name = "tail",
     .form = LS_FORM_WORD,
     .words = "linear|cosine|1-sqrt|exponential",
     .value = "1-sqrt",
     .help = "how it falls"},
    {.name = "end",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "0",
     .help = "factor at the end"},
    {.name = "start",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "0",
     .help = "the factor that the warm-up rises from"},
    ARGUMENT_SHAPE("rise"),
    ARGUMENT_ZERO,
    LS_ARGUMENT_OVER,
};

static double tail(int shape, double x)
{
  switch (shape) {
  case TAIL_COSINE:
    return ls_half_cosine(x);
  case TAIL_SQRT:
    return 1.0 - sqrt(x);
  case TAIL_EXPONENTIAL:
    return 2.0 * pow(0.5, x) - 1.0;
  default:
    return 1.0 - x;
  }
}

static double wsd_at(const ls_leaf *leaf, const ls_moment *moment)
{
  int64_t warmup = ls_leaf_steps(leaf, WSD_WARMUP);
  int64_t decay = ls_leaf_steps(leaf, WSD_DECAY);
  int64_t falls = ls_leaf_steps(leaf, WSD_OVER) - decay;
  if (moment->step < warmup) {
    double start = ls_leaf_factor(leaf, WSD_START);
    return start + (1.0 - start) * rise(ls_leaf_word(leaf, WSD_RISE),
                                        ls_leaf_flag(leaf, WSD_ZERO), moment->step,
                                        warmup);
  }
  if (moment->step < falls) {
    return 1.0;
  }
  double end = ls_leaf_factor(leaf, WSD_END);
  double x = (double)(moment->step - falls) / (double)decay;
  return end + (1.0 - end) * tail(ls_leaf_word(leaf, WSD_TAIL), x);
}

static const char *wsd_check(const ls_leaf *leaf, int *argument)
{
  *argument = WSD_END;
  if (ls_leaf_factor(leaf, WSD_END) > 1.0) {
    return "is above 1, where the decay begins";
  }
  *argument = WSD_START;
  if (ls_leaf_factor(leaf, WSD_START) > 1.0) {
    return "is above 1, where a warm-up ends";
  }
  *argument = WSD_DECAY;
  int64_t over = ls_leaf_steps(leaf, WSD_OVER), decay = ls_leaf_steps(leaf, WSD_DECAY);
  if (over < 0 || decay < 0) {
    return NULL;
  }
  int64_t warmup = ls_leaf_has(leaf, WSD_WARMUP) ? ls_leaf_steps(leaf, WSD_WARMUP) : 0;
  return decay > over || warmup > over - decay
             ? "and the warm-up together are longer than 'over'"
             : NULL;
}

static const char *wsd_formula(const ls_leaf *leaf)
{
  static const char *const formulas[4] = {
      "1 after warmup, then end + (1 - end) (1 - x), x = (t - (over - decay))/decay",
      "1 after warmup, then end + (1 - end) (1 + cos(pi x))/2, "
      "x = (t - (over - decay))/decay",
      "1 after warmup, then end + (1 - end) (1 - sqrt(x)), "
      "x = (t - (over - decay))/decay",
      "1 after warmup, then end + (1 - end) (2 0.5^x - 1), "
      "x = (t - (over - decay))/decay",
  };
  return formulas[ls_leaf_word(leaf, WSD_TAIL)];
}

static const ls_kind kinds[] = {
    {.name = "warmup",
     .summary = "a rise to the full rate, which its last step has",
     .formula = "from + (1 - from) min(1, (t+1)/over)",
     .arguments = warmup_arguments,
     .argument_count = LS_COUNT_OF(warmup_arguments),
     .at = warmup_at,
     .check = warmup_check,
     .formula_of = warmup_formula},
    {.name = "wsd",
     .summary = "warm-up, stable, decay",
     .formula = "1 after warmup, then end + (1 - end) (1 - sqrt(x)), "
                "x = (t - (over - decay))/decay",
     .arguments = wsd_arguments,
     .argument_count = LS_COUNT_OF(wsd_arguments),
     .at = wsd_at,
     .check = wsd_check,
     .formula_of = wsd_formula},
};

const ls_family ls_family_warmup = {kinds, LS_COUNT_OF(kinds)};
