/**
 * The life of a run: steps, epochs, saves, and how it ends.
 */

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "lockstep/train.h"
#include "train/dry_run.h"
#include "train/report.h"
#include "train/ride.h"
#include "train/stop.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

// The step as this rank sees it when nobody's step was applied.
static ls_status own_failure(const ls_trainer *t)
{
  if (ls_stepper_was_not_finite(t->stepper)) {
    return ls_fail(LS_E_NUMERIC,
                   "loss or gradient of step %" PRId64
                   " is not finite; a smaller --lr may help",
                   t->state.step);
  }
  if (ls_fault("step", ls_comm_rank(t->comm))) {
    return ls_fail(LS_E_IO, "fault point 'step'");
  }
  return LS_OK;
}

static void log_step(ls_trainer *t, const ls_reduction_totals *totals, double rate,
                     int64_t rows)
{
  int64_t step = t->state.step;

  if (t->metrics && t->config.log_every > 0 && step % t->config.log_every == 0) {
    ls_metrics_step row = {.epoch = step / t->steps_per_epoch + 1,
                           .step = step,
                           .loss = totals->loss / (double)rows,
                           .accuracy = (double)totals->correct / (double)rows,
                           .rate = rate,
                           .seconds = ls_display_epoch_seconds(&t->display)};
    ls_metrics_add_step(t->metrics, &row);
  }
}

static void draw(ls_trainer *t, double rate)
{
  const ls_run_state *state = &t->state;

  if (ls_display_is_due(&t->display)) {
    ls_display_figures figures = {
        .step = state->step,
        .loss = state->epoch_loss / (double)state->epoch_count,
        .accuracy = (double)state->epoch_correct / (double)state->epoch_count,
        .rate = rate};
    ls_display_draw(&t->display, &figures);
  }
}

// One step and what it adds to the state.
static ls_status train_step(ls_trainer *t, uint64_t *flags)
{
  ls_run_state *state = &t->state;
  ls_reduction_totals totals;
  double rate = ls_trainer_rate(t, state->step);
  int64_t rows = ls_batch_at(&t->plan, state->step).rows.count;
  uint64_t own = ls_stop_flags(state->step + 1) | ls_saver_flags(t->saver);

  if (ls_fault("step", ls_comm_rank(t->comm))) {
    own |= LS_RIDE_FAILED;
  }
  ls_stepper_run(t->stepper, &totals, state->step, (float)rate, own);
  *flags = totals.flags;
  if (!totals.applied) {
    return ls_comm_agree(t->comm, own_failure(t));
  }
  log_step(t, &totals, rate, rows);
  state->step++;
  state->epoch_loss += totals.loss;
  state->epoch_correct += totals.correct;
  state->epoch_count += rows;
  draw(t, rate);
  return LS_OK;
}

static ls_status validate(ls_trainer *t, ls_score *score)
{
  ls_rows rows = ls_feed_validation(t->feed);

  return ls_evaluator_run(t->evaluator, score, t->comm, &rows,
                          ls_reduction_weights(t->reduction));
}

static ls_status end_epoch(ls_trainer *t)
{
  ls_run_state *state = &t->state;
  double train_seconds = ls_display_epoch_seconds(&t->display);
  double trained = (double)(state->step - t->display.epoch_first_step) *
                   (double)t->plan.global_batch;
  ls_score score;

  LS_TRY(validate(t, &score));
  ls_history_row row = {.epoch = state->step / t->steps_per_epoch,
                        .step = state->step,
                        .loss = state->epoch_loss / (double)state->epoch_count,
                        .accuracy =
                            (double)state->epoch_correct / (double)state->epoch_count,
                        .val_loss = score.loss,
                        .val_accuracy = score.accuracy};
  // The row must be in the history before the rate of the next step is asked for: a
  // plateau decides by it.
  ls_run_state_append(state, &row);
  row.rate = ls_trainer_rate(t, state->step);
  state->history[state->history_count - 1].rate = row.rate;
  state->epoch_loss = 0;
  state->epoch_correct = 0;
  state->epoch_count = 0;
  double seconds = ls_display_epoch_seconds(&t->display);
  ls_display_end_epoch(&t->display, &row, seconds);
  ls_report_epoch(&row, seconds, trained / train_seconds);
  if (t->metrics) {
    ls_metrics_add_epoch(t->metrics, &row, seconds);
  }
  ls_display_begin_epoch(&t->display, state->step);
  return LS_OK;
}

