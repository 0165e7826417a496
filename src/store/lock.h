#ifndef STORE_LOCK_H
#define STORE_LOCK_H

/**
 * One run at a time in a directory: a file `lock` that names its holder.
 *
 * A file, not flock: network file systems refuse that, and nobody can look at it.  It
 * appears with its whole text (a link to a finished file), so no holder is anonymous.
 * The process and its start time tell a dead holder from a new process with its number.
 */

#include "lockstep/status.h"

typedef struct ls_lock ls_lock;

/**
 * Take a directory's lock, also from a holder that is certainly gone.
 *
 * Local.  Gone is: on this host, a process that ended or started at another time, or
 * any from before the last boot; anywhere, an earlier start of this very Slurm job.
 *
 * out       release with ls_lock_release
 * returns   LS_OK
 *             LS_E_IO  somebody holds it (named, with what to do), or it cannot be made
 *             LS_E_ARG, LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_lock_take(ls_lock **out, const char *directory);

/** A line on the stale holder, or "".  Local. */
const char *ls_lock_takeover(const ls_lock *lock);

/** Give the lock back, if it is still ours; NULL is fine.  Local. */
void ls_lock_release(ls_lock *lock);

#endif
