#include "train/state.h"

#include "base/alloc.h"

ls_status ls_run_state_init(ls_run_state *state, int64_t epochs)
{
  *state = (ls_run_state){0};
  state->history = ls_alloc((size_t)epochs, sizeof *state->history);
  state->metrics = ls_alloc((size_t)epochs, sizeof *state->metrics);
  return state->history && state->metrics ? LS_OK : LS_E_NOMEM;
}

void ls_run_state_clear(ls_run_state *state)
{
  ls_free(state->history);
  ls_free(state->metrics);
  *state = (ls_run_state){0};
}

void ls_run_state_append(ls_run_state *state, const ls_history_row *row)
{
  state->metrics[state->history_count] =
      (ls_metric_row){.step = row->step,
                      .loss = row->loss,
                      .accuracy = row->accuracy,
                      .val_loss = row->val_loss,
                      .val_accuracy = row->val_accuracy};
  state->history[state->history_count++] = *row;
}

ls_metric_history ls_run_state_metrics(const ls_run_state *state)
{
  return (ls_metric_history){.rows = state->metrics, .count = state->history_count};
}

void ls_run_state_restore(ls_run_state *state, const ls_checkpoint *checkpoint)
{
  state->step = checkpoint->step;
  state->skipped = checkpoint->skipped;
  state->epoch_loss = checkpoint->epoch_loss_sum;
  state->epoch_correct = checkpoint->epoch_correct;
  state->epoch_count = checkpoint->epoch_count;
  state->history_count = 0;
  for (int64_t i = 0; i < checkpoint->history_count; i++) {
    ls_run_state_append(state, &checkpoint->history[i]);
  }
}

void ls_run_state_share(ls_run_state *state, ls_comm *comm)
{
  ls_history_row *history = state->history;
  ls_metric_row *metrics = state->metrics;

  ls_comm_broadcast(comm, state, sizeof *state);
  state->history = history;
  state->metrics = metrics;
  size_t count = (size_t)state->history_count;
  ls_comm_broadcast(comm, history, count * sizeof *history);
  ls_comm_broadcast(comm, metrics, count * sizeof *metrics);
}
