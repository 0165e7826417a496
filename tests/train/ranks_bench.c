/**
 * A training step on one rank beside one on all, in turns within one run.
 *
 *   mpirun -n N ranks_bench DATA BATCH HIDDEN [ROUNDS]
 *
 * In a round each rank in turn trains alone, as a run of one rank does, while the
 * others sleep, and then all train together: cores differ, and who runs one rank has
 * any of them.  Ranks that share a core disturb each other even so: only those with a
 * core each have a ratio that means something.  Rank 0 prints lines of CSV without a
 * head:
 *
 *   ranks,batch,hidden,where,rounds,alone_us,together_us,ratio
 *
 * with medians over the rounds of the mean time alone, and of the time together; the
 * ratio is the median of the rounds' ratios, because cores of a shared machine change
 * their speed within seconds.  `where` is `any` for all rounds.  Two ranks of a node,
 * each with a core, have further lines of those rounds in which their cores were two
 * threads of one (`core`), shared a `cache` or were `apart`, before they trained
 * together and after; a line is left out where there was no such round.
 */

#include "base/alloc.h"
#include "comm/comm_private.h"
#include "comm/trip.h"
#include "comm/window.h"
#include "turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const double TURN = 0.02; // seconds

typedef struct bench {
  ls_comm *all, *alone;
  ls_trainer of_all, of_one;
  ls_window *window;
  ls_player player;
} bench;

// A communicator of this rank alone.
static ls_status create_alone(ls_comm **out)
{
  ls_comm *comm = ls_alloc(1, sizeof *comm);

  if (!comm) {
    return ls_fail(LS_E_NOMEM, "no memory for a communicator");
  }
  *out = comm;
  comm->has_core_each = true;
  return ls_comm_find_nodes(comm, MPI_COMM_SELF, NULL);
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

// ANY: of a turn, that nobody knows; of a line, that it does not matter.
typedef enum place {
  CORE = LS_TRIP_ONE_CORE,
  CACHE = LS_TRIP_ONE_CACHE,
  APART = LS_TRIP_APART,
  ANY,
  PLACES
} place;

typedef struct turn {
  double alone, together; /* seconds of a step */
  place place;
} turn;

static place look(bench *b)
{
  if (b->all->size != 2 || b->all->node_size != 2 || !b->all->has_core_each) {
    return ANY;
  }
  ls_window_barrier(b->window);
  const double seconds = ls_trip_seconds(&b->player);
  return seconds < 1 ? (place)ls_trip_of(seconds) : ANY;
}

// Of the turns there.
static void print_medians(const ls_trainer *t, const turn *turns, int count,
                          place place)
{
  static const char *const names[] = {
      [ANY] = "any", [CORE] = "core", [CACHE] = "cache", [APART] = "apart"};
  static double alone[TURNS_MAX], together[TURNS_MAX], ratios[TURNS_MAX];
  int rounds = 0;

  for (int i = 0; i < count; i++) {
    if (place == ANY || turns[i].place == place) {
      alone[rounds] = turns[i].alone;
      together[rounds] = turns[i].together;
      ratios[rounds++] = turns[i].alone / turns[i].together;
    }
  }
  if (rounds > 0) {
    printf("%d,%lld,%s,%s,%d,%.1f,%.1f,%.3f\n", ls_comm_size(t->comm),
           (long long)t->config.batch, t->config.hidden, names[place], rounds,
           turns_median(alone, rounds) * 1e6, turns_median(together, rounds) * 1e6,
           turns_median(ratios, rounds));
  }
}

static void measure(bench *b, int rounds)
{
  static turn turns[TURNS_MAX];
  const int alone_count = count_alone(&b->of_one, b->all);
  const int all_count = turns_count(&b->of_all, TURN);

  for (int i = 0; i < rounds; i++) {
    turns[i].alone = alone_seconds(&b->of_one, alone_count, b->all);
    const place before = look(b);
    turns[i].together = turns_step_seconds(&b->of_all, all_count);
    turns[i].place = look(b) == before ? before : ANY;
  }
  if (ls_comm_rank(b->all) == 0) {
    for (place place = 0; place < PLACES; place++) {
      print_medians(&b->of_all, turns, rounds, place);
    }
  }
}

// Collective; same result on all ranks.
static ls_status open_all(bench *b, const turns_job *job)
{
  ls_status status = create_alone(&b->alone);

  if (status == LS_OK) {
    status = turns_open(&b->of_one, b->alone, job);
  }
  status = ls_comm_agree(b->all, status);
  if (status == LS_OK) {
    status = turns_open(&b->of_all, b->all, job);
  }
  if (status == LS_OK) {
    status = ls_window_create(&b->window, b->all, LS_ALIGNMENT);
  }
  if (status == LS_OK) {
    b->player = (ls_player){ls_window_bytes(b->window), ls_comm_rank(b->all), 0};
  }
  if (status != LS_OK && ls_comm_rank(b->all) == 0) {
    (void)fprintf(stderr, "ranks_bench: %s\n", ls_status_message());
  }
  return status;
}

int main(int argc, char **argv)
{
  bench b = {0};
  const int rounds = argc > 4 ? atoi(argv[4]) : 100;

  if (argc < 4 || atoll(argv[2]) < 1 || rounds < 1 || rounds > TURNS_MAX) {
    (void)fprintf(stderr, "usage: ranks_bench DATA BATCH HIDDEN [ROUNDS]\n");
    return 2;
  }
  if (ls_comm_create(&b.all, NULL) != LS_OK) {
    (void)fprintf(stderr, "ranks_bench: %s\n", ls_status_message());
    return 1;
  }
  const turns_job job = {.data = argv[1], .batch = argv[2], .hidden = argv[3]};
  const ls_status status = open_all(&b, &job);
  if (status == LS_OK) {
    measure(&b, rounds);
  }
  ls_window_destroy(b.window);
  ls_trainer_close(&b.of_all);
  ls_trainer_close(&b.of_one);
  ls_comm_destroy(b.alone);
  ls_comm_destroy(b.all);
  return ls_status_exit_code(status);
}
