#include "base/log.h"
#include "cli/command.h"
#include "cli/train_options.h"
#include "comm/watch.h"
#include "lockstep/optimizer.h"
#include "train/call.h"
#include "train/schedule_choice.h"
#include "train/stop.h"

enum { ECHO_BYTES = 8192 };

// What needs neither data nor ranks is refused before MPI starts, as a usage error.
static ls_status check_schedule(const ls_train_config *config)
{
  ls_schedule *parsed = NULL;

  if (config->schedule[0] == '@') {
    return LS_OK;
  }
  ls_status status = ls_schedule_parse(&parsed, config->schedule, NULL);
  ls_schedule_destroy(parsed);
  if (status != LS_OK) {
    ls_schedule_show_place(config->schedule);
  }
  return status == LS_E_ARG ? LS_E_USAGE : status;
}

static ls_status check_optimizer(const ls_train_config *config)
{
  ls_status status = ls_optimizer_check(config->optimizer, config->weight_decay);
  if (status != LS_OK) {
    ls_call_show_place("optimizer", config->optimizer);
    ls_call_show_place("weight-decay", config->weight_decay);
  }
  return status == LS_E_ARG ? LS_E_USAGE : status;
}

// What asks to delete must not look as if it had.
static ls_status check_resume(const ls_train_config *config)
{
  if (config->discard_newer && !config->resume) {
    return ls_fail(LS_E_USAGE, "--discard-newer goes with --resume FILE");
  }
  return LS_OK;
}

ls_status ls_cmd_train(int argc, char **argv)
{
  ls_train_config config = ls_train_config_default();
  ls_option_result result;
  char command[ECHO_BYTES] = "lockstep train ";
  const size_t head = sizeof "lockstep train " - 1;
  ls_comm *comm = NULL;

  // First of all: a signal during start-up is as good as a later one.
  ls_stop_listen();
  LS_TRY(ls_option_parse(&result, &config, ls_train_options(), argc, argv));
  if (result.help) {
    return LS_OK;
  }
  LS_TRY(check_resume(&config));
  LS_TRY(check_schedule(&config));
  LS_TRY(check_optimizer(&config));
  ls_train_options_given(&config, &result);
  ls_option_echo(command + head, sizeof command - head, ls_train_options(), &config);
  config.command = command;

  ls_watch_config limits = {.hang_seconds = config.hang_timeout_seconds,
                            .io_seconds = config.io_timeout_seconds};
  (void)ls_watch_begin(&limits);
  ls_status status = ls_comm_create(&comm, config.fake_nodes);
  if (status == LS_OK) {
    ls_log_set(ls_comm_rank(comm) == 0, config.quiet);
    status = ls_command_end(comm, ls_train_run(&config, comm));
  }
  ls_watch_end();
  return status;
}
