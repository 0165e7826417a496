/**
 * The life of a run: steps, epochs, saves, and how it ends.
 */

#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "comm/binding.h"
#include "comm/watch.h"
#include "lockstep/train.h"
#include "train/divergence.h"
#include "train/dry_run.h"
#include "train/report.h"
#include "train/ride.h"
#include "train/slurm.h"
#include "train/step.h"
#include "train/stop.h"
#include "train/times.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static ls_status validate(ls_trainer *t, ls_score *score)
{
  ls_rows rows = ls_feed_validation(t->feed);
  double begin = ls_clock_seconds();

  ls_watch_enter(LS_PHASE_VALIDATE, t->state.step);
  ls_fault_pause("validate", ls_comm_rank(t->comm));
  LS_TRY(ls_evaluator_run(t->evaluator, score, t->comm, &rows,
                          ls_reduction_weights(t->reduction)));
  t->validating_seconds += ls_clock_seconds() - begin;
  return LS_OK;
}

static ls_status end_epoch(ls_trainer *t)
{
  ls_run_state *state = &t->state;
  double train_seconds = ls_display_epoch_seconds(&t->display);
  double trained = (double)(state->step - t->display.epoch_first_step) *
                   (double)t->plan.global_batch;
  ls_score score;

  if (state->epoch_count == 0) {
    return ls_fail(LS_E_NUMERIC,
                   "no step of the epoch before step %" PRId64 " was finite",
                   state->step);
  }
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
  ls_display_end_epoch(&t->display, &row, ls_trainer_rate(t, state->step - 1), seconds);
  ls_report_epoch(&row, seconds, trained / train_seconds);
  if (t->metrics) {
    ls_metrics_add_epoch(t->metrics, &row, seconds);
  }
  ls_display_begin_epoch(&t->display, state->step);
  return LS_OK;
}

static ls_status check_copies(ls_trainer *t)
{
  ls_divergence_config config = {.comm = t->comm,
                                 .reduction = t->reduction,
                                 .count = t->layout.count,
                                 .copy_per_rank =
                                     strcmp(t->config.allreduce, "mpi") == 0,
                                 .resolved = ls_schedule_text(t->schedule),
                                 .base_rate = t->config.lr};

  return ls_divergence_check(&config, t->state.step,
                             (float)ls_trainer_rate(t, t->state.step));
}

// A step, and the epoch's end and the save that may follow it.
static ls_status advance(ls_trainer *t, uint64_t *flags)
{
  LS_TRY(ls_trainer_step(t, flags));
  if (t->state.step % t->steps_per_epoch == 0) {
    LS_TRY(end_epoch(t));
  }
  bool save = ls_saver_due(t->saver, &t->state, *flags);
  double begin = ls_clock_seconds();
  if (save || ls_trainer_is_checked(t, t->state.step)) {
    LS_TRY(check_copies(t));
  }
  if (save) {
    ls_saver_save(t->saver, &t->state, begin);
  }
  return (*flags & LS_RIDE_SAVE_FAILED) != 0 ? ls_saver_finish(t->saver) : LS_OK;
}

// Until the last step, a stop, or a failure; `flags` are those of the last step.
static ls_status train_steps(ls_trainer *t, uint64_t *flags)
{
  ls_status status = LS_OK;
  int64_t stop_at = t->config.stop_at_step;

  // A run that is there already, because it is run again, stops without a step.
  *flags = stop_at > 0 && t->state.step >= stop_at ? LS_RIDE_STEP_REACHED : 0;
  while (status == LS_OK && (*flags & LS_RIDE_STOPS) == 0 &&
         t->state.step < t->total_steps) {
    status = advance(t, flags);
  }
  return status;
}

// The state as it is, durably.  One that failed is tried once more: what filled the
// disk may be gone, and there is no later save to hope for.
static ls_status save_for_good(ls_trainer *t)
{
  ls_saver_save(t->saver, &t->state, ls_clock_seconds());
  ls_status status = ls_saver_finish(t->saver);

  if (status != LS_OK && strcmp(t->config.save_errors, "stop") != 0) {
    ls_saver_save(t->saver, &t->state, ls_clock_seconds());
    status = ls_saver_finish(t->saver);
  }
  return status;
}

