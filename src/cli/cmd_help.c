#include "base/log.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/option_page.h"

#include <stddef.h>
#include <stdio.h>

typedef struct help_config {
  bool man;
  bool completion;
} help_config;

static const ls_option options[] = {
    {.name = "man",
     .kind = LS_OPTION_FLAG,
     .offset = offsetof(help_config, man),
     .help = "as a man page: lockstep help --man train | man -l -"},
    {.name = "completion",
     .kind = LS_OPTION_FLAG,
     .offset = offsetof(help_config, completion),
     .help = "print completion for bash: source <(lockstep help --completion)"},
};

static const ls_option_table table = {
    .usage = "lockstep help [COMMAND] [options]",
    .summary = "Show what the program, or a command of it, can do.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .operands_most = 1,
};

static ls_status help_of(const ls_command *command, ls_help_style style)
{
  char help[] = "--help";
  char name[32];
  char *arguments[] = {name, help, NULL};

  (void)snprintf(name, sizeof name, "%s", command->name);
  ls_option_page_choose(style, command->name, command->summary);
  return command->run(2, arguments);
}

static ls_status print_completion(void)
{
  ls_log_record("# bash completion for lockstep, made by 'lockstep help --completion'\n"
                "_lockstep() {\n"
                "  local word=${COMP_WORDS[COMP_CWORD]} words=\n"
                "  local before=${COMP_WORDS[COMP_CWORD - 1]}\n"
                "  local command=${COMP_WORDS[1]}\n"
                "  [[ $COMP_CWORD -gt 1 ]] || command=\n"
                "  case $command:$before in");
  for (int i = 0; ls_command_at(i); i++) {
    LS_TRY(help_of(ls_command_at(i), LS_HELP_COMPLETION));
  }
  ls_log_record("    :*)\n      words='--help --version");
  for (int i = 0; ls_command_at(i); i++) {
    ls_log_record("        %s", ls_command_at(i)->name);
  }
  ls_log_record("      ' ;;\n"
                "  esac\n"
                "  [[ $command != help || $word == -* ]] || words=$(lockstep help |\n"
                "    sed -n 's/^  \\([a-z]*\\) .*/\\1/p')\n"
                "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
                "}\n"
                "complete -F _lockstep lockstep");
  return LS_OK;
}

// Several failures share an exit code: they stand together.
static void print_exit(int exit_code, const char *meaning)
{
  static int last = -1;

  if (exit_code == last) {
    ls_log_record(".br");
  } else {
    ls_log_record(".TP\n%d", exit_code);
  }
  last = exit_code;
  ls_option_page_text(meaning);
}

static void print_program_page(void)
{
  ls_option_page_begin("lockstep",
                       "data-parallel training with the same bits on any number of "
                       "ranks",
                       "lockstep COMMAND [options]");
  ls_log_record(".SH COMMANDS");
  for (int i = 0; ls_command_at(i); i++) {
    ls_log_record(".TP\n.BR lockstep\\-%s (1)", ls_command_at(i)->name);
    ls_option_page_text(ls_command_at(i)->summary);
  }
  ls_log_record(".SH EXIT STATUS");
#define PRINT_STATUS(name, exit_code, meaning) print_exit(exit_code, meaning);
  LS_STATUS_LIST(PRINT_STATUS)
#undef PRINT_STATUS
}

ls_status ls_cmd_help(int argc, char **argv)
{
  help_config config = {0};
  ls_option_result result;

  LS_TRY(ls_option_parse(&result, &config, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  if (config.completion) {
    return print_completion();
  }
  if (result.operands == 0) {
    if (config.man) {
      print_program_page();
    } else {
      ls_command_help();
    }
    return LS_OK;
  }
  const ls_command *command = ls_command_find(result.operand[0]);
  if (!command) {
    return LS_E_USAGE;
  }
  return help_of(command, config.man ? LS_HELP_MAN : LS_HELP_TEXT);
}
