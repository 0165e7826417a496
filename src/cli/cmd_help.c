#include "cli/command.h"

#include <stddef.h>
#include <string.h>

ls_status ls_cmd_help(int argc, char **argv)
{
  char help[] = "--help";
  char *arguments[] = {NULL, help, NULL};

  if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    ls_command_help();
    return LS_OK;
  }
  const ls_command *command = ls_command_find(argv[1]);
  if (!command) {
    return LS_E_USAGE;
  }
  if (command->run == ls_cmd_help) {
    ls_command_help();
    return LS_OK;
  }
  arguments[0] = argv[1];
  return command->run(2, arguments);
}
