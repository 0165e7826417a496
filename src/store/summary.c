#include "store/summary.h"

#include "base/alloc.h"
#include "lockstep/schedule.h"
#include "store/state.h"

#include <math.h>

static ls_status digest_weights(char hex[LS_SHA256_HEX], const ls_checkpoint *state)
{
  uint8_t digest[LS_SHA256_BYTES];
  ls_sha256 *sha;

  LS_TRY(ls_sha256_create(&sha));
  for (int64_t i = 0; i < state->tensor_count; i++) {
    const ls_tensor *tensor = &state->tensors[i];
    int64_t rows = tensor->columns == 0 ? 1 : tensor->rows;
    int64_t columns = tensor->columns == 0 ? tensor->rows : tensor->columns;
    for (int64_t row = 0; row < rows; row++) {
      ls_sha256_add(sha, ls_tensor_row(tensor, row), (size_t)columns * sizeof(float));
    }
  }
  ls_sha256_destroy(digest, sha);
  ls_sha256_hex(hex, digest);
  return LS_OK;
}

static ls_metric_row *metrics_of(const ls_checkpoint *state)
{
  ls_metric_row *rows = ls_alloc((size_t)state->history_count, sizeof *rows);

  for (int64_t i = 0; rows && i < state->history_count; i++) {
    const ls_history_row *row = &state->history[i];
    rows[i] = (ls_metric_row){row->step, row->loss, row->accuracy, row->val_loss,
                              row->val_accuracy};
  }
  return rows;
}

// The stored schedule is resolved: resolving it again only gives it its base rate.
static double rate_of(const ls_checkpoint *state, const ls_metric_row *rows)
{
  int64_t per_epoch = (state->train_count - 1) / state->global_batch + 1;
  int64_t epochs = state->epochs > 0 ? state->epochs : 1;
  const ls_schedule_run run = {state->base_rate, epochs * per_epoch, per_epoch};
  const ls_metric_history history = {rows, state->history_count};
  ls_schedule *parsed = NULL;
  ls_schedule *resolved = NULL;
  double rate = NAN;

  if (ls_schedule_parse(&parsed, state->resolved, NULL) == LS_OK &&
      ls_schedule_resolve(&resolved, parsed, &run) == LS_OK) {
    rate = ls_schedule_at(resolved, state->step, &history);
  }
  ls_schedule_destroy(parsed);
  ls_schedule_destroy(resolved);
  return rate;
}

ls_status ls_summarize(ls_summary *out, const ls_checkpoint *checkpoint)
{
  ls_metric_row *rows = metrics_of(checkpoint);

  *out = (ls_summary){.epoch = checkpoint->history_count};
  if (!rows) {
    return LS_E_NOMEM;
  }
  for (int64_t i = 0; i < checkpoint->tensor_count; i++) {
    out->parameters += ls_tensor_count(&checkpoint->tensors[i]);
  }
  out->rate = rate_of(checkpoint, rows);
  ls_free(rows);
  return digest_weights(out->weights, checkpoint);
}
