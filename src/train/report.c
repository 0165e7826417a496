#include "train/report.h"

#include "base/log.h"
#include "base/sha256.h"
#include "lockstep/version.h"
#include "train/stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ENCODED_BYTES = 3 * LS_PATH_BYTES };

static const char *plural(int count)
{
  return count == 1 ? "" : "s";
}

// For people.
static void say_begin(const ls_trainer *t, int ranks, int nodes)
{
  const ls_train_config *c = &t->config;

  ls_log_say("lockstep %s: %d rank%s on %d node%s, %d-%s%s%d, batch %" PRId64
             ", %" PRId64 " epochs of %" PRId64 " steps\n",
             ls_version(), ranks, plural(ranks), nodes, plural(nodes),
             t->layout.layers[0].inputs, t->layout.layer_count > 1 ? c->hidden : "",
             t->layout.layer_count > 1 ? "-" : "",
             t->layout.layers[t->layout.layer_count - 1].outputs, c->batch, c->epochs,
             t->steps_per_epoch);
  if (ls_reduction_sends(t->reduction) == LS_EXCHANGE_FLAGS &&
      t->asked.exchange == LS_EXCHANGE_BY_SPEED) {
    ls_log_say("each node computes the whole batch: quicker here than to tell the "
               "others of its part\n");
  }
  if (strcmp(c->lr_scale, "none") != 0 && !t->origin.resumed) {
    ls_log_say("base rate %g for batch %" PRId64 " becomes %g for batch %" PRId64
               " (%s rule)\n",
               c->lr, c->lr_reference_batch, t->base_rate, c->batch, c->lr_scale);
  }
  ls_log_say("rate %g * %s\n", t->base_rate, c->schedule);
  if (t->origin.resumed) {
    ls_log_say("resuming '%s' at step %" PRId64 "\n", t->origin.path, t->state.step);
  }
}

void ls_report_begin(const ls_trainer *t)
{
  char command[ENCODED_BYTES];
  char directory[ENCODED_BYTES];
  const ls_train_config *c = &t->config;
  int ranks = ls_comm_size(t->comm);
  int nodes = ls_comm_node_count(t->comm);
  const char *exchange =
      strcmp(c->allreduce, "mpi") == 0
          ? "mpi"
          : ls_reduction_exchange_name(ls_reduction_sends(t->reduction));

  ls_log_encode(command, sizeof command, c->command ? c->command : "");
  ls_log_encode(directory, sizeof directory, t->origin.directory);
  if (t->asked.exchange != LS_EXCHANGE_BY_SPEED && ranks > 1 &&
      strcmp(exchange, ls_reduction_exchange_name(t->asked.exchange)) != 0) {
    ls_log_warn("LOCKSTEP_EXCHANGE: '%s' is not possible here, this run takes '%s'",
                ls_reduction_exchange_name(t->asked.exchange), exchange);
  }
  ls_log_record("run version=%s ranks=%d nodes=%d step=%" PRId64 " steps=%" PRId64
                " steps_per_epoch=%" PRId64 " parameters=%" PRId64
                " kernels=%s exchange=%s relay=%d loans=%d directory=%s command=%s",
                ls_version(), ranks, nodes, t->state.step, t->total_steps,
                t->steps_per_epoch, ls_layout_parameter_count(&t->layout),
                t->kernels->name, exchange, ls_reduction_legs(t->reduction) > 0,
                ls_reduction_loans(t->reduction) != NULL, directory, command);
  say_begin(t, ranks, nodes);
}

void ls_report_epoch(const ls_history_row *row, double seconds,
                     double samples_per_second)
{
  ls_log_record("epoch epoch=%" PRId64 " step=%" PRId64
                " loss=%.9g accuracy=%.9g val_loss=%.9g val_accuracy=%.9g lr=%.17g "
                "seconds=%.3f samples_per_second=%.0f",
                row->epoch, row->step, row->loss, row->accuracy, row->val_loss,
                row->val_accuracy, (double)(float)row->rate, seconds,
                samples_per_second);
}

ls_status ls_report_done(ls_trainer *t, const ls_score *test, double seconds)
{
  uint8_t digest[LS_SHA256_BYTES] = {0};
  char hex[LS_SHA256_HEX];
  char path[ENCODED_BYTES];
  ls_status status = LS_OK;

  if (ls_comm_rank(t->comm) == 0) {
    status = ls_layout_digest(&t->layout, ls_reduction_weights(t->reduction), digest);
  }
  LS_TRY(ls_comm_agree(t->comm, status));
  ls_sha256_hex(hex, digest);
  ls_log_encode(path, sizeof path, ls_saver_path(t->saver));
  ls_log_record("done step=%" PRId64 " epochs=%" PRId64
                " lr=%.17g test_loss=%.9g test_accuracy=%.9g weights=sha256:%s "
                "checkpoint=%s",
                t->state.step, t->config.epochs,
                (double)(float)ls_trainer_rate(t, t->state.step), test->loss,
                test->accuracy, hex, path);
  ls_log_say("\n  test accuracy  %.2f %%\n  test loss      %.4f\n"
             "  time           %.2f s\n  weights        sha256 %.16s...\n"
             "  checkpoint     %s\n",
             100 * test->accuracy, test->loss, seconds, hex, ls_saver_path(t->saver));
  return LS_OK;
}

void ls_report_stopped(const ls_trainer *t, uint64_t flags)
{
  ls_log_record("stopped step=%" PRId64 " reason=%s", t->state.step,
                ls_stop_reason(flags));
  ls_log_say("stopped after step %" PRId64 " (%s); go on with --resume %s\n",
             t->state.step, ls_stop_reason(flags), t->origin.directory);
}

static double percent(double part, double whole)
{
  return whole > 0 ? 100 * part / whole : 0;
}

void ls_report_times(ls_trainer *t, const ls_run_times *own)
{
  double stall = ls_saver_median_stall(t->saver);
  const ls_run_times mean = ls_run_times_mean(t->comm, own);
  double other = ls_run_times_other(&mean), all = mean.seconds;

  ls_comm_largest(t->comm, &stall, 1);
  ls_log_record("time seconds=%.3f data=%.3f forward=%.3f backward=%.3f update=%.3f "
                "exchange=%.3f waiting=%.3f validating=%.3f saving=%.3f other=%.3f "
                "save_stall_ms=%.3f",
                all, mean.data, mean.forward, mean.backward, mean.update, mean.exchange,
                mean.waiting, mean.validating, mean.saving, other, 1000 * stall);
  ls_log_say("  spent on       forward %.0f %%, backward %.0f %%, update %.0f %%, "
             "exchange %.0f %%,\n"
             "                 waiting %.0f %%, data %.0f %%, validating %.0f %%, "
             "saving %.1f %%, other %.0f %%\n",
             percent(mean.forward, all), percent(mean.backward, all),
             percent(mean.update, all), percent(mean.exchange, all),
             percent(mean.waiting, all), percent(mean.data, all),
             percent(mean.validating, all), percent(mean.saving, all),
             percent(other, all));
}
