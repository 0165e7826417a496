/**
 * What heartbeats, requests to stop and comparisons of weights cost, called as a step
 * calls them, without the step.
 *
 *   mpirun -n RANKS watching PARAMETERS
 *
 * Prints one record: nanoseconds a step of flags and heartbeats, microseconds of one
 * comparison (median) with a copy of the weights on each rank, and the share of a core
 * that the watching thread takes.
 */

#include "base/clock.h"
#include "comm/watch.h"
#include "train/divergence.h"
#include "train/stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STEPS = 200000, CHECKS = 200 };

static double processor_seconds(void)
{
  struct timespec used;

  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

static double step_seconds(void)
{
  double begin = ls_clock_seconds();

  for (int64_t step = 1; step <= STEPS; step++) {
    (void)ls_stop_flags(step, 0);
    ls_watch_enter(LS_PHASE_STEP, step);
    ls_watch_arrive();
  }
  return (ls_clock_seconds() - begin) / STEPS;
}

static int compare_doubles(const void *a, const void *b)
{
  double left = *(const double *)a;
  double right = *(const double *)b;

  return (left > right) - (left < right);
}

// The median, because other work on the machine makes ranks wait for each other.
static double check_seconds(const ls_divergence_config *config)
{
  double seconds[CHECKS];

  for (int64_t i = 0; i < CHECKS; i++) {
    ls_comm_barrier(config->comm);
    double begin = ls_clock_seconds();
    if (ls_divergence_check(config, i, 0.1f) != LS_OK) {
      return NAN;
    }
    seconds[i] = ls_clock_seconds() - begin;
  }
  qsort(seconds, CHECKS, sizeof *seconds, compare_doubles);
  return seconds[CHECKS / 2];
}

// While this thread sleeps, only the other one works.
static double thread_share(void)
{
  const double seconds = 3;
  double before = processor_seconds();

  ls_clock_sleep(seconds);
  return (processor_seconds() - before) / seconds;
}

static ls_status measure(ls_comm *comm, int64_t count)
{
  const int64_t edges[] = {0, count};
  ls_reduction_config reduction = {.kind = LS_REDUCTION_MPI,
                                   .count = count,
                                   .edges = edges,
                                   .edge_count = 2,
                                   .shards = ls_comm_size(comm)};
  ls_divergence_config check = {.comm = comm,
                                .count = count,
                                .copy_per_rank = true,
                                .resolved = "0.1 * constant",
                                .base_rate = 0.1};
  LS_TRY(ls_reduction_create(&check.reduction, comm, &reduction));
  double share = thread_share();
  double step = step_seconds();
  double compared = check_seconds(&check);
  if (ls_comm_rank(comm) == 0) {
    (void)printf("watching step_ns=%.1f check_us=%.2f thread_share=%.6f\n", 1e9 * step,
                 1e6 * compared, share);
  }
  ls_reduction_destroy(check.reduction);
  return LS_OK;
}

int main(int argc, char **argv)
{
  ls_watch_config limits = {.hang_seconds = 30, .io_seconds = 300};
  ls_stop_config stops = {.directory = "."};
  ls_comm *comm = NULL;
  int64_t count = argc > 1 ? strtoll(argv[1], NULL, 10) : 0;

  if (count <= 0) {
    (void)fprintf(stderr, "usage: watching PARAMETERS\n");
    return 2;
  }
  (void)ls_watch_begin(&limits);
  ls_status status = ls_comm_create(&comm, NULL);
  if (status == LS_OK) {
    status = ls_watch_join(comm);
  }
  if (status == LS_OK) {
    ls_stop_begin(&stops);
    status = measure(comm, count);
    ls_stop_end();
    ls_watch_leave();
  }
  ls_comm_destroy(comm);
  ls_watch_end();
  return ls_status_exit_code(status);
}
