#include "train/trainer.h"

#include "base/alloc.h"
#include "base/fault.h"
#include "base/log.h"
#include "train/costs.h"
#include "train/density.h"
#include "train/fingerprint.h"
#include "train/leaves.h"
#include "train/meaning.h"
#include "train/pace.h"
#include "train/ride.h"
#include "train/schedule_choice.h"
#include "train/sharing.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

// For tests: one rank fails in the phase of that name.
static ls_status fault_in(const ls_trainer *t, const char *phase)
{
  if (ls_fault(phase, ls_comm_rank(t->comm))) {
    return ls_fail(LS_E_IO, "fault point '%s'", phase);
  }
  return LS_OK;
}

static ls_status complete_config(ls_trainer *t)
{
  const char *stored = t->origin.configuration;

  LS_TRY(fault_in(t, "config.complete"));
  // Written out, so that two ways to ask for the same are the same.
  LS_TRY(ls_optimizer_write(t->optimizer_text, t->weight_decay_text,
                            t->config.optimizer, t->config.weight_decay));
  t->config.optimizer = t->optimizer_text;
  t->config.weight_decay = t->weight_decay_text;
  if (!stored) {
    return LS_OK;
  }
  t->config_texts = ls_alloc(strlen(stored) + 1, 1);
  if (!t->config_texts) {
    return LS_E_NOMEM;
  }
  return ls_meaning_merge(&t->config, t->config_texts, stored);
}

static ls_status check_data(const ls_trainer *t)
{
  LS_TRY(fault_in(t, "data.check"));
  if (t->origin.resumed &&
      strcmp(t->origin.data_digest, ls_feed_digest(t->feed)) != 0) {
    return ls_fail(LS_E_ARG,
                   "'%s' holds another data set than the run was started with (digest "
                   "%.12s..., stored %.12s...)",
                   t->config.data, ls_feed_digest(t->feed), t->origin.data_digest);
  }
  return LS_OK;
}

static ls_status plan_steps(ls_trainer *t)
{
  const ls_train_config *c = &t->config;
  int64_t rows = ls_feed_training(t->feed).count;

  if (c->batch > rows) {
    return ls_fail(LS_E_ARG,
                   "--batch %" PRId64 " is more than the %" PRId64 " rows there are",
                   c->batch, rows);
  }
  t->plan = (ls_batch_plan){
      .sample_count = rows, .global_batch = c->batch, .shards = (int)c->shards};
  t->steps_per_epoch = ls_batch_steps_per_epoch(&t->plan);
  t->total_steps = c->epochs * t->steps_per_epoch;
  if (t->origin.step > t->total_steps) {
    return ls_fail(LS_E_ARG,
                   "--epochs %" PRId64 " ends at step %" PRId64
                   ", before the stored step %" PRId64,
                   c->epochs, t->total_steps, t->origin.step);
  }
  return LS_OK;
}

// What every rank derives alone from config, data and origin.
static ls_status plan(ls_trainer *t)
{
  const ls_train_config *c = &t->config;

  LS_TRY(fault_in(t, "plan"));
  LS_TRY(plan_steps(t));
  LS_TRY(ls_layout_create(&t->layout, ls_feed_features(t->feed), c->hidden,
                          ls_feed_classes(t->feed)));
  t->kernels = ls_kernels_find(c->isa);
  if (!t->kernels) {
    return ls_fail(LS_E_ARG, "this build or processor has no kernels named '%s'",
                   c->isa ? c->isa : "LOCKSTEP_ISA says");
  }
  LS_TRY(ls_sharing_read(&t->asked));
  ls_schedule_run run = {.total_steps = t->total_steps,
                         .steps_per_epoch = t->steps_per_epoch};
  LS_TRY(ls_schedule_choose(&t->schedule, c, &t->origin, &run));
  t->base_rate = run.base_rate;
  // One of several shards: before, such sums had another order.
  bool one_leaf = t->plan.shards > 1 && ls_leaves_are_one(&t->plan);
  LS_TRY(ls_fingerprint(t->fingerprint, t->kernels, one_leaf));
  return ls_meaning_write(&t->meaning, c);
}

