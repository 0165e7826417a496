#include "cli/print_checkpoint.h"

#include "base/clock.h"
#include "base/log.h"
#include "lockstep/recovery.h"

#include <inttypes.h>
#include <sys/stat.h>

void ls_print_history(const ls_checkpoint *state, bool csv)
{
  if (csv) {
    ls_log_record("epoch,step,loss,accuracy,val_loss,val_accuracy,lr");
  }
  for (int64_t i = 0; i < state->history_count; i++) {
    const ls_history_row *row = &state->history[i];
    ls_log_record(csv ? "%" PRId64 ",%" PRId64 ",%.17g,%.17g,%.17g,%.17g,%.17g"
                      : "epoch epoch=%" PRId64 " step=%" PRId64
                        " loss=%.9g accuracy=%.9g val_loss=%.9g val_accuracy=%.9g "
                        "lr=%.17g",
                  row->epoch, row->step, row->loss, row->accuracy, row->val_loss,
                  row->val_accuracy, row->rate);
  }
}

static void file_time(char text[32], int64_t *bytes, const char *path)
{
  struct stat about = {0};

  text[0] = '\0';
  if (stat(path, &about) == 0) {
    ls_clock_date(text, 32, about.st_mtime);
  }
  *bytes = about.st_size;
}

static void print_file(const ls_checkpoint *state, const char *path,
                       const ls_summary *summary)
{
  char text[3 * LS_PATH_BYTES];
  char when[32];
  int64_t bytes;

  file_time(when, &bytes, path);
  ls_log_encode(text, sizeof text, path);
  ls_log_record("checkpoint path=%s step=%" PRId64 " epoch=%" PRId64 " epochs=%" PRId64
                " time=%s bytes=%" PRId64 " seal=ok",
                text, state->step, summary->epoch, state->epochs, when, bytes);
}

static void print_model(const ls_checkpoint *state, const ls_summary *summary)
{
  ls_log_record("model parameters=%" PRId64 " weights=sha256:%s", summary->parameters,
                summary->weights);
  for (int64_t i = 0; i < state->tensor_count; i++) {
    const ls_tensor *tensor = &state->tensors[i];
    ls_log_record("tensor name=%s rows=%" PRId64 " columns=%" PRId64 " activation=%s",
                  tensor->name, tensor->rows, tensor->columns, tensor->activation);
  }
}

static void print_run(const ls_checkpoint *state, const ls_summary *summary)
{
  static char text[3 * LS_TEXT_MAX + 1]; // too large for the stack

  ls_log_encode(text, sizeof text, state->optimizer);
  ls_log_record(
      "run lr=%.17g base_rate=%.17g optimizer=%s skipped=%" PRId64 " seed=%" PRIu64
      " batch=%" PRId64 " shards=%" PRId64 " train_rows=%" PRId64 " data=sha256:%s",
      summary->rate, state->base_rate, text, state->skipped, state->seed,
      state->global_batch, state->shards, state->train_count, state->data_digest);
  ls_log_encode(text, sizeof text, state->schedule);
  ls_log_record("schedule text=%s", text);
  ls_log_encode(text, sizeof text, state->resolved);
  ls_log_record("resolved text=%s", text);
  ls_log_encode(text, sizeof text, state->configuration);
  ls_log_record("configuration text=%s", text);
}

void ls_print_checkpoint(const ls_checkpoint *state, const char *path,
                         const ls_summary *summary)
{
  print_file(state, path, summary);
  print_model(state, summary);
  print_run(state, summary);
  if (state->history_count > 0) {
    const ls_history_row *last = &state->history[state->history_count - 1];
    ls_log_record("metrics epoch=%" PRId64 " loss=%.9g accuracy=%.9g val_loss=%.9g "
                  "val_accuracy=%.9g",
                  last->epoch, last->loss, last->accuracy, last->val_loss,
                  last->val_accuracy);
  }
}
