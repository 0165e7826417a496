/**
 * A training step on one rank beside one on all, in turns within one run.
 *
 *   mpirun -n N ranks_bench DATA BATCH HIDDEN [ROUNDS]
 *
 * In a round each rank in turn trains alone, as a run of one rank does, while the
 * others sleep, and then all train together: cores differ, and who runs one rank has
 * any of them.  Rank 0 prints one line of CSV without a head:
 *
 *   ranks,batch,hidden,alone_us,together_us,ratio
 *
 * with medians over the rounds of the mean time alone, and of the time together; the
 * ratio is the median of the rounds' ratios, because cores of a shared machine change
 * their speed within seconds.
 */

#include "base/alloc.h"
#include "comm/comm_private.h"
#include "turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const double TURN = 0.02; // seconds

// A communicator of this rank alone.
static ls_comm *create_alone(void)
{
  ls_comm *comm = ls_alloc(1, sizeof *comm);

  if (comm && ls_comm_find_nodes(comm, MPI_COMM_SELF, NULL) != LS_OK) {
    ls_comm_destroy(comm);
    comm = NULL;
  }
  if (comm) {
    comm->has_core_each = true;
  }
  return comm;
}

// Until all ranks are here, without a look at memory that slows a working one.
static void sleep_until_all_are_here(const ls_comm *comm)
{
  const struct timespec pause = {.tv_nsec = 200000};
  MPI_Request request;
  int done = 0;

  MPI_Ibarrier(comm->all, &request);
  MPI_Test(&request, &done, MPI_STATUS_IGNORE);
  while (!done) {
    (void)nanosleep(&pause, NULL);
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
  }
}

// Each rank's turn; returns the mean seconds of a step.
static double alone_seconds(ls_trainer *alone, int count, const ls_comm *all)
{
  double seconds = 0;

  for (int rank = 0; rank < all->size; rank++) {
    sleep_until_all_are_here(all);
    seconds += rank == all->rank ? turns_step_seconds(alone, count) : 0;
  }
  sleep_until_all_are_here(all);
  MPI_Allreduce(MPI_IN_PLACE, &seconds, 1, MPI_DOUBLE, MPI_SUM, all->all);
  return seconds / all->size;
}

static int count_alone(ls_trainer *alone, const ls_comm *all)
{
  int count = 0;

  for (int rank = 0; rank < all->size; rank++) {
    sleep_until_all_are_here(all);
    count = rank == all->rank ? turns_count(alone, TURN) : count;
  }
  sleep_until_all_are_here(all);
  return count;
}

static void measure(ls_trainer *alone, ls_trainer *all, int rounds)
{
  static double ones[TURNS_MAX], alls[TURNS_MAX], ratios[TURNS_MAX];
  const int ones_count = count_alone(alone, all->comm);
  const int alls_count = turns_count(all, TURN);

  for (int i = 0; i < rounds; i++) {
    ones[i] = alone_seconds(alone, ones_count, all->comm);
    alls[i] = turns_step_seconds(all, alls_count);
    ratios[i] = ones[i] / alls[i];
  }
  double one = turns_median(ones, rounds);
  double together = turns_median(alls, rounds);
  if (ls_comm_rank(all->comm) == 0) {
    printf("%d,%lld,%s,%.1f,%.1f,%.3f\n", ls_comm_size(all->comm),
           (long long)all->config.batch, all->config.hidden, one * 1e6, together * 1e6,
           turns_median(ratios, rounds));
  }
}

int main(int argc, char **argv)
{
  ls_comm *comm = NULL;
  ls_comm *alone = NULL;
  ls_trainer of_one, of_all;
  const int rounds = argc > 4 ? atoi(argv[4]) : 100;

  if (argc < 4 || rounds < 1 || rounds > TURNS_MAX) {
    (void)fprintf(stderr, "usage: ranks_bench DATA BATCH HIDDEN [ROUNDS]\n");
    return 2;
  }
  const turns_job job = {.data = argv[1], .batch = argv[2], .hidden = argv[3]};
  ls_status status = ls_comm_create(&comm, NULL);
  if (status == LS_OK) {
    alone = create_alone();
    status = alone ? turns_open(&of_one, alone, &job) : LS_E_NOMEM;
  }
  status = comm ? ls_comm_agree(comm, status) : status;
  if (status == LS_OK) {
    status = turns_open(&of_all, comm, &job);
  }
  if (status != LS_OK) {
    (void)fprintf(stderr, "ranks_bench: %s\n", ls_status_message());
    return 1;
  }
  measure(&of_one, &of_all, rounds);
  ls_trainer_close(&of_all);
  ls_trainer_close(&of_one);
  ls_comm_destroy(alone);
  ls_comm_destroy(comm);
  return 0;
}
