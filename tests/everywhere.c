#include "everywhere.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>

int everywhere_rank(void)
{
  int rank = 0;

  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  return rank;
}

int everywhere_size(void)
{
  int size = 0;

  MPI_Comm_size(MPI_COMM_WORLD, &size);
  return size;
}

void everywhere_begin(void)
{
  MPI_Init(NULL, NULL);
  if (everywhere_rank() != 0 && !freopen("/dev/null", "w", stdout)) {
    MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
  }
}

void everywhere_end(void)
{
  MPI_Finalize();
}

// Not the communicator under test: what it answers is what is in doubt.
void everywhere_assert(bool holds, const char *condition, const char *file, int line)
{
  enum { RANKS_MAX = 64 };
  int own = holds;
  int all[RANKS_MAX] = {0};
  int agreed = 0;

  MPI_Allreduce(&own, &agreed, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
  if (agreed) {
    return;
  }
  if (everywhere_size() <= RANKS_MAX) {
    MPI_Gather(&own, 1, MPI_INT, all, 1, MPI_INT, 0, MPI_COMM_WORLD);
  }
  if (everywhere_rank() == 0) {
    print_error("%s\nnot so on rank", condition);
    for (int rank = 0; rank < everywhere_size(); rank++) {
      if (!all[rank]) {
        print_error(" %d", rank);
      }
    }
    print_error("\n");
  }
  _fail(file, line);
}
