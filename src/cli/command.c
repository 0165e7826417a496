#include "cli/command.h"

#include "base/log.h"
#include "base/nearest.h"

#include <string.h>

static const ls_command commands[] = {
    {"schedule", "show the learning rate at each step", ls_cmd_schedule},
    {"train", "train a network, alone or under mpirun", ls_cmd_train},
    {"eval", "judge a checkpoint on test data", ls_cmd_eval},
    {"inspect", "show what a checkpoint holds, or verify a directory", ls_cmd_inspect},
    {"diff", "show where two checkpoints differ", ls_cmd_diff},
    {"export", "write a checkpoint's weights for other programs", ls_cmd_export},
    {"compare", "train many recipes and rank them", ls_cmd_compare},
    {"bench", "measure this machine and what bounds a run on it", ls_cmd_bench},
    {"optimizers", "list optimizers with their formulas", ls_cmd_optimizers},
    {"help", "show this, or the help of a command", ls_cmd_help},
};

enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

const ls_command *ls_command_find(const char *name)
{
  const char *guess = NULL;

  for (int i = 0; i < COMMAND_COUNT; i++) {
    if (strcmp(name, commands[i].name) == 0) {
      return &commands[i];
    }
    guess = ls_nearest(name, guess, commands[i].name);
  }
  if (guess) {
    (void)ls_fail(LS_E_USAGE, "'%s' is not a command (did you mean '%s'?)", name,
                  guess);
  } else {
    (void)ls_fail(LS_E_USAGE, "'%s' is not a command (see 'lockstep help')", name);
  }
  return NULL;
}

const ls_command *ls_command_at(int index)
{
  return index >= 0 && index < COMMAND_COUNT ? &commands[index] : NULL;
}

void ls_command_help(void)
{
  ls_log_record("usage: lockstep <command> [options]\n"
                "\n"
                "Data-parallel training with the same bits on any number of ranks.\n");
  for (int i = 0; i < COMMAND_COUNT; i++) {
    ls_log_record("  %-12s %s", commands[i].name, commands[i].summary);
  }
  ls_log_record("\n'lockstep <command> --help' tells more; 'lockstep --version' the "
                "version.");
}

bool ls_command_report(ls_status status)
{
  static bool reported;

  if (status == LS_OK || status == LS_STOPPED || reported) {
    return false;
  }
  ls_log_warn("%s", ls_status_message());
  reported = true;
  return true;
}

ls_status ls_command_end(ls_comm *comm, ls_status status)
{
  (void)ls_command_report(status);
  if (comm) {
    ls_comm_barrier(comm);
    ls_comm_destroy(comm);
  }
  return status;
}
