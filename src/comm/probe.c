#include "comm/probe.h"

#include "base/clock.h"
#include "comm/comm_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PING_TAG = 1, SWAP_BYTES = 64 * 1024, SWAPS = 4, GOES = 4 };
// As much as leaves little else in the caches of a core, and letters enough for a
// median.
enum { WORK_BYTES = 1024 * 1024, LETTERS = 15 };

void ls_probe_allreduce(ls_comm *comm, float *values, size_t count)
{
  MPI_Allreduce(MPI_IN_PLACE, values, ls_comm_count(count), MPI_FLOAT, MPI_SUM,
                comm->all);
}

int ls_probe_partner(const ls_comm *comm)
{
  if (comm->node_count > 1) {
    return comm->node_sizes[0];
  }
  return comm->size > 1 ? 1 : -1;
}

void ls_probe_ping(ls_comm *comm, void *buffer, size_t bytes)
{
  int partner = ls_probe_partner(comm);
  int count = ls_comm_count(bytes);

  if (partner >= 0 && comm->rank == 0) {
    MPI_Send(buffer, count, MPI_BYTE, partner, PING_TAG, comm->all);
    MPI_Recv(buffer, count, MPI_BYTE, partner, PING_TAG, comm->all, MPI_STATUS_IGNORE);
  } else if (comm->rank == partner) {
    MPI_Recv(buffer, count, MPI_BYTE, 0, PING_TAG, comm->all, MPI_STATUS_IGNORE);
    MPI_Send(buffer, count, MPI_BYTE, 0, PING_TAG, comm->all);
  }
}

void ls_probe_swap(ls_comm *comm, void *in, const void *out, size_t bytes)
{
  int partner = ls_probe_partner(comm);
  int count = ls_comm_count(bytes);

  if (partner >= 0 && (comm->rank == 0 || comm->rank == partner)) {
    int other = comm->rank == 0 ? partner : 0;
    MPI_Sendrecv(out, count, MPI_BYTE, other, PING_TAG, in, count, MPI_BYTE, other,
                 PING_TAG, comm->all, MPI_STATUS_IGNORE);
  }
}

// The best of a few goes: whoever else uses the machine can only make it worse.
double ls_probe_rate(ls_comm *comm)
{
  static char in[SWAP_BYTES], out[SWAP_BYTES];
  double least = HUGE_VAL;

  ls_probe_swap(comm, in, out, SWAP_BYTES); // connects
  for (int go = 0; go < GOES; go++) {
    double begin = ls_clock_seconds();
    for (int i = 0; i < SWAPS; i++) {
      ls_probe_swap(comm, in, out, SWAP_BYTES);
    }
    least = fmin(least, ls_clock_seconds() - begin);
  }
  double rate = SWAPS * (double)SWAP_BYTES / least;
  MPI_Bcast(&rate, 1, MPI_DOUBLE, 0, comm->all);
  return rate;
}

static int compare(const void *a, const void *b)
{
  double left = *(const double *)a, right = *(const double *)b;
  return (left > right) - (left < right);
}

double ls_probe_letter(ls_comm *comm, double bytes, double rate)
{
  static char in[SWAP_BYTES], work[WORK_BYTES];
  const double here = fmin(bytes, SWAP_BYTES);
  double seconds[LETTERS];

  for (int i = 0; i < LETTERS; i++) {
    memset(work, i, sizeof work);
    double begin = ls_clock_seconds();
    ls_probe_swap(comm, in, work, (size_t)here);
    seconds[i] = ls_clock_seconds() - begin;
  }
  qsort(seconds, LETTERS, sizeof *seconds, compare);
  double median = seconds[LETTERS / 2] + (bytes - here) / rate;
  MPI_Bcast(&median, 1, MPI_DOUBLE, 0, comm->all);
  return median;
}
