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
 * Bytes up to which a message, with what heads it, is to be sent over tcp without
 * asking the other side first.
 *
 * Sums of the reference job's parameters are 407 kB from one of two hosts to the other.
 */
enum { LS_LAUNCH_EAGER_BYTES = 512 * 1024 };

/**
 * Let MPI ask for messages over tcp only if they are longer than LS_LAUNCH_EAGER_BYTES,
 * where ranks run on several hosts.
 *
 * Open MPI asks from 64 KiB on, and then waits until the other side has time to answer.
 * A limit that the environment names already, of either kind that Open MPI has, is left
 * alone: they depend on each other.  Receivers trust in it, so it has to be
 * everybody's.
 *
 * Local; same result on every rank.  Before MPI starts.
 */
void ls_launch_let_long_messages_go(void);

/**
 * Let MPI look for no network where all ranks run on this host.
 *
 * Looking takes Open MPI 4.1 some 0.2 s, in libfabric and UCX, and memory is what it
 * then sends through in any case.  A `pml` that the environment names already is left
 * alone.
 *
 * Local.  Before MPI starts.
 */
void ls_launch_leave_networks_out(void);

#endif
