#ifndef TRAIN_STOP_H
#define TRAIN_STOP_H

/**
 * Everything that can ask a run to stop or to save, as flags for the next step.
 *
 * A request on one rank rides in that rank's step messages (train/ride.h), so that all
 * ranks stop after the same step.  A second Ctrl-C ends the process at once.
 *
 *   ls_stop_listen -> [MPI starts] -> ls_stop_begin -> { ls_stop_flags } -> ls_stop_end
 *
 * A signal is kept from ls_stop_listen on, so that one during start-up stops the run
 * after its first step, and one during the end of the program does nothing.
 */

#include "lockstep/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ls_stop_config {
  const char *directory;     /* where a file named STOP asks; NULL: not looked for */
  double time_limit_seconds; /* since ls_stop_listen; 0: none */
  double end_seconds;        /* since 1970: when the job is killed; 0: not known */
  int64_t step;              /* stop when this many updates are applied; 0: not */
} ls_stop_config;

/**
 * Catch SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 for the rest of the program.
 *
 * Local.  First thing in a program that trains.
 */
void ls_stop_listen(void);

/**
 * Watch for requests.
 *
 * Local.  Catches signals again, because MPI may have changed how they are handled.
 * The texts of `config` are borrowed until ls_stop_end.
 */
void ls_stop_begin(const ls_stop_config *config);

/** Give signals back to whoever had them, unless ls_stop_listen was called.  Local. */
void ls_stop_end(void);

/**
 * What this rank asks for now.
 *
 * Local.  Cheap: looks at the file system a few times a second at most.
 *
 * step           updates that will be applied after the step that carries the flags
 * save_seconds   the longest that a save has taken in this run
 * returns        LS_RIDE_... bits; a SIGUSR2 is asked for once
 */
uint64_t ls_stop_flags(int64_t step, double save_seconds);

/** Delete the file that asked for the stop which has now been made.  Local. */
void ls_stop_remove_file(void);

/**
 * The reason of the most urgent stop among the flags of all ranks.
 *
 * Local; same result on every rank.
 *
 * returns   "SIGTERM", "stop-file", ...
 */
const char *ls_stop_reason(uint64_t flags);

#endif
