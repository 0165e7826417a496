/**
 * An MPI program that says "up" and does nothing: what a rank costs without lockstep.
 *
 *   empty_mpi [SECONDS]   how long it does so [2]
 */

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
  MPI_Init(&argc, &argv);
  (void)puts("up");
  (void)fflush(stdout);
  (void)sleep(argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2);
  MPI_Finalize();
  return 0;
}
