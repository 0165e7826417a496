/**
 * A training step on one rank beside one on all, in turns within one run.
 *
 *   mpirun -n N ranks_bench DATA BATCH HIDDEN [ROUNDS]
 *
 * In every other turn rank 0 trains alone, as a run of one rank does, and the others
 * sleep.  Rank 0 prints one line of CSV without a head:
 *
 *   ranks,batch,hidden,alone_us,together_us,ratio
 *
 * with medians over the rounds; the ratio is the median of the rounds' ratios, because
 * cores of a shared machine change their speed within seconds.
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

static void measure(ls_trainer *alone, ls_trainer *all, int rounds)
{
  static double ones[TURNS_MAX], alls[TURNS_MAX], ratios[TURNS_MAX];
  const bool first = ls_comm_rank(all->comm) == 0;
  const int ones_count = first ? turns_count(alone, TURN) : 0;

  sleep_until_all_are_here(all->comm);
  const int alls_count = turns_count(all, TURN);
  for (int i = 0; i < rounds; i++) {
    sleep_until_all_are_here(all->comm);
    ones[i] = first ? turns_step_seconds(alone, ones_count) : 0;
    sleep_until_all_are_here(all->comm);
    alls[i] = turns_step_seconds(all, alls_count);
    ratios[i] = ones[i] / alls[i];
  }
  double one = turns_median(ones, rounds);
  double together = turns_median(alls, rounds);
  if (first) {
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
  ls_status status = ls_comm_create(&comm, NULL);
  const bool first = status == LS_OK && ls_comm_rank(comm) == 0;
  if (status == LS_OK && first) {
    alone = create_alone();
    status = alone ? turns_open(&of_one, alone, argv[1], argv[2], argv[3]) : LS_E_NOMEM;
  }
  status = comm ? ls_comm_agree(comm, status) : status;
  if (status == LS_OK) {
    status = turns_open(&of_all, comm, argv[1], argv[2], argv[3]);
  }
  if (status != LS_OK) {
    (void)fprintf(stderr, "ranks_bench: %s\n", ls_status_message());
    return 1;
  }
  measure(&of_one, &of_all, rounds);
  ls_trainer_close(&of_all);
  if (first) {
    ls_trainer_close(&of_one);
  }
  ls_comm_destroy(alone);
  ls_comm_destroy(comm);
  return 0;
}
