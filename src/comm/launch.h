#ifndef COMM_LAUNCH_H
#define COMM_LAUNCH_H

/**
 * What mpirun or srun has told this process, before MPI starts.
 */

#include <stdbool.h>

/**
 * Whether all ranks run on this host.
 *
 * Local; same result on every rank.
 *
 * returns   false also where the launcher is an unknown one
 */
bool ls_launch_is_on_one_host(void);

/** Whether this is the host's first process; also where nobody numbers them.  Local. */
bool ls_launch_is_first_of_host(void);

/**
 * Let MPI look for no network where all ranks run on this host.
 *
 * Looking takes Open MPI 4.1 some 0.2 s, in libfabric and UCX, and memory is what it then
 * sends through in any case.  A `pml` that the environment names already is left alone.
 *
 * Local.  Before MPI starts.
 */
void ls_launch_leave_networks_out(void);

#endif
