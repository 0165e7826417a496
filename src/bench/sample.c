#include "bench/sample.h"

#include "base/clock.h"

#include <stdlib.h>

enum { LEAST_REPEATS = 3, MOST_REPEATS = 1000 };

static double time_once(ls_comm *comm, ls_sample_body *body, void *context)
{
  ls_comm_barrier(comm);
  double begin = ls_clock_seconds();
  body(context);
  return ls_clock_seconds() - begin;
}

static int compare_numbers(const void *left, const void *right)
{
  double difference = *(const double *)left - *(const double *)right;
  return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

ls_sample ls_sample_take(ls_comm *comm, double seconds, ls_sample_body *body,
                         void *context)
{
  double times[MOST_REPEATS];
  int count = LEAST_REPEATS;

  (void)time_once(comm, body, context);
  times[0] = time_once(comm, body, context);
  ls_comm_largest(comm, times, 1);
  if (seconds > times[0] * LEAST_REPEATS) {
    double wanted = seconds / times[0];
    count = wanted < MOST_REPEATS ? (int)wanted : MOST_REPEATS;
  }
  for (int i = 0; i < count; i++) {
    times[i] = time_once(comm, body, context);
  }
  ls_comm_largest(comm, times, count);
  qsort(times, (size_t)count, sizeof *times, compare_numbers);
  return (ls_sample){times[count / 2], times[0], times[count - 1]};
}

typedef struct burst {
  ls_sample_body *body;
  void *context;
  int times;
} burst;

static void run_burst(void *context)
{
  const burst *b = context;
  for (int i = 0; i < b->times; i++) {
    b->body(b->context);
  }
}

ls_sample ls_sample_take_short(ls_comm *comm, double seconds, ls_sample_body *body,
                               void *context)
{
  const double least_seconds = 50e-6;
  const double most_times = 100;
  burst b = {body, context, 1};

  (void)time_once(comm, run_burst, &b);
  double taken = time_once(comm, run_burst, &b);
  ls_comm_largest(comm, &taken, 1);
  if (taken < least_seconds) {
    double times = taken > 0 ? least_seconds / taken : most_times;
    b.times = times < most_times ? (int)times + 1 : (int)most_times;
  }
  return ls_sample_divided(ls_sample_take(comm, seconds, run_burst, &b), b.times);
}

ls_sample ls_sample_divided(ls_sample sample, int64_t times)
{
  double n = (double)times;
  return (ls_sample){sample.median / n, sample.least / n, sample.most / n};
}
