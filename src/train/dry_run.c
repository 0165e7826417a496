#include "train/dry_run.h"

#include "base/log.h"
#include "base/number.h"
#include "base/tree.h"
#include "train/sharing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

// Gradients that the ranks of the first node store, each for its own shards.
static int64_t gradients_of_node(const ls_trainer *t)
{
  ls_tree_node nodes[LS_TREE_NODES_MAX];
  int64_t count = 0;

  for (int rank = 0; rank < ls_comm_node_size(t->comm); rank++) {
    ls_span run = ls_span_part(t->plan.shards, ls_comm_size(t->comm), rank);
    count += ls_tree_cover(nodes, t->plan.shards, (int)run.first,
                           (int)(run.first + run.count));
  }
  return count;
}

static bool is_ordered(const ls_trainer *t)
{
  return strcmp(t->config.allreduce, "mpi") != 0;
}

// The rows of a batch are a rank's own, or common to the ranks of a node.
static bool has_common_rows(const ls_trainer *t)
{
  return ls_reduction_common(t->reduction) != NULL;
}

static int64_t bytes_of_rank(const ls_trainer *t)
{
  int64_t vectors = is_ordered(t) ? 0 : 1 + ls_reduction_part_count(t->reduction);
  int64_t floats =
      ls_optimizer_slot_count(t->optimizer) * ls_reduction_own(t->reduction).count +
      vectors * t->layout.count;

  return ls_network_bytes(t->network) + ls_stepper_bytes(t->stepper) +
         ls_reduction_message_bytes(t->reduction) + floats * (int64_t)sizeof(float);
}

static int64_t floats_of_node(const ls_trainer *t)
{
  if (has_common_rows(t)) {
    return t->layout.count + ls_network_common_floats(&t->layout,
                                                      (int)t->plan.global_batch,
                                                      ls_reduction_legs(t->reduction));
  }
  return is_ordered(t) ? (1 + gradients_of_node(t)) * t->layout.count : 0;
}

static int64_t loan_bytes(const ls_trainer *t)
{
  const ls_loans *loans = ls_reduction_loans(t->reduction);
  return loans ? (int64_t)ls_loans_bytes(loans) : 0;
}

static int64_t data_bytes(const ls_trainer *t)
{
  int64_t rows = ls_feed_training(t->feed).count + ls_feed_test(t->feed).count;

  // Without rows that are kept back the test rows validate.
  rows += t->config.holdout > 0 ? ls_feed_validation(t->feed).count : 0;
  return rows * ls_feed_features(t->feed);
}

static void print_memory(const ls_trainer *t)
{
  const char *shared = has_common_rows(t) ? ", weights, rows"
                       : is_ordered(t)    ? ", weights, gradients"
                                          : "";

  ls_log_record(
      "memory         %.1f MB a rank; %.1f MB that the ranks of a node share: "
      "data%s",
      (double)bytes_of_rank(t) / 1e6,
      (double)(4 * floats_of_node(t) + loan_bytes(t) + data_bytes(t)) / 1e6, shared);
}

// Dealt one by one, to the ranks of a node where each has all rows, or by shards.
static int64_t rows_each(const ls_trainer *t)
{
  const bool apart = ls_reduction_sends(t->reduction) == LS_EXCHANGE_FLAGS;
  const int ranks = apart ? ls_comm_node_size(t->comm) : ls_comm_size(t->comm);
  const int shards = (t->plan.shards + ranks - 1) / ranks;

  return has_common_rows(t) ? (t->plan.global_batch + ranks - 1) / ranks
                            : ls_sharing_most_rows(&t->plan, (ls_span){0, shards});
}

static void print_work(const ls_trainer *t)
{
  const ls_train_config *c = &t->config;
  const int ranks = ls_comm_size(t->comm);

  ls_log_record("network        %d inputs, hidden %s, %d classes: %" PRId64
                " parameters",
                t->layout.layers[0].inputs, c->hidden,
                t->layout.layers[t->layout.layer_count - 1].outputs,
                ls_layout_parameter_count(&t->layout));
  ls_log_record("data           %" PRId64 " training rows, %" PRId64
                " validation rows%s, %" PRId64 " test rows",
                t->plan.sample_count, ls_feed_validation(t->feed).count,
                c->holdout > 0 ? "" : " (all of the test rows)",
                ls_feed_test(t->feed).count);
  ls_log_record("steps          %" PRId64 " in %" PRId64 " epochs of %" PRId64
                ", from step %" PRId64,
                t->total_steps, c->epochs, t->steps_per_epoch, t->origin.step);
  ls_log_record("batch          %" PRId64
                " rows in %d logical shards; %d rank%s, %s %" PRId64 " rows each",
                c->batch, t->plan.shards, ranks, ranks == 1 ? "" : "s",
                has_common_rows(t) ? "about" : "at most", rows_each(t));
  ls_log_record("optimizer      %s, weight decay %s", c->optimizer, c->weight_decay);
}

void ls_dry_run(const ls_trainer *t)
{
  const ls_train_config *c = &t->config;

  if (ls_comm_rank(t->comm) != 0) {
    return;
  }
  print_work(t);
  print_rates(t);
  ls_log_record("saves          %" PRId64 " (--save-every %s), %" PRId64
                " kept, in '%s'",
                ls_save_points_count(&t->points, t->origin.step, t->total_steps,
                                     t->steps_per_epoch),
                c->save_every, c->keep, t->origin.directory);
  print_memory(t);
  print_disk(t);
}
