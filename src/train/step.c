#include "train/step.h"

#include "base/fault.h"
#include "base/log.h"
#include "comm/watch.h"
#include "train/ride.h"
#include "train/stop.h"

#include <inttypes.h>
#include <string.h>

// The step as this rank sees it when nobody's step was applied.
static ls_status own_failure(const ls_trainer *t, uint64_t own)
{
  if ((own & LS_RIDE_FAILED) != 0) {
    return ls_fail(LS_E_IO, "fault point 'step'");
  }
  if ((own & LS_RIDE_NOT_FINITE) != 0 || ls_stepper_was_not_finite(t->stepper)) {
    return ls_fail(LS_E_NUMERIC,
                   "loss or gradient of step %" PRId64
                   " is not finite; a smaller --lr may help",
                   t->state.step);
  }
  return LS_OK;
}

// Nobody has updated: fail, or let the run's clock go on without this update.
static ls_status leave_out(ls_trainer *t, uint64_t own, uint64_t all)
{
  ls_run_state *state = &t->state;

  if ((all & LS_RIDE_DIVERGED) != 0) {
    return ls_fail(
        LS_E_DIVERGED,
        "nodes that all compute the whole batch have not done the same up to "
        "step %" PRId64,
        state->step);
  }
  if ((all & LS_RIDE_FAILED) != 0 || strcmp(t->config.on_nan, "skip") != 0) {
    return ls_comm_agree(t->comm, own_failure(t, own));
  }
  if (state->skipped >= t->config.skip_limit) {
    return ls_fail(LS_E_NUMERIC,
                   "step %" PRId64 " is not finite either, after %" PRId64
                   " skipped updates (--skip-limit)",
                   state->step, state->skipped);
  }
  ls_log_warn("loss or gradient of step %" PRId64 " is not finite: update skipped",
              state->step);
  state->step++;
  state->skipped++;
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

// As though a row of an armed rank's first shard were not finite: who has that shard
// by its number says so, whoever computes the row.
static bool is_made_nan(const ls_trainer *t)
{
  const int size = ls_comm_size(t->comm);
  const ls_span own = ls_reduction_shards(t->reduction);
  bool made = false;

  for (int rank = 0; rank < size; rank++) {
    ls_span armed = ls_span_part(t->plan.shards, size, rank);
    armed.count = ls_fault("nan", rank) ? 1 : 0;
    made = made || !ls_span_is_empty(ls_span_common(own, armed));
  }
  return made;
}

bool ls_trainer_is_checked(const ls_trainer *t, int64_t step)
{
  int64_t every = t->config.check_every;

  return every > 0 && step % every == 0;
}

static bool is_after_save(const ls_trainer *t)
{
  return ls_saver_step(t->saver) == t->state.step;
}

// Whether an epoch's end, a check or a save follows the step; or one has to wait for
// the save before it, which is known as such for this step.
static bool do_ranks_meet(const ls_trainer *t)
{
  const int64_t next = t->state.step + 1;

  return next % t->steps_per_epoch == 0 || ls_trainer_is_checked(t, next) ||
         ls_save_points_due(&t->points, next, t->steps_per_epoch) || is_after_save(t);
}

ls_status ls_trainer_step(ls_trainer *t, uint64_t *flags)
{
  ls_run_state *state = &t->state;
  ls_reduction_totals totals;
  double rate = ls_trainer_rate(t, state->step);
  int64_t rows = ls_batch_at(&t->plan, state->step).rows.count;
  uint64_t own = ls_stop_flags(state->step + 1, ls_saver_longest(t->saver)) |
                 ls_saver_flags(t->saver) | (do_ranks_meet(t) ? LS_RIDE_MEET : 0);

  // On other hosts nobody sees that a rank still waits for the save before this step.
  ls_watch_enter(is_after_save(t) ? LS_PHASE_AFTER_SAVE : LS_PHASE_STEP, state->step);
  ls_fault_pause("step", ls_comm_rank(t->comm));
  if (ls_fault("step", ls_comm_rank(t->comm))) {
    own |= LS_RIDE_FAILED;
  }
  if (is_made_nan(t)) {
    own |= LS_RIDE_NOT_FINITE;
  }
  ls_step now = {.step = state->step,
                 .updates = state->step - state->skipped,
                 .rate = (float)rate,
                 .flags = own};
  ls_stepper_run(t->stepper, &totals, &now);
  *flags = totals.flags;
  if (!totals.applied) {
    return leave_out(t, own, totals.flags);
  }
  log_step(t, &totals, rate, rows);
  state->step++;
  state->epoch_loss += totals.loss;
  state->epoch_correct += totals.correct;
  state->epoch_count += rows;
  draw(t, rate);
  return LS_OK;
}
