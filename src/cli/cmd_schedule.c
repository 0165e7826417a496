#include "base/alloc.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/schedule_history.h"
#include "cli/schedule_show.h"
#include "lockstep/train.h"

#include <inttypes.h>
#include <stddef.h>

typedef struct schedule_config {
  double lr;
  int64_t steps, epochs, steps_per_epoch, every;
  bool csv, explain, list, draw;
  const char *plot;
  const char *history;
} schedule_config;

#define FIELD(name) offsetof(schedule_config, name)

static const ls_option options[] = {
    {.name = "lr",
     .kind = LS_OPTION_NUMBER,
     .offset = FIELD(lr),
     .argument = "RATE",
     .above_least = true,
     .help = "base rate, which all factors multiply"},
    {.name = "steps",
     .kind = LS_OPTION_COUNT,
     .offset = FIELD(steps),
     .argument = "N",
     .help = "length of the run; 0: --epochs times --steps-per-epoch"},
    {.name = "epochs",
     .kind = LS_OPTION_COUNT,
     .offset = FIELD(epochs),
     .argument = "E",
     .least = 1,
     .most = 1000000000,
     .help = "length of the run in epochs"},
    {.name = "steps-per-epoch",
     .kind = LS_OPTION_COUNT,
     .offset = FIELD(steps_per_epoch),
     .argument = "S",
     .least = 1,
     .most = 1000000000,
     .help = "updates in an epoch"},
    {.name = "csv",
     .kind = LS_OPTION_FLAG,
     .offset = FIELD(csv),
     .help = "print step,lr with 17 digits instead"},
    {.name = "every",
     .kind = LS_OPTION_COUNT,
     .offset = FIELD(every),
     .argument = "K",
     .least = 1,
     .help = "of --csv: a row each K steps"},
    {.name = "plot",
     .kind = LS_OPTION_TEXT,
     .offset = FIELD(plot),
     .argument = "FILE",
     .help = "draw a picture, .svg or .png, instead (needs gnuplot)"},
    {.name = "draw",
     .kind = LS_OPTION_FLAG,
     .offset = FIELD(draw),
     .help = "draw in characters also where the output is no terminal"},
    {.name = "history",
     .kind = LS_OPTION_TEXT,
     .offset = FIELD(history),
     .argument = "FILE",
     .help = "metrics of a run, for schedules that follow one"},
    {.name = "explain",
     .kind = LS_OPTION_FLAG,
     .offset = FIELD(explain),
     .help = "print the formulas with their numbers instead"},
    {.name = "list",
     .kind = LS_OPTION_FLAG,
     .offset = FIELD(list),
     .help = "print every kind with its arguments and defaults instead"},
};

static const ls_option_table table = {
    .usage = "lockstep schedule TEXT|@FILE ... [options]",
    .summary = "The learning rate at each step, without data and without training.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .operands_least = 0,
    .operands_most = LS_SCHEDULES_MAX,
};

static ls_status show(const ls_schedule_set *set, const schedule_config *config)
{
  int columns;
  bool seen = ls_terminal_shows(LS_STREAM_OUT, &columns);

  if (config->plot != NULL) {
    return ls_schedule_show_picture(set, config->plot);
  }
  if (config->explain) {
    ls_schedule_show_formulas(set);
  } else if (config->csv) {
    ls_schedule_show_csv(set, config->every);
  } else {
    ls_schedule_show_table(set);
    if (config->draw || seen) {
      ls_schedule_show_drawing(set, columns);
    }
  }
  return LS_OK;
}

ls_status ls_cmd_schedule(int argc, char **argv)
{
  ls_train_config defaults = ls_train_config_default();
  schedule_config config = {.lr = defaults.lr,
                            .epochs = defaults.epochs,
                            .steps_per_epoch = 1875,
                            .every = 1};
  ls_option_result result;
  ls_schedule_set set = {.count = 0};

  LS_TRY(ls_option_parse(&result, &config, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  if (config.list) {
    ls_schedule_show_kinds();
    return LS_OK;
  }
  if (result.operands == 0) {
    return ls_fail(LS_E_USAGE, "which schedule? (see 'lockstep schedule --list')");
  }
  int64_t steps = config.epochs * config.steps_per_epoch;
  set.run = (ls_schedule_run){.base_rate = config.lr,
                              .total_steps = config.steps > 0 ? config.steps : steps,
                              .steps_per_epoch = config.steps_per_epoch};
  ls_metric_row *rows = NULL;
  int64_t count = 0;
  ls_status status = config.history != NULL
                         ? ls_schedule_history_read(&rows, &count, config.history)
                         : LS_OK;
  set.history = (ls_metric_history){rows, count};
  if (status == LS_OK) {
    status = ls_schedule_set_open(&set, result.operand, result.operands);
  }
  if (status == LS_OK) {
    status = show(&set, &config);
  }
  ls_schedule_set_close(&set);
  ls_free(rows);
  return status;
}
