#include "base/log.h"
#include "cli/command.h"
#include "cli/option.h"
#include "lockstep/recovery.h"
#include "store/difference.h"

#include <inttypes.h>

static const ls_option_table table = {
    .usage = "lockstep diff A B",
    .summary = "Where two checkpoints (of run directories: the newest good ones) "
               "differ.\nExit code 1 if they do.",
    .options = NULL,
    .count = 0,
    .operands_least = 2,
    .operands_most = 2,
};

static void refused(void *context, const char *path, const char *reason)
{
  (void)context;
  (void)path;
  ls_log_warn("refused: %s", reason);
}

static void print_setting(void *context, const char *key, const char *a, const char *b)
{
  static char texts[2][3 * LS_TEXT_MAX + 1]; // too large for the stack
  bool *differs = context;

  *differs = true;
  ls_log_encode(texts[0], sizeof texts[0], a ? a : "");
  ls_log_encode(texts[1], sizeof texts[1], b ? b : "");
  ls_log_record("setting name=%s a=%s b=%s", key, texts[0], texts[1]);
}

static void print_tensor(void *context, const char *name,
                         const ls_tensor_difference *found)
{
  bool *differs = context;

  *differs = *differs || found->count > 0 || !found->comparable;
  if (!found->comparable) {
    ls_log_record("tensor name=%s comparable=no", name);
  } else {
    ls_log_record("tensor name=%s differing=%" PRId64
                  " largest=%.9g last_place=%" PRId64,
                  name, found->count, found->largest, found->last_place);
  }
}

static void print_row(const char *side, const ls_checkpoint *state, int64_t index)
{
  if (index < state->history_count) {
    const ls_history_row *row = &state->history[index];
    ls_log_record("history side=%s epoch=%" PRId64 " step=%" PRId64
                  " loss=%.17g accuracy=%.17g val_loss=%.17g val_accuracy=%.17g "
                  "lr=%.17g",
                  side, row->epoch, row->step, row->loss, row->accuracy, row->val_loss,
                  row->val_accuracy, row->rate);
  } else {
    ls_log_record("history side=%s ends", side);
  }
}

static ls_status compare(const ls_checkpoint *a, const ls_checkpoint *b)
{
  bool differs = false;

  LS_TRY(ls_difference_settings(a, b, print_setting, &differs));
  ls_difference_tensors(a, b, print_tensor, &differs);
  int64_t row = ls_difference_history(a, b);
  if (row >= 0) {
    print_row("a", a, row);
    print_row("b", b, row);
    differs = true;
  }
  ls_log_record("diff equal=%s", differs ? "no" : "yes");
  return differs ? ls_fail(LS_E_ARG, "the checkpoints differ") : LS_OK;
}

ls_status ls_cmd_diff(int argc, char **argv)
{
  struct {
    int unused; /* there are no options */
  } config = {0};
  char path[LS_PATH_BYTES];
  ls_option_result result;
  ls_checkpoint *a = NULL;
  ls_checkpoint *b = NULL;

  LS_TRY(ls_option_parse(&result, &config, &table, argc, argv));
  if (result.help) {
    return LS_OK;
  }
  ls_status status = ls_store_find(&a, path, result.operand[0], refused, NULL);
  if (status == LS_OK) {
    status = ls_store_find(&b, path, result.operand[1], refused, NULL);
  }
  if (status == LS_OK) {
    status = compare(a, b);
  }
  ls_checkpoint_destroy(a);
  ls_checkpoint_destroy(b);
  return status;
}
