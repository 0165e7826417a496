#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/**
 * The commands of the program.  The table in command.c is the whole registry.
 */

#include "lockstep/comm.h"
#include "lockstep/status.h"

typedef struct ls_command {
  const char *name;
  const char *summary; /* one line, lower case, no full stop */

  /**
   * Run the command.
   *
   * argc, argv   argv[0] is the command's name
   * returns      LS_OK, or a failure whose text main prints; the same on every rank
   */
  ls_status (*run)(int argc, char **argv);
} ls_command;

/**
 * The command of that name.
 *
 * Local; same result on every rank.
 *
 * returns   NULL, with the failure text set to a line that guesses, if there is none
 */
const ls_command *ls_command_find(const char *name);

/** Command `index`; NULL behind the last.  Local; same result on every rank. */
const ls_command *ls_command_at(int index);

/** Print how the program is used, on stdout.  Local. */
void ls_command_help(void);

/**
 * Print a failure, once: a second call for the same end does nothing.
 *
 * Local; prints where this rank speaks.  Being stopped on request is no failure.
 *
 * returns   whether this was the first call for a failure, also where nothing is
 *           printed
 */
bool ls_command_report(ls_status status);

/**
 * End a command that ran on many ranks: report, and only then let any rank leave.
 *
 * Collective.  A launcher may kill the others as soon as one rank has left with a
 * failure, so rank 0 must have said why before that.
 *
 * comm      released; may be NULL
 * returns   `status`
 */
LS_NODISCARD ls_status ls_command_end(ls_comm *comm, ls_status status);

/* cmd_<name>.c */
ls_status ls_cmd_bench(int argc, char **argv);
ls_status ls_cmd_compare(int argc, char **argv);
ls_status ls_cmd_diff(int argc, char **argv);
ls_status ls_cmd_eval(int argc, char **argv);
ls_status ls_cmd_export(int argc, char **argv);
ls_status ls_cmd_help(int argc, char **argv);
ls_status ls_cmd_inspect(int argc, char **argv);
ls_status ls_cmd_optimizers(int argc, char **argv);
ls_status ls_cmd_schedule(int argc, char **argv);
ls_status ls_cmd_train(int argc, char **argv);

#endif
