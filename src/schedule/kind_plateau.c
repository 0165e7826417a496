#include "schedule/leaf.h"

// plateau: drops when a metric stops getting better.
//
// There is no state to save: the whole history is read again each time, which is a few
// operations an epoch, and the history itself is part of the run.  Rows after the start
// of the stage and up to now count.

enum {
  MONITOR,
  MODE,
  FACTOR,
  PATIENCE,
  THRESHOLD,
  THRESHOLD_MODE,
  COOLDOWN,
  FLOOR,
  CHANGE,
  REBASE
};
enum { MONITOR_VAL_LOSS, MONITOR_VAL_ACCURACY, MONITOR_LOSS, MONITOR_ACCURACY };
enum { MODE_AUTO, MODE_MIN, MODE_MAX };
enum { THRESHOLD_RELATIVE, THRESHOLD_ABSOLUTE };
static const ls_argument arguments[] = {
    {.name = "monitor",
     .form = LS_FORM_WORD,
     .words = "val_loss|val_accuracy|loss|accuracy",
     .value = "val_loss",
     .help = "the metric that it follows"},
    {.name = "mode",
     .form = LS_FORM_WORD,
     .words = "auto|min|max",
     .value = "auto",
     .help = "which way is better; auto: less loss, more accuracy"},
    {.name = "factor",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_FRACTION,
     .value = "0.1",
     .help = "multiplied in at each drop"},
    {.name = "patience",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NATURAL,
     .value = "10",
     .help = "epochs without improvement that are borne; the next one drops"},
    {.name = "threshold",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "0.0001",
     .help = "how much better counts as better"},
    {.name = "threshold_mode",
     .form = LS_FORM_WORD,
     .words = "rel|abs",
     .value = "rel",
     .help = "as a share of the best so far, or as it is"},
    {.name = "cooldown",
     .form = LS_FORM_NUMBER,
     .range = LS_RANGE_NATURAL,
     .value = "0",
     .help = "epochs after a drop that are not counted"},
    {.name = "floor",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "0",
     .help = "never below this"},
    {.name = "change",
     .form = LS_FORM_FACTOR,
     .range = LS_RANGE_NOT_NEGATIVE,
     .value = "1e-08abs",
     .help = "a drop of no more than this is not made"},
    {.name = "rebase",
     .form = LS_FORM_FLAG,
     .help = "after a drop compare with the metric then, not with the best"},
};

// What going through the history carries along.  The best so far begins as far away as
// can be, so that a first metric out there is not better.
typedef struct memory {
  double best;
  int64_t bad;
  int64_t cooldown;
  double factor;
} memory;

static double metric_of(const ls_leaf *leaf, const ls_metric_row *row)
{
  switch (ls_leaf_word(leaf, MONITOR)) {
  case MONITOR_VAL_ACCURACY:
    return row->val_accuracy;
  case MONITOR_LOSS:
    return row->loss;
  case MONITOR_ACCURACY:
    return row->accuracy;
  default:
    return row->val_loss;
  }
}

static bool wants_more(const ls_leaf *leaf)
{
  int monitor = ls_leaf_word(leaf, MONITOR);
  int mode = ls_leaf_word(leaf, MODE);
  return mode == MODE_MAX || (mode == MODE_AUTO && (monitor == MONITOR_VAL_ACCURACY ||
                                                    monitor == MONITOR_ACCURACY));
}

// A NaN is never better.
static bool is_better(const ls_leaf *leaf, const memory *seen, double metric)
{
  double threshold = ls_leaf_number(leaf, THRESHOLD);
  bool relative = ls_leaf_word(leaf, THRESHOLD_MODE) == THRESHOLD_RELATIVE;
  if (wants_more(leaf)) {
    return metric >
           (relative ? seen->best * (1.0 + threshold) : seen->best + threshold);
  }
  return metric < (relative ? seen->best * (1.0 - threshold) : seen->best - threshold);
}

static void drop(const ls_leaf *leaf, memory *seen, double metric)
{
  double lower = ls_larger(seen->factor * ls_leaf_number(leaf, FACTOR),
                           ls_leaf_factor(leaf, FLOOR));
  if (seen->factor - lower > ls_leaf_factor(leaf, CHANGE)) {
    seen->factor = lower;
  }
  seen->bad = 0;
  seen->cooldown = (int64_t)ls_leaf_number(leaf, COOLDOWN);
  if (ls_leaf_flag(leaf, REBASE) && metric == metric) {
    seen->best = metric;
  }
}

static void see(const ls_leaf *leaf, memory *seen, double metric)
{
  if (is_better(leaf, seen, metric)) {
    seen->best = metric;
    seen->bad = 0;
  } else {
    seen->bad++;
  }
  if (seen->cooldown > 0) {
    seen->cooldown--;
    seen->bad = 0;
  }
  if ((double)seen->bad > ls_leaf_number(leaf, PATIENCE)) {
    drop(leaf, seen, metric);
  }
}

static double plateau_at(const ls_leaf *leaf, const ls_moment *moment)
{
  double infinity = (double)INFINITY;
  memory seen = {.best = wants_more(leaf) ? -infinity : infinity, .factor = 1.0};
  const ls_metric_history *history = moment->history;
  for (int64_t i = 0; history != NULL && i < history->count; i++) {
    const ls_metric_row *row = &history->rows[i];
    if (row->step > moment->now) {
      break;
    }
    if (row->step > moment->start) {
      see(leaf, &seen, metric_of(leaf, row));
    }
  }
  return seen.factor;
}

static const char *check(const ls_leaf *leaf, int *argument)
{
  *argument = FLOOR;
  return ls_leaf_factor(leaf, FLOOR) > 1.0 ? "is above 1, where it begins" : NULL;
}

static const ls_kind kinds[] = {
    {.name = "plateau",
     .summary = "drops when a metric stops getting better",
     .formula = "max(floor, factor^n), n drops: each after patience + 1 epochs "
                "without a better monitor",
     .arguments = arguments,
     .argument_count = LS_COUNT_OF(arguments),
     .follows_metric = true,
     .at = plateau_at,
     .check = check},
};

const ls_family ls_family_plateau = {kinds, LS_COUNT_OF(kinds)};