// The bits that all ranks must share before the first step.
static ls_status compare_plans(ls_trainer *t)
{
  double base = t->base_rate;
  float rate = (float)ls_trainer_rate(t, t->origin.step);
  const char *resolved = ls_schedule_text(t->schedule);

  LS_TRY(ls_comm_same(t->comm, t->meaning, strlen(t->meaning), "the configuration"));
  LS_TRY(ls_comm_same(t->comm, resolved, strlen(resolved), "the resolved schedule"));
  LS_TRY(ls_comm_same(t->comm, &base, sizeof base, "the base rate"));
  LS_TRY(ls_comm_same(t->comm, &rate, sizeof rate, "the learning rate"));
  return ls_comm_same(t->comm, t->fingerprint, sizeof t->fingerprint,
                      "the arithmetic's fingerprint");
}

// Where slices of the gradient may be cut, and what is known of their costs.
static ls_status plan_slices(const ls_trainer *t, const ls_rows *training,
                             int64_t **edges, double **costs)
{
  const int count = ls_layout_edges(&t->layout, NULL);

  *edges = ls_alloc((size_t)count, sizeof **edges);
  if (!*edges) {
    return LS_E_NOMEM;
  }
  (void)ls_layout_edges(&t->layout, *edges);
  return t->sparse
             ? ls_costs_create(costs, &t->layout, *edges, count, &t->plan, training)
             : LS_OK;
}

// One node sends nothing, and MPI_Allreduce sums.
static ls_reduction_pace pace_of(const ls_trainer *t, const ls_rows *training)
{
  const bool wanted =
      ls_comm_node_count(t->comm) > 1 && strcmp(t->config.allreduce, "mpi") != 0;

  return wanted ? ls_pace_measure(&t->layout, t->kernels, &t->plan, training, t->sparse)
                : (ls_reduction_pace){0};
}

static ls_reduction_rows rows_of(const ls_trainer *t, const ls_rows *training,
                                 const double *costs)
{
  ls_reduction_rows rows = ls_stepper_rows(&t->layout, &t->plan, t->sparse,
                                           t->kernels->tile_rows, &t->asked);

  rows.costs = costs;
  rows.pace = pace_of(t, training);
  if (t->config.dropout_inputs > 0) {
    rows.inputs = 0; // which are left out is drawn for whole rows
  }
  return rows;
}

static ls_reduction_config config_of(const ls_trainer *t, const int64_t *edges,
                                     const ls_reduction_rows *rows)
{
  const ls_train_config *c = &t->config;
  ls_reduction_config config = {
      .kind =
          strcmp(c->allreduce, "mpi") == 0 ? LS_REDUCTION_MPI : LS_REDUCTION_ORDERED,
      .count = t->layout.count,
      .edges = edges,
      .edge_count = ls_layout_edges(&t->layout, NULL),
      .shards = t->plan.shards,
      .add = t->kernels->add,
      .fill = ls_stepper_fill,
      .fill_thin = t->sparse ? ls_stepper_fill_thin : NULL,
      .update = ls_stepper_update,
      .anywhere = ls_optimizer_keeps_nothing(c->optimizer, c->weight_decay),
      .band = ls_sharing_band(&t->layout),
      .rows = *rows,
      .exchange = t->asked.exchange,
      .thin = t->sparse,
      .skip_flags = LS_RIDE_SKIPS,
      .common_flags = LS_RIDE_COMMON,
      .diverged_flag = LS_RIDE_DIVERGED,
  };

  if (c->clip_norm > 0) {
    config.measure = t->kernels->sum_of_squares;
    config.measured = ls_stepper_measured;
  }
  return config;
}