static ls_status finish(ls_trainer *t, double begin_seconds)
{
  ls_rows rows = ls_feed_test(t->feed);
  ls_run_times times = ls_run_times_so_far(t, begin_seconds);
  ls_score test;

  LS_TRY(check_copies(t));
  ls_saver_save(t->saver, &t->state, ls_clock_seconds());
  ls_watch_enter(LS_PHASE_END, t->state.step);
  ls_fault_pause("finish", ls_comm_rank(t->comm));
  LS_TRY(ls_evaluator_run(t->evaluator, &test, t->comm, &rows,
                          ls_reduction_weights(t->reduction)));
  // What was trained is told also where it could not be saved.
  ls_status saved = save_for_good(t);
  ls_stop_remove_file();
  LS_TRY(ls_report_done(t, &test, ls_clock_seconds() - begin_seconds));
  ls_report_times(t, &times);
  return saved;
}

static ls_status stop(ls_trainer *t, uint64_t flags)
{
  ls_display_clear(&t->display);
  LS_TRY(check_copies(t));
  LS_TRY(save_for_good(t));
  ls_stop_remove_file();
  ls_report_stopped(t, flags);
  return LS_STOPPED;
}

// One line in the run directory, for scripts: launchers do not always pass exit codes
// on.
static void write_status(ls_trainer *t, const char *exit_code, const char *text)
{
  char line[LS_REASON_BYTES + 64];

  if (!t->origin.store) {
    return;
  }
  (void)snprintf(line, sizeof line, "exit=%s step=%" PRId64 " %s", exit_code,
                 t->state.step, text);
  // No status line is no reason to fail a run; scripts see its absence.
  if (ls_store_write_status(t->origin.store, line) != LS_OK) {
    ls_log_warn("%s", ls_status_message());
  }
}

static void write_end(ls_trainer *t, ls_status status, uint64_t flags)
{
  char exit_code[16];
  char text[LS_REASON_BYTES];

  // Before the outcomes of the save and of the status line can replace it.
  (void)snprintf(text, sizeof text, "%s", ls_status_message());
  (void)snprintf(exit_code, sizeof exit_code, "%d", ls_status_exit_code(status));
  ls_saver_settle(t->saver);
  if (status == LS_OK) {
    (void)snprintf(text, sizeof text, "done");
  } else if (status == LS_STOPPED) {
    (void)snprintf(text, sizeof text, "stopped reason=%s", ls_stop_reason(flags));
  }
  write_status(t, exit_code, text);
  if (status != LS_OK && status != LS_STOPPED) {
    (void)ls_fail(status, "%s", text); // what is reported is what the run ended for
  }
}

static void watch_for_stops(const ls_trainer *t)
{
  bool first = ls_comm_rank(t->comm) == 0;
  ls_stop_config watched = {.directory =
                                first && t->origin.store ? t->origin.directory : NULL,
                            .time_limit_seconds = t->config.time_limit_seconds,
                            .end_seconds = first ? ls_slurm_end() : 0,
                            .step = t->config.stop_at_step};

  ls_stop_begin(&watched);
}

static ls_status train(ls_trainer *t)
{
  uint64_t flags = 0;

  t->display.epochs = t->config.epochs;
  t->display.steps_per_epoch = t->steps_per_epoch;
  t->display.global_batch = t->plan.global_batch;
  watch_for_stops(t);
  write_status(t, "none", "running");
  ls_display_begin(&t->display, t->state.step);
  ls_report_begin(t);
  (void)ls_binding_check(t->comm);
  double begin_seconds = ls_clock_seconds();
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
  write_end(t, status, flags);
  return status;
}

static ls_status run(const ls_train_config *config, ls_comm *comm)
{
  ls_trainer trainer;

  ls_watch_enter(LS_PHASE_LOAD, 0);
  ls_status status = ls_trainer_open(&trainer, comm, config);
  if (status == LS_OK && config->dry_run) {
    ls_dry_run(&trainer);
  } else if (status == LS_OK) {
    status = train(&trainer);
  }
  ls_trainer_close(&trainer);
  return status;
}

ls_status ls_train_run(const ls_train_config *config, ls_comm *comm)
{
  ls_watch_config limits = {.hang_seconds = config->hang_timeout_seconds,
                            .io_seconds = config->io_timeout_seconds};
  bool began = ls_watch_begin(&limits);
  ls_status status = ls_watch_join(comm);

  if (status == LS_OK) {
    status = run(config, comm);
    ls_watch_leave();
  }
  if (began) {
    ls_watch_end();
  }
  return status;
}
