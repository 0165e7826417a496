#include "train/saver.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "comm/watch.h"
#include "train/ride.h"
#include "train/tensors.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STALLS_MAX = 64 };

struct ls_saver {
  ls_saver_config config;
  bool first;        /* rank 0, which writes */
  int64_t last_step; /* of the last save that was begun; -1: none */
  double last_seconds;
  double spent_seconds;
  double stalls[STALLS_MAX]; /* seconds that each of the last saves held up the steps */
  int64_t stall_count;
  double longest_seconds;
  bool failed; /* the last save, until the next is acknowledged */
  bool raised; /* LS_RIDE_SAVE_FAILED is still to be told */
  char reason[LS_REASON_BYTES];
  char path[LS_PATH_BYTES];
  int slot_count;
  float **slots;           /* [slot_count][layout.count], on rank 0 */
  ls_tensor *tensors;      /* [tensor_count] views of the weights */
  ls_tensor *slot_tensors; /* [slot_count][tensor_count] views of the slots */
  ls_slot *slot_views;     /* [slot_count] */
};

static ls_status allocate_slots(ls_saver *s)
{
  const ls_layout *layout = s->config.layout;
  size_t tensors = (size_t)ls_layout_tensor_count(layout);
  size_t slots = (size_t)s->slot_count;

  s->slots = ls_alloc(slots, sizeof *s->slots);
  s->slot_tensors = ls_alloc(slots * tensors, sizeof *s->slot_tensors);
  s->slot_views = ls_alloc(slots, sizeof *s->slot_views);
  if (!s->slots || !s->slot_tensors || !s->slot_views) {
    return LS_E_NOMEM;
  }
  for (size_t i = 0; i < slots; i++) {
    s->slots[i] = ls_alloc((size_t)layout->count, sizeof **s->slots);
    if (!s->slots[i]) {
      return LS_E_NOMEM;
    }
    ls_slot *view = &s->slot_views[i];
    view->tensors = s->slot_tensors + i * tensors;
    (void)snprintf(view->name, sizeof view->name, "%s",
                   ls_optimizer_slot_name(s->config.optimizer, (int)i));
    ls_tensors_view(view->tensors, layout, s->slots[i]);
  }
  return LS_OK;
}

ls_status ls_saver_create(ls_saver **out, const ls_saver_config *config)
{
  ls_saver *s = ls_alloc(1, sizeof *s);
  ls_status status = LS_OK;

  *out = s;
  if (!s) {
    return LS_E_NOMEM;
  }
  s->config = *config;
  s->first = ls_comm_rank(config->comm) == 0;
  s->last_step = -1;
  s->last_seconds = ls_clock_seconds();
  s->slot_count = ls_optimizer_slot_count(config->optimizer);
  if (s->first) {
    size_t tensors = (size_t)ls_layout_tensor_count(config->layout);
    s->tensors = ls_alloc(tensors, sizeof *s->tensors);
    status = s->tensors ? allocate_slots(s) : LS_E_NOMEM;
  }
  if (status == LS_OK && s->first) {
    ls_tensors_view(s->tensors, config->layout,
                    ls_reduction_weights(config->reduction));
  }
  return status;
}

void ls_saver_destroy(ls_saver *saver)
{
  if (!saver) {
    return;
  }
  for (int i = 0; i < saver->slot_count && saver->slots; i++) {
    ls_free(saver->slots[i]);
  }
  ls_free(saver->slots);
  ls_free(saver->slot_tensors);
  ls_free(saver->slot_views);
  ls_free(saver->tensors);
  ls_free(saver);
}

static ls_status restore_here(ls_saver *s, ls_run_state *state,
                              const ls_checkpoint *checkpoint)
{
  if (checkpoint->slot_count != s->slot_count) {
    return ls_fail(LS_E_FORMAT, "checkpoint of optimizer '%s' has %lld slots, not %d",
                   checkpoint->optimizer, (long long)checkpoint->slot_count,
                   s->slot_count);
  }
  int64_t count = ls_layout_tensor_count(s->config.layout);
  LS_TRY(ls_tensors_copy(s->tensors, count, checkpoint->tensors,
                         checkpoint->tensor_count));
  for (int i = 0; i < s->slot_count; i++) {
    LS_TRY(ls_tensors_copy(s->slot_views[i].tensors, count,
                           checkpoint->slots[i].tensors, checkpoint->tensor_count));
  }
  ls_run_state_restore(state, checkpoint);
  return LS_OK;
}

ls_status ls_saver_restore(ls_saver *s, ls_run_state *state,
                           const ls_checkpoint *checkpoint)
{
  ls_status status = s->first ? restore_here(s, state, checkpoint) : LS_OK;

  LS_TRY(ls_comm_agree(s->config.comm, status));
  ls_reduction_share(s->config.reduction);
  for (int i = 0; i < s->slot_count; i++) {
    ls_reduction_deal(s->config.reduction, ls_optimizer_slot(s->config.optimizer, i),
                      s->first ? s->slots[i] : NULL);
  }
  ls_run_state_share(state, s->config.comm);
  return LS_OK;
}

