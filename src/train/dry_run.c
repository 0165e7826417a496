#include "train/dry_run.h"

#include "base/log.h"
#include "base/number.h"

#include <inttypes.h>
#include <stdio.h>

static int64_t saves_of(const ls_trainer *t)
{
  int64_t saves = 0;

  for (int64_t step = 1; step <= t->total_steps; step++) {
    saves += step == t->total_steps ||
             ls_save_points_due(&t->points, step, t->steps_per_epoch);
  }
  return saves;
}

static void print_disk(const ls_trainer *t)
{
  int64_t need = 0;
  int64_t available = 0;

  if (ls_trainer_disk(t, &need, &available) == LS_OK) {
    ls_log_record("disk           %.1f MB needed, %.1f MB available%s",
                  (double)need / 1e6, (double)available / 1e6,
                  need > available ? " -- NOT ENOUGH" : "");
  } else {
    ls_log_record("disk           %s", ls_status_message());
  }
}

static void print_rates(const ls_trainer *t)
{
  char rate[LS_NUMBER_BYTES];

  ls_number_write(rate, t->base_rate, false);
  ls_log_record("schedule       %s * %s", rate, ls_schedule_text(t->schedule));
  for (int part = 0; part <= 4; part++) {
    int64_t step = t->total_steps * part / 4;
    ls_number_write(rate, ls_trainer_rate(t, step), false);
    ls_log_record("rate           %s at step %" PRId64, rate, step);
  }
}

void ls_dry_run(const ls_trainer *t)
{
  if (ls_comm_rank(t->comm) != 0) {
    return;
  }
  const ls_train_config *c = &t->config;
  int64_t parameters = ls_layout_parameter_count(&t->layout);
  ls_span shards = ls_reduction_shards(t->reduction);
  int rows = ls_stepper_most_rows(&t->plan, shards);

  ls_log_record("network        %d inputs, hidden %s, %d classes: %" PRId64
                " parameters",
                t->layout.layers[0].inputs, c->hidden,
                t->layout.layers[t->layout.layer_count - 1].outputs, parameters);
  ls_log_record("data           %" PRId64 " training rows, %" PRId64
                " validation rows, %" PRId64 " test rows",
                t->plan.sample_count, ls_feed_validation(t->feed).count,
                ls_feed_test(t->feed).count);
  ls_log_record("steps          %" PRId64 " in %" PRId64 " epochs of %" PRId64
                ", from step %" PRId64,
                t->total_steps, c->epochs, t->steps_per_epoch, t->origin.step);
  ls_log_record("batch          %" PRId64 " rows in %d logical shards; %d rank%s, at "
                "most %d rows each",
                c->batch, t->plan.shards, ls_comm_size(t->comm),
                ls_comm_size(t->comm) == 1 ? "" : "s", rows);
  ls_log_record("optimizer      %s, weight decay %s", c->optimizer, c->weight_decay);
  print_rates(t);
  ls_log_record("saves          %" PRId64 " (--save-every %s), %" PRId64
                " kept, in '%s'",
                saves_of(t), c->save_every, c->keep, t->origin.directory);
  int64_t vectors = 1 + ls_reduction_part_count(t->reduction);
  ls_log_record(
      "memory         %.1f MB a rank for rows; %.1f MB shared: weights, rank 0's "
      "gradients",
      (double)(4 * ls_network_floats(&t->layout, rows)) / 1e6,
      (double)(4 * t->layout.count * vectors) / 1e6);
  print_disk(t);
}
