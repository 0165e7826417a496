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

ls_sample ls_sample_divided(ls_sample sample, int64_t times)
{
  double n = (double)times;
  return (ls_sample){sample.median / n, sample.least / n, sample.most / n};
}
