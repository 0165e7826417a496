#include "train/times.h"

#include "base/clock.h"

ls_run_times ls_run_times_so_far(const ls_trainer *t, double begin_seconds)
{
  ls_stepper_times step = ls_stepper_seconds(t->stepper);
  ls_reduction_times reduction = ls_reduction_seconds(t->reduction);

  return (ls_run_times){.seconds = ls_clock_seconds() - begin_seconds,
                        .data = step.data,
                        .forward = step.forward,
                        .backward = step.backward,
                        .update = reduction.update,
                        .exchange = reduction.exchange,
                        .waiting = reduction.waiting,
                        .validating = t->validating_seconds,
                        .saving = ls_saver_seconds(t->saver)};
}

ls_run_times ls_run_times_mean(ls_comm *comm, const ls_run_times *own)
{
  double all[] = {own->seconds,  own->data,       own->forward,
                  own->backward, own->update,     own->exchange,
                  own->waiting,  own->validating, own->saving};

  ls_comm_mean(comm, all, sizeof all / sizeof *all);
  return (ls_run_times){all[0], all[1], all[2], all[3], all[4],
                        all[5], all[6], all[7], all[8]};
}

double ls_run_times_other(const ls_run_times *times)
{
  return times->seconds - times->data - times->forward - times->backward -
         times->update - times->exchange - times->waiting - times->validating -
         times->saving;
}
