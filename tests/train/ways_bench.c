/**
 * A training step one way beside another, in turns within one run.
 *
 *   mpirun -n N ways_bench DATA BATCH HIDDEN NODES WAY WAY [ROUNDS]
 *
 * NODES are the ranks of each pretended node, as 2,1.  A WAY is ordered or mpi, a
 * colon, and how many logical shards there are.  Rank 0 prints one line of CSV without
 * a head:
 *
 *   ranks,batch,hidden,first_us,second_us,ratio
 *
 * with medians over the rounds; the ratio is the median of the rounds' ratios.
 */

#include "lockstep/comm.h"
#include "turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double TURN = 0.02; // seconds

// Splits "ordered:8".
static bool read_way(turns_job *job, char *word)
{
  char *colon = strchr(word, ':');

  if (!colon) {
    return false;
  }
  *colon = '\0';
  job->allreduce = word;
  job->shards = colon + 1;
  return strcmp(word, "ordered") == 0 || strcmp(word, "mpi") == 0;
}

static void measure(ls_trainer ways[2], int rounds)
{
  static double seconds[2][TURNS_MAX], ratios[TURNS_MAX];
  const int counts[] = {turns_count(&ways[0], TURN), turns_count(&ways[1], TURN)};

  for (int i = 0; i < rounds; i++) {
    for (int turn = 0; turn < 2; turn++) {
      const int way = (turn + i) % 2; // whoever is second finds a warm core
      seconds[way][i] = turns_step_seconds(&ways[way], counts[way]);
    }
    ratios[i] = seconds[0][i] / seconds[1][i];
  }
  const double first = turns_median(seconds[0], rounds);
  const double second = turns_median(seconds[1], rounds);
  if (ls_comm_rank(ways[0].comm) == 0) {
    printf("%d,%lld,%s,%.1f,%.1f,%.3f\n", ls_comm_size(ways[0].comm),
           (long long)ways[0].config.batch, ways[0].config.hidden, first * 1e6,
           second * 1e6, turns_median(ratios, rounds));
  }
}

static ls_status open_both(ls_trainer ways[2], ls_comm *comm, const turns_job *jobs)
{
  ls_status status = turns_open(&ways[0], comm, &jobs[0]);

  if (status != LS_OK) {
    return status;
  }
  status = turns_open(&ways[1], comm, &jobs[1]);
  if (status != LS_OK) {
    ls_trainer_close(&ways[0]);
  }
  return status;
}

int main(int argc, char **argv)
{
  turns_job jobs[2] = {{0}};
  const int rounds = argc > 7 ? atoi(argv[7]) : 50;
  bool is_understood = argc >= 7 && rounds >= 1 && rounds <= TURNS_MAX;
  ls_comm *comm = NULL;
  ls_trainer ways[2];

  for (int i = 0; is_understood && i < 2; i++) {
    jobs[i] = (turns_job){.data = argv[1], .batch = argv[2], .hidden = argv[3]};
    is_understood = read_way(&jobs[i], argv[5 + i]);
  }
  if (!is_understood) {
    (void)fprintf(stderr, "usage: ways_bench DATA BATCH HIDDEN NODES "
                          "ordered|mpi:SHARDS ordered|mpi:SHARDS [ROUNDS]\n");
    return 2;
  }
  ls_status status = ls_comm_create(&comm, argv[4]);
  if (status == LS_OK) {
    status = open_both(ways, comm, jobs);
  }
  if (status != LS_OK) {
    (void)fprintf(stderr, "ways_bench: %s\n", ls_status_message());
    return 1;
  }
  measure(ways, rounds);
  ls_trainer_close(&ways[1]);
  ls_trainer_close(&ways[0]);
  ls_comm_destroy(comm);
  return 0;
}
