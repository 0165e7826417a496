#ifndef COMM_WATCH_H
#define COMM_WATCH_H

/**
 * A thread in each process that sees other ranks die or fall silent, and ends this one.
 *
 * The ranks of a host share a page of heartbeats.  Each rank writes its own, with plain
 * stores, as it goes through the phases of a run; each rank's thread looks at all of
 * them, and holds a pidfd of every process, so that a death is seen at once.  The first
 * thread to know says who it was, in which step and phase; all end with LS_E_LOST's
 * exit code, which makes the launcher end the ranks of other hosts.  The thread makes
 * no MPI call: MPI is what may hang.
 *
 * There is one watch in a process:
 *
 *   ls_watch_begin -> [MPI starts] -> ls_watch_join -> { ls_watch_enter, ... }
 *                  -> ls_watch_leave -> [MPI ends] -> ls_watch_end
 *
 * Outside of join and leave there is a deadline only: MPI must have started, or ended,
 * in the time that input and output may take.  docs/failures.md tells what is seen
 * when.
 */

#include "lockstep/comm.h"

/* name, text, may take the time of input and output */
#define LS_PHASE_LIST(X)                                                               \
  X(LS_PHASE_START, "start-up", true)                                                  \
  X(LS_PHASE_LOAD, "loading", true)                                                    \
  X(LS_PHASE_STEP, "a step", false)                                                    \
  X(LS_PHASE_AFTER_SAVE, "the step after a save", true)                                \
  X(LS_PHASE_VALIDATE, "validation", false)                                            \
  X(LS_PHASE_SAVE, "saving", true)                                                     \
  X(LS_PHASE_END, "the end", true)

typedef enum ls_phase {
#define LS_PHASE_ENUM(name, text, slow) name,
  LS_PHASE_LIST(LS_PHASE_ENUM)
#undef LS_PHASE_ENUM
} ls_phase;

typedef struct ls_watch_config {
  double hang_seconds; /* silence that is a failure; 0: none is */
  double io_seconds;   /* the same where files are read or written; 0: none is */
} ls_watch_config;

/**
 * Start the thread.
 *
 * Local.  Before MPI starts, where that is possible.
 *
 * returns   whether this call has started it, so that its caller is to end it
 */
bool ls_watch_begin(const ls_watch_config *config);

/**
 * Share heartbeats with the other ranks of this host, and watch them.
 *
 * Collective.
 *
 * returns   LS_OK or the same error on every rank
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_watch_join(ls_comm *comm);

/** This rank is in a phase, having applied `step` updates.  Local. */
void ls_watch_enter(ls_phase phase, int64_t step);

/** This rank is alive.  Local. */
void ls_watch_beat(void);

/**
 * This rank has arrived where it waits for others.
 *
 * Local.  All ranks arrive at the same places in the same order, so whoever has arrived
 * at fewer is the one that the others wait for.
 */
void ls_watch_arrive(void);

/** This rank ends on purpose, and whoever sees it end is to say nothing.  Local. */
void ls_watch_excuse(void);

/** Stop watching others.  Collective. */
void ls_watch_leave(void);

/** Stop the thread.  Local. */
void ls_watch_end(void);

#endif
