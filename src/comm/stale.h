#ifndef COMM_STALE_H
#define COMM_STALE_H

/**
 * Shared-memory files that killed runs have left in /dev/shm.
 *
 * Open MPI makes some megabytes a rank there and deletes them at a normal end only.
 * The next start on the host deletes those that are ours and that no process uses any
 * more.
 */

/**
 * Delete them.
 *
 * Local.  Before MPI starts.  A file goes only if it has a name of Open MPI's, belongs
 * to this user, is older than a minute, and no process that can be seen maps it.
 *
 * returns   how many were deleted
 */
int ls_stale_remove(void);

#endif
