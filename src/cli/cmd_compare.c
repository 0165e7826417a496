#include "base/log.h"
#include "cli/command.h"
#include "cli/option.h"
#include "lockstep/compare.h"

#include <stdio.h>
#include <unistd.h>

typedef struct compare_options {
  ls_compare_config config;
  const char *collect;
} compare_options;

#define FIELD(name) .offset = offsetof(compare_options, config.name)

static const ls_option options[] = {
    {.name = "schedules",
     .letter = 's',
     .kind = LS_OPTION_TEXT,
     FIELD(schedules),
     .argument = "FILE",
     .help = "schedules, a line each: 'name: schedule'; '#' begins a comment"},
    {.name = "optimizers",
     .kind = LS_OPTION_TEXT,
     FIELD(optimizers),
     .argument = "LIST",
     .help = "optimizers with ';' between, as 'sgd; sgd(0.9, nesterov)'"},
    {.name = "lr",
     .kind = LS_OPTION_TEXT,
     FIELD(rates),
     .argument = "LIST",
     .help = "base rates, as 0.05,0.1,0.2"},
    {.name = "seeds",
     .kind = LS_OPTION_TEXT,
     FIELD(seeds),
     .argument = "LIST",
     .help = "seeds, as 1..5 or 1,4,9"},
    {.name = "epochs",
     .letter = 'e',
     .kind = LS_OPTION_COUNT,
     FIELD(epochs),
     .argument = "N",
     .help = "epochs of each run",
     .least = 1,
     .most = 100000},
    {.name = "holdout",
     .kind = LS_OPTION_COUNT,
     FIELD(holdout),
     .argument = "N",
     .help = "training rows kept back, on which recipes are ranked"},
    {.name = "data",
     .letter = 'd',
     .kind = LS_OPTION_TEXT,
     FIELD(data),
     .argument = "DIR",
     .help = "directory of IDX files"},
    {.name = "out",
     .letter = 'o',
     .kind = LS_OPTION_TEXT,
     FIELD(out),
     .argument = "DIR",
     .help = "directory of the comparison; what is finished in it is not repeated"},
    {.name = "jobs",
     .letter = 'j',
     .kind = LS_OPTION_COUNT,
     FIELD(jobs),
     .argument = "K",
     .help = "runs at a time; 0: as many as there are cores for",
     .most = 1024},
    {.name = "ranks-per-run",
     .kind = LS_OPTION_COUNT,
     FIELD(ranks),
     .argument = "N",
     .help = "ranks of a run; more than 1 start under mpirun",
     .least = 1,
     .most = 4096},
    {.name = "baseline",
     .kind = LS_OPTION_TEXT,
     FIELD(baseline),
     .argument = "NAME",
     .help = "schedule that others are held against; left out: the first"},
    {.name = "target",
     .kind = LS_OPTION_NUMBER,
     FIELD(target),
     .argument = "SHARE",
     .help = "accuracy whose epoch and second are looked for",
     .least = 0},
    {.name = "part",
     .kind = LS_OPTION_TEXT,
     FIELD(part),
     .argument = "I/N",
     .help = "train the I-th of N parts and do not report: for job arrays"},
    {.name = "collect",
     .kind = LS_OPTION_TEXT,
     .offset = offsetof(compare_options, collect),
     .argument = "DIR",
     .help = "train nothing, report on what is in DIR"},
};

static const ls_option_table table = {
    .usage = "lockstep compare --schedules FILE --out DIR [options] [-- train options]",
    .summary =
        "Train every schedule with every optimizer, rate and seed, and rank them in\n"
        "a table, a CSV file and a page with curves.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .operands_most = 100,
};

static ls_status find_program(char *path, size_t bytes)
{
  ssize_t length = readlink("/proc/self/exe", path, bytes - 1);

  if (length < 0) {
    return ls_fail(LS_E_IO, "cannot find the program itself in /proc");
  }
  path[length] = '\0';
  return LS_OK;
}

ls_status ls_cmd_compare(int argc, char **argv)
{
  compare_options chosen = {.config = {.optimizers = "sgd",
                                       .rates = "0.1",
                                       .seeds = "1..5",
                                       .data = "data/mnist",
                                       .epochs = 15,
                                       .holdout = 5000,
                                       .ranks = 1,
                                       .target = 0.97}};
  ls_option_result result;
  char program[4096];
  const char *more[100];

  LS_TRY(ls_option_parse(&result, &chosen, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  if (chosen.collect) {
    return ls_compare_collect(chosen.collect);
  }
  if (!chosen.config.schedules || !chosen.config.out) {
    return ls_fail(LS_E_USAGE, "something is missing: %s", table.usage);
  }
  LS_TRY(find_program(program, sizeof program));
  for (int i = 0; i < result.operands; i++) {
    more[i] = result.operand[i];
  }
  chosen.config.program = program;
  chosen.config.more = more;
  chosen.config.more_count = result.operands;
  return ls_compare_run(&chosen.config);
}