static ls_status create_reduction(ls_trainer *t)
{
  const ls_rows training = ls_feed_training(t->feed);
  int64_t *edges = NULL;
  double *costs = NULL;
  ls_status status = fault_in(t, "reduction.create");

  t->sparse = ls_rows_are_sparse(&training);
  ls_comm_broadcast(t->comm, &t->sparse, sizeof t->sparse); // rank 0's counts
  if (status == LS_OK) {
    status = plan_slices(t, &training, &edges, &costs);
  }
  status = ls_comm_agree(t->comm, status);
  if (status == LS_OK) {
    const ls_reduction_rows rows = rows_of(t, &training, costs);
    const ls_reduction_config config = config_of(t, edges, &rows);
    status = ls_reduction_create(&t->reduction, t->comm, &config);
  }
  ls_free(edges);
  ls_free(costs);
  return status;
}

static ls_status create_saver(ls_trainer *t)
{
  const ls_train_config *c = &t->config;
  ls_saver_config config = {
      .comm = t->comm,
      .store = t->origin.store,
      .errors_stop = strcmp(c->save_errors, "stop") == 0,
      .steps_per_epoch = t->steps_per_epoch,
      .layout = &t->layout,
      .reduction = t->reduction,
      .optimizer = t->optimizer,
      .head = {.seed = c->seed,
               .global_batch = c->batch,
               .shards = c->shards,
               .epochs = c->epochs,
               .train_count = t->plan.sample_count,
               .base_rate = t->base_rate,
               .schedule = c->schedule,
               .resolved = ls_schedule_text(t->schedule),
               .configuration = t->meaning,
               .fingerprint = t->fingerprint},
  };

  (void)snprintf(config.head.data_digest, sizeof config.head.data_digest, "%s",
                 ls_feed_digest(t->feed));
  (void)snprintf(config.head.optimizer, sizeof config.head.optimizer, "%s",
                 c->optimizer);
  LS_TRY(ls_save_points_parse(&t->points, c->save_every));
  config.points = t->points;
  return ls_saver_create(&t->saver, &config);
}

// Allocations of this rank's own.
static ls_status create_parts(ls_trainer *t)
{
  ls_rows training = ls_feed_training(t->feed);
  const ls_network_config network = {.layout = &t->layout,
                                     .kernels = t->kernels,
                                     .most_rows = LS_EVALUATION_ROWS,
                                     .sparse = t->sparse,
                                     .forward_only = true};
  int64_t validated = ls_feed_validation(t->feed).count;
  int64_t tested = ls_feed_test(t->feed).count;
  int64_t history = t->config.epochs > t->origin.history_count
                        ? t->config.epochs
                        : t->origin.history_count;

  LS_TRY(fault_in(t, "parts.create"));
  LS_TRY(ls_run_state_init(&t->state, history));
  LS_TRY(ls_network_create(&t->network, &network));
  ls_optimizer_config optimizer = {.text = t->config.optimizer,
                                   .weight_decay = t->config.weight_decay,
                                   .clip_norm = t->config.clip_norm,
                                   .kernels = t->kernels,
                                   .layout = &t->layout,
                                   .own = ls_reduction_own(t->reduction)};
  LS_TRY(ls_optimizer_create(&t->optimizer, &optimizer));
  ls_stepper_config stepper = {.plan = t->plan,
                               .training = training,
                               .seed = t->config.seed,
                               .kernels = t->kernels,
                               .layout = &t->layout,
                               .sparse = t->sparse,
                               .reduction = t->reduction,
                               .optimizer = t->optimizer,
                               .label_smoothing = t->config.label_smoothing,
                               .dropout = t->config.dropout,
                               .dropout_inputs = t->config.dropout_inputs};
  LS_TRY(ls_stepper_create(&t->stepper, &stepper));
  LS_TRY(ls_evaluator_create(&t->evaluator, t->network, t->kernels,
                             validated > tested ? validated : tested));
  return create_saver(t);
}

ls_status ls_trainer_disk(const ls_trainer *trainer, int64_t *need, int64_t *available)
{
  ls_store_config store = {.directory = trainer->origin.directory,
                           .keep = (int)trainer->config.keep,
                           .keep_best = trainer->config.keep_best};

  // By time there may be as many as steps.
  const int64_t first = trainer->origin.step, last = trainer->total_steps;
  int64_t saves = trainer->points.seconds > 0
                      ? last - first
                      : ls_save_points_count(&trainer->points, first, last,
                                             trainer->steps_per_epoch);

  return ls_store_space(need, available, &store, saves,
                        ls_saver_file_bytes(trainer->saver, &trainer->state));
}