// Until the last step, a stop, or a failure; `flags` are those of the last step.
static ls_status train_steps(ls_trainer *t, uint64_t *flags)
{
  ls_status status = LS_OK;

  *flags = 0;
  while (status == LS_OK && t->state.step < t->total_steps) {
    status = train_step(t, flags);
    if (status == LS_OK && t->state.step % t->steps_per_epoch == 0) {
      status = end_epoch(t);
    }
    if (status == LS_OK && ls_saver_due(t->saver, &t->state, *flags)) {
      ls_saver_save(t->saver, &t->state);
    }
    if (status == LS_OK && (*flags & LS_RIDE_SAVE_FAILED) != 0) {
      status = ls_saver_finish(t->saver);
    }
    if ((*flags & LS_RIDE_STOPS) != 0) {
      break;
    }
  }
  return status;
}

static ls_status finish(ls_trainer *t, double begin_seconds)
{
  ls_rows rows = ls_feed_test(t->feed);
  double trained_seconds = ls_clock_seconds() - begin_seconds;
  ls_score test;

  ls_saver_save(t->saver, &t->state);
  LS_TRY(ls_evaluator_run(t->evaluator, &test, t->comm, &rows,
                          ls_reduction_weights(t->reduction)));
  LS_TRY(ls_saver_finish(t->saver));
  LS_TRY(ls_report_done(t, &test, ls_clock_seconds() - begin_seconds));
  ls_report_times(t, trained_seconds);
  return LS_OK;
}

static ls_status stop(ls_trainer *t, uint64_t flags)
{
  ls_display_clear(&t->display);
  LS_TRY(ls_saver_finish(t->saver));
  ls_report_stopped(t, flags);
  return LS_STOPPED;
}

static void write_status(ls_trainer *t, ls_status status)
{
  char line[LS_REASON_BYTES + 64];

  if (!t->origin.store) {
    return;
  }
  (void)snprintf(line, sizeof line, "exit=%d step=%" PRId64 " %s",
                 ls_status_exit_code(status), t->state.step,
                 status == LS_OK        ? "done"
                 : status == LS_STOPPED ? "stopped"
                                        : ls_status_message());
  // No status line is no reason to fail a run that has ended; scripts see its absence.
  if (ls_store_write_status(t->origin.store, line) != LS_OK) {
    ls_log_warn("%s", ls_status_message());
  }
}

static ls_status train(ls_trainer *t)
{
  uint64_t flags = 0;
  double begin_seconds = ls_clock_seconds();
  ls_stop_config watched = {.directory = ls_comm_rank(t->comm) == 0 && t->origin.store
                                             ? t->origin.directory
                                             : NULL,
                            .time_limit_seconds = t->config.time_limit_seconds,
                            .step = t->config.stop_at_step};

  t->display.epochs = t->config.epochs;
  t->display.steps_per_epoch = t->steps_per_epoch;
  t->display.global_batch = t->plan.global_batch;
  ls_stop_begin(&watched);
  ls_report_begin(t);
  ls_display_begin(&t->display, t->state.step);
  ls_status status = train_steps(t, &flags);
  if (status == LS_OK) {
    status =
        t->state.step == t->total_steps ? finish(t, begin_seconds) : stop(t, flags);
  }
  ls_stop_end();
  ls_status closed = ls_metrics_close(t->metrics);
  t->metrics = NULL;
  if (status == LS_OK) {
    status = ls_comm_agree(t->comm, closed);
  }
  return status;
}

ls_status ls_train_run(const ls_train_config *config, ls_comm *comm)
{
  ls_trainer trainer;

  ls_status status = ls_trainer_open(&trainer, comm, config);
  if (status == LS_OK && config->dry_run) {
    ls_dry_run(&trainer);
  } else if (status == LS_OK) {
    status = train(&trainer);
    write_status(&trainer, status);
  }
  ls_trainer_close(&trainer);
  return status;
}
