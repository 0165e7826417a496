#include "base/log.h"
#include "cli/command.h"
#include "cli/option.h"
#include "lockstep/recovery.h"
#include "store/export.h"

#include <stdio.h>
#include <string.h>

typedef struct export_config {
  const char *to;
  const char *out;
} export_config;

static const ls_option options[] = {
    {.name = "to",
     .kind = LS_OPTION_CHOICE,
     .offset = offsetof(export_config, to),
     .argument = "FORMAT",
     .choices = "keras.h5|npz|csv",
     .help = "weights for Keras, arrays for NumPy, or text"},
    {.name = "out",
     .letter = 'o',
     .kind = LS_OPTION_TEXT,
     .offset = offsetof(export_config, out),
     .argument = "FILE",
     .help = "where to; else beside the checkpoint"},
};

static const ls_option_table table = {
    .usage = "lockstep export FILE|DIR --to keras.h5|npz|csv [--out FILE]",
    .summary = "The weights of a checkpoint for other programs.",
    .options = options,
    .count = sizeof options / sizeof *options,
    .operands_least = 1,
    .operands_most = 1,
};

static const struct {
  const char *name;
  ls_status (*write)(const char *path, const ls_checkpoint *checkpoint);
} formats[] = {
    {"keras.h5", ls_export_keras},
    {"npz", ls_export_npz},
    {"csv", ls_export_csv},
};

// ckpt-000000000100.h5 becomes ckpt-000000000100.npz.
static void beside(char target[LS_PATH_BYTES], const char *path, const char *format)
{
  size_t length = strlen(path);

  if (length > 3 && strcmp(path + length - 3, ".h5") == 0) {
    length -= 3;
  }
  (void)snprintf(target, LS_PATH_BYTES, "%.*s.%s", (int)length, path, format);
}

static void refused(void *context, const char *path, const char *reason)
{
  (void)context;
  (void)path;
  ls_log_warn("refused: %s", reason);
}

ls_status ls_cmd_export(int argc, char **argv)
{
  export_config config = {0};
  ls_option_result result;
  ls_checkpoint *state;
  char path[LS_PATH_BYTES];
  char target[LS_PATH_BYTES];
  char text[3 * LS_PATH_BYTES];

  LS_TRY(ls_option_parse(&result, &config, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  if (!config.to) {
    return ls_fail(LS_E_USAGE, "--to is missing: keras.h5, npz or csv");
  }
  LS_TRY(ls_store_find(&state, path, result.operand[0], refused, NULL));
  beside(target, path, config.to);
  const char *out = config.out ? config.out : target;
  ls_status status = ls_export_check(out);
  for (size_t i = 0; i < sizeof formats / sizeof *formats && status == LS_OK; i++) {
    if (strcmp(formats[i].name, config.to) == 0) {
      status = formats[i].write(out, state);
    }
  }
  if (status == LS_OK) {
    ls_log_encode(text, sizeof text, out);
    ls_log_record("exported step=%lld format=%s path=%s", (long long)state->step,
                  config.to, text);
  }
  ls_checkpoint_destroy(state);
  return status;
}