// A disk that is too full is better said now than after the first epoch.
static ls_status check_disk(const ls_trainer *t)
{
  int64_t need = 0;
  int64_t available = 0;

  if (ls_comm_rank(t->comm) != 0 || t->config.dry_run) {
    return LS_OK;
  }
  LS_TRY(ls_trainer_disk(t, &need, &available));
  if (need > available) {
    return ls_fail(LS_E_IO,
                   "checkpoints need %.1f MB and the file system of '%s' has %.1f MB: "
                   "make room, or keep fewer with --keep",
                   (double)need / 1e6, t->origin.directory, (double)available / 1e6);
  }
  return LS_OK;
}

static ls_status begin_state(ls_trainer *t)
{
  if (t->origin.resumed) {
    LS_TRY(ls_saver_restore(t->saver, &t->state, t->origin.checkpoint));
  } else {
    if (ls_comm_rank(t->comm) == 0) {
      ls_layout_init(&t->layout, ls_reduction_weights(t->reduction), t->config.seed);
    }
    ls_reduction_share(t->reduction);
  }
  ls_status status = fault_in(t, "metrics.open");
  if (status == LS_OK) {
    status = check_disk(t);
  }
  bool writes = t->config.metrics && !t->config.dry_run;
  if (status == LS_OK && writes && ls_comm_rank(t->comm) == 0) {
    status = ls_metrics_open(&t->metrics, t->config.metrics, t->state.step);
  }
  if (status == LS_OK) {
    status = ls_origin_discard_newer(&t->origin);
  }
  return ls_comm_agree(t->comm, status);
}

ls_status ls_trainer_open(ls_trainer *trainer, ls_comm *comm,
                          const ls_train_config *config)
{
  ls_trainer *t = trainer;

  *t = (ls_trainer){.comm = comm, .config = *config};
  ls_fault_pause("start", ls_comm_rank(comm));
  LS_TRY(ls_origin_open(&t->origin, comm, config));
  LS_TRY(ls_schedule_read(&t->schedule_text, comm, config->schedule));
  if (t->schedule_text) {
    t->config.schedule = t->schedule_text;
  }
  LS_TRY(ls_comm_agree(comm, complete_config(t)));
  LS_TRY(ls_feed_open(&t->feed, comm, t->config.data, t->config.holdout));
  LS_TRY(ls_comm_agree(comm, check_data(t)));
  LS_TRY(ls_comm_agree(comm, plan(t)));
  LS_TRY(compare_plans(t));
  LS_TRY(create_reduction(t));
  LS_TRY(ls_comm_agree(comm, create_parts(t)));
  LS_TRY(begin_state(t));
  if (t->origin.resumed && strcmp(t->origin.fingerprint, t->fingerprint) != 0) {
    ls_log_warn("this processor, C library or version of lockstep computes other bits "
                "than what wrote '%s': the run ends a little off an uninterrupted one",
                t->origin.path);
  }
  return LS_OK;
}

void ls_trainer_close(ls_trainer *t)
{
  // Still open where another rank could not begin; what it holds is a head at most.
  if (ls_metrics_close(t->metrics) != LS_OK) {
    ls_log_warn("the metrics file was not closed");
  }
  ls_saver_destroy(t->saver);
  ls_stepper_destroy(t->stepper);
  ls_evaluator_destroy(t->evaluator);
  ls_optimizer_destroy(t->optimizer);
  ls_network_destroy(t->network);
  ls_reduction_destroy(t->reduction);
  ls_run_state_clear(&t->state);
  ls_schedule_destroy(t->schedule);
  ls_feed_close(t->feed);
  ls_origin_close(&t->origin);
  ls_free(t->config_texts);
  ls_free(t->schedule_text);
  ls_free(t->meaning);
}

double ls_trainer_rate(const ls_trainer *trainer, int64_t step)
{
  ls_metric_history history = ls_run_state_metrics(&trainer->state);
  return ls_schedule_at(trainer->schedule, step, &history);
}
