#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/command.h"
#include "lockstep/version.h"

#include <stdlib.h>
#include <string.h>

// Before MPI_Init every rank would print its usage error: let the first one do it.
static bool is_first_process(void)
{
  static const char *const variables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK",
                                          "SLURM_PROCID"};

  for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
    const char *rank = getenv(variables[i]);
    if (rank) {
      return strcmp(rank, "0") == 0;
    }
  }
  return true;
}

static ls_status run(int argc, char **argv)
{
  if (argc < 2) {
    return ls_fail(LS_E_USAGE, "which command? (see 'lockstep help')");
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    ls_command_help();
    return LS_OK;
  }
  if (strcmp(argv[1], "--version") == 0) {
    ls_log_record("lockstep %s", ls_version());
    return LS_OK;
  }
  const ls_command *command = ls_command_find(argv[1]);
  return command ? command->run(argc - 1, argv + 1) : LS_E_USAGE;
}

int main(int argc, char **argv)
{
  ls_log_set(is_first_process(), false);
  ls_status status = run(argc, argv);

  if (ls_command_report(status) && !is_first_process()) {
    // Without MPI's barrier before it: a launcher kills all ranks once one has failed,
    // and the first one has to say why.
    ls_clock_sleep(1.0);
  }
#ifdef LOCKSTEP_ASSERTS
  if (status == LS_OK && ls_alloc_live() != 0) {
    ls_log_warn("bug: %lld allocations were not released", (long long)ls_alloc_live());
    status = LS_E_INTERNAL;
  }
#endif
  return ls_status_exit_code(status);
}
