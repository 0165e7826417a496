#include "base/log.h"
#include "cli/command.h"
#include "cli/option.h"
#include "cli/print_checkpoint.h"
#include "lockstep/recovery.h"

typedef struct inspect_config {
  bool history;
  bool csv;
  bool verify;
} inspect_config;

static const ls_option options[] = {
    {.name = "history",
     .kind = LS_OPTION_FLAG,
     .offset = offsetof(inspect_config, history),
     .help = "only the epochs so far, a line each"},
    {.name = "csv",
     .kind = LS_OPTION_FLAG,
     .offset = offsetof(inspect_config, csv),
     .help = "with --history: as comma-separated values"},
    {.name = "verify",
     .kind = LS_OPTION_FLAG,
     .offset = offsetof(inspect_config, verify),
     .help = "check every checkpoint of a directory"},
};

static const ls_option_table table = {
    .usage = "lockstep inspect FILE|DIR [options]",
    .summary = "What a checkpoint holds; of a run directory: its newest good one.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .operands_least = 1,
    .operands_most = 1,
};

static void refused(void *context, const char *path, const char *reason)
{
  (void)context;
  (void)path;
  ls_log_warn("refused: %s", reason);
}

static ls_status inspect(const char *operand, const inspect_config *config)
{
  char path[LS_PATH_BYTES];
  ls_checkpoint *state;
  ls_summary summary;

  LS_TRY(ls_store_find(&state, path, operand, refused, NULL));
  ls_status status = ls_summarize(&summary, state);
  if (status == LS_OK && config->history) {
    ls_print_history(state, config->csv);
  } else if (status == LS_OK) {
    ls_print_checkpoint(state, path, &summary);
  }
  ls_checkpoint_destroy(state);
  return status;
}

static void verdict(void *context, const char *path, const char *reason)
{
  char text[3 * LS_PATH_BYTES];

  (void)context;
  ls_log_encode(text, sizeof text, reason);
  ls_log_record("file path=%s seal=%s", path, text);
}

ls_status ls_cmd_inspect(int argc, char **argv)
{
  inspect_config config = {0};
  ls_option_result result;

  LS_TRY(ls_option_parse(&result, &config, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  if (config.csv && !config.history) {
    return ls_fail(LS_E_USAGE, "--csv needs --history");
  }
  return config.verify ? ls_store_verify(result.operand[0], verdict, NULL)
                       : inspect(result.operand[0], &config);
}