static void report(ls_saver *s, const ls_save_outcome *outcome)
{
  char path[3 * LS_PATH_BYTES];

  if (outcome->seconds > s->longest_seconds) {
    s->longest_seconds = outcome->seconds;
  }
  s->failed = outcome->status != LS_OK;
  if (!s->failed) {
    (void)snprintf(s->path, sizeof s->path, "%s", outcome->path);
    ls_log_encode(path, sizeof path, outcome->path);
    ls_log_record("saved step=%" PRId64 " checkpoint=%s", outcome->step, path);
    if (*outcome->warning) {
      ls_log_warn("%s", outcome->warning);
    }
    return;
  }
  s->raised = s->config.errors_stop;
  (void)snprintf(s->reason, sizeof s->reason, "%s", outcome->reason);
  ls_log_warn("step %" PRId64 " was not saved: %s%s", outcome->step, outcome->reason,
              s->config.errors_stop ? "" : "; training goes on");
}

static void take_outcome(ls_saver *s)
{
  ls_save_outcome outcome;

  if (ls_store_wait(&outcome, s->config.store)) {
    report(s, &outcome);
  }
}

uint64_t ls_saver_flags(ls_saver *s)
{
  ls_save_outcome outcome;
  uint64_t flags = 0;

  if (!s->first) {
    return 0;
  }
  if (ls_store_poll(&outcome, s->config.store)) {
    report(s, &outcome);
  }
  if (s->raised) {
    flags |= LS_RIDE_SAVE_FAILED;
  }
  if (s->config.points.seconds > 0 &&
      ls_clock_seconds() - s->last_seconds >= s->config.points.seconds) {
    flags |= LS_RIDE_SAVE;
  }
  return flags;
}

bool ls_saver_due(const ls_saver *saver, const ls_run_state *state, uint64_t flags)
{
  return (flags & (LS_RIDE_SAVE | LS_RIDE_STOPS)) != 0 ||
         ls_save_points_due(&saver->config.points, state->step,
                            saver->config.steps_per_epoch);
}

// The state as a checkpoint that borrows everything.  On rank 0.
static ls_checkpoint describe(const ls_saver *s, const ls_run_state *state)
{
  ls_checkpoint checkpoint = s->config.head;

  checkpoint.step = state->step;
  checkpoint.skipped = state->skipped;
  checkpoint.tensor_count = ls_layout_tensor_count(s->config.layout);
  checkpoint.tensors = s->tensors;
  checkpoint.slot_count = s->slot_count;
  checkpoint.slots = s->slot_views;
  checkpoint.epoch_loss_sum = state->epoch_loss;
  checkpoint.epoch_correct = state->epoch_correct;
  checkpoint.epoch_count = state->epoch_count;
  checkpoint.history_count = state->history_count;
  checkpoint.history = state->history;
  return checkpoint;
}

int64_t ls_saver_file_bytes(const ls_saver *saver, const ls_run_state *state)
{
  ls_checkpoint checkpoint = describe(saver, state);

  return ls_checkpoint_bytes_bound(&checkpoint);
}

static void save_here(ls_saver *s, const ls_run_state *state)
{
  ls_checkpoint checkpoint = describe(s, state);

  take_outcome(s);
  if (ls_store_save(s->config.store, &checkpoint) != LS_OK) {
    ls_save_outcome none = {.step = state->step, .status = LS_E_IO};
    (void)snprintf(none.reason, sizeof none.reason, "%s", ls_status_message());
    report(s, &none);
  }
}

void ls_saver_save(ls_saver *s, const ls_run_state *state, double since)
{
  if (state->step == s->last_step) {
    return;
  }
  for (int i = 0; i < s->slot_count; i++) {
    ls_reduction_collect(s->config.reduction, s->first ? s->slots[i] : NULL,
                         ls_optimizer_slot(s->config.optimizer, i));
  }
  ls_watch_enter(LS_PHASE_SAVE, state->step);
  ls_fault_pause("save", ls_comm_rank(s->config.comm));
  if (s->first) {
    save_here(s, state);
  }
  s->last_step = state->step;
  s->last_seconds = ls_clock_seconds();
  s->spent_seconds += s->last_seconds - since;
  s->stalls[s->stall_count++ % STALLS_MAX] = s->last_seconds - since;
}

ls_status ls_saver_finish(ls_saver *s)
{
  double begin = ls_clock_seconds();
  ls_status status = LS_OK;

  if (s->first) {
    take_outcome(s);
    // One that was to stop the run does, even if the next one has worked meanwhile.
    if (s->failed || s->raised) {
      status = ls_fail(LS_E_IO, "%s save has failed: %s", s->failed ? "the last" : "a",
                       s->reason);
    }
  }
  s->spent_seconds += ls_clock_seconds() - begin;
  status = ls_comm_agree(s->config.comm, status);
  if (status != LS_OK) {
    s->last_step = -1; // on all ranks: the same step may be saved again
  }
  return status;
}

void ls_saver_settle(ls_saver *s)
{
  if (s->first) {
    take_outcome(s);
  }
}

const char *ls_saver_path(const ls_saver *saver)
{
  return saver->path;
}

int64_t ls_saver_step(const ls_saver *saver)
{
  return saver->last_step;
}

double ls_saver_longest(const ls_saver *saver)
{
  return saver->longest_seconds;
}

double ls_saver_seconds(const ls_saver *saver)
{
  return saver->spent_seconds;
}

static int compare_doubles(const void *a, const void *b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return (left > right) - (left < right);
}

double ls_saver_median_stall(const ls_saver *saver)
{
  double sorted[STALLS_MAX];
  int64_t count = saver->stall_count < STALLS_MAX ? saver->stall_count : STALLS_MAX;

  if (count == 0) {
    return 0;
  }
  memcpy(sorted, saver->stalls, (size_t)count * sizeof *sorted);
  qsort(sorted, (size_t)count, sizeof *sorted, compare_doubles);
  return sorted[count / 2];
}
