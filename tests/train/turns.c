#include "turns.h"

#include "base/clock.h"

#include <stdlib.h>

ls_status turns_open(ls_trainer *trainer, ls_comm *comm, const turns_job *job)
{
  ls_train_config config = ls_train_config_default();

  config.data = job->data;
  config.batch = atoll(job->batch);
  config.hidden = job->hidden;
  config.allreduce = job->allreduce ? job->allreduce : config.allreduce;
  config.shards = job->shards ? atoll(job->shards) : config.shards;
  config.dry_run = true;
  return ls_trainer_open(trainer, comm, &config);
}

double turns_step_seconds(ls_trainer *t, int count)
{
  ls_reduction_totals totals;

  ls_comm_barrier(t->comm);
  double begin = ls_clock_seconds();
  for (int i = 0; i < count; i++) {
    const ls_step now = {
        .step = t->state.step, .updates = t->state.step, .rate = 0.01f};
    ls_stepper_run(t->stepper, &totals, &now);
    t->state.step = (t->state.step + 1) % t->total_steps;
  }
  return (ls_clock_seconds() - begin) / count;
}

int turns_count(ls_trainer *t, double seconds)
{
  (void)turns_step_seconds(t, TURNS_WARM_STEPS);
  double longest = turns_step_seconds(t, TURNS_WARM_STEPS);
  ls_comm_largest(t->comm, &longest, 1); // all ranks must count alike
  return (int)(seconds / longest) + 1;
}

static int compare(const void *left, const void *right)
{
  double l = *(const double *)left, r = *(const double *)right;
  return (l > r) - (l < r);
}

double turns_median(double *values, int count)
{
  qsort(values, (size_t)count, sizeof *values, compare);
  return values[count / 2];
}
