/**
 * A training step on one rank beside one on all, in turns within one run.
 *
 *   mpirun -n N ranks_bench DATA BATCH HIDDEN [ROUNDS]
 *
 * In a round each rank in turn trains alone, as a run of one rank does, while the
 * others sleep, and then all train together: cores differ, and who runs one rank has
 * any of them.  Rank 0 prints lines of CSV without a head:
 *
 *   ranks,batch,hidden,caches,rounds,alone_us,together_us,ratio
 *
 * with medians over the rounds of the mean time alone, and of the time together; the
 * ratio is the median of the rounds' ratios, because cores of a shared machine change
 * their speed within seconds.  `caches` is `any` for all rounds, and with two ranks
 * `common` and `apart` for those in which their cores shared a cache before and after,
 * and in which they did not; a line is left out where there was no such round.
 */

#include "base/alloc.h"
#include "comm/comm_private.h"
#include "trip.h"
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

typedef enum caches { ANY, COMMON, APART } caches;

typedef struct turn {
  double alone, together; /* seconds of a step */
  caches caches;          /* ANY: they changed meanwhile */
} turn;

// Of the cores of two ranks; ANY for other numbers of ranks.
static caches look_at_caches(ls_window *window, const ls_comm *all)
{
  if (all->size != 2) {
    return ANY;
  }
  return trip_seconds(window, all->rank) < TRIP_FAR ? COMMON : APART;
}

// Of the turns with these caches.
static void print_medians(const ls_trainer *t, const turn *turns, int count,
                          caches which)
{
  static const char *const names[] = {[ANY] = "any", [COMMON] = "common", "apart"};
  static double alone[TURNS_MAX], together[TURNS_MAX], ratios[TURNS_MAX];
  int rounds = 0;

  for (int i = 0; i < count; i++) {
    if (which == ANY || turns[i].caches == which) {
      alone[rounds] = turns[i].alone;
      together[rounds] = turns[i].together;
      ratios[rounds++] = turns[i].alone / turns[i].together;
    }
  }
  if (rounds > 0) {
    printf("%d,%lld,%s,%s,%d,%.1f,%.1f,%.3f\n", ls_comm_size(t->comm),
           (long long)t->config.batch, t->config.hidden, names[which], rounds,
           turns_median(alone, rounds) * 1e6, turns_median(together, rounds) * 1e6,
           turns_median(ratios, rounds));
  }
}

static void measure(ls_trainer *alone, ls_trainer *all, ls_window *window, int rounds)
{
  static turn turns[TURNS_MAX];
  const int alone_count = count_alone(alone, all->comm);
  const int all_count = turns_count(all, TURN);

  for (int i = 0; i < rounds; i++) {
    turns[i].alone = alone_seconds(alone, alone_count, all->comm);
    const caches before = look_at_caches(window, all->comm);
    turns[i].together = turns_step_seconds(all, all_count);
    turns[i].caches = look_at_caches(window, all->comm) == before ? before : ANY;
  }
  for (caches which = ANY; which <= APART && ls_comm_rank(all->comm) == 0; which++) {
    print_medians(all, turns, rounds, which);
  }
}

int main(int argc, char **argv)
{
  ls_comm *comm = NULL;
  ls_comm *alone = NULL;
  ls_window *window = NULL;
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
  if (status == LS_OK) {
    status = ls_window_create(&window, comm, LS_ALIGNMENT);
  }
  if (status != LS_OK) {
    (void)fprintf(stderr, "ranks_bench: %s\n", ls_status_message());
    return 1;
  }
  measure(&of_one, &of_all, window, rounds);
  ls_window_destroy(window);
  ls_trainer_close(&of_all);
  ls_trainer_close(&of_one);
  ls_comm_destroy(alone);
  ls_comm_destroy(comm);
  return 0;
}
