/**
 * An MPI program that does nothing for two seconds: what a rank costs without lockstep.
 */

#include <mpi.h>
#include <unistd.h>

int main(int argc, char **argv)
{
  MPI_Init(&argc, &argv);
  (void)sleep(2);
  MPI_Finalize();
  return 0;
}
