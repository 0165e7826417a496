#include "comm/probe.h"

#include "base/clock.h"
#include "comm/comm_private.h"

enum { PING_TAG = 1, SWAP_BYTES = 64 * 1024, SWAPS = 16 };

// Computing meanwhile won a quarter of a step at 119 MB/s each way, and lost up to a
// fifth at 1,700, where sending is copying by the same cores.
static const double SLOW_BYTES_A_SECOND = 500e6;

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

bool ls_probe_is_slow(ls_comm *comm)
{
  static char in[SWAP_BYTES], out[SWAP_BYTES];
  int is_slow = 0;

  ls_probe_swap(comm, in, out, SWAP_BYTES); // connects
  double begin = ls_clock_seconds();
  for (int i = 0; i < SWAPS; i++) {
    ls_probe_swap(comm, in, out, SWAP_BYTES);
  }
  double seconds = ls_clock_seconds() - begin;
  if (comm->rank == 0) {
    is_slow = SWAPS * (double)SWAP_BYTES < SLOW_BYTES_A_SECOND * seconds;
  }
  MPI_Bcast(&is_slow, 1, MPI_INT, 0, comm->all);
  return is_slow != 0;
}
