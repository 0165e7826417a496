#ifndef TRAIN_STOP_H
#define TRAIN_STOP_H

/**
 * Everything that can ask a run to stop or to save, as flags for the next step.
 *
 * A request on one rank rides in that rank's step messages (train/ride.h), so that all
 * ranks stop after the same step.  A second Ctrl-C ends the process at once.
 */

#include "lockstep/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct ls_stop_config {
  const char
      *directory; /* where a file named STOP asks; NULL: this rank does not look */
  double time_limit_seconds; /* since ls_stop_begin; 0: none */
  int64_t step;              /* stop when this many updates are applied; 0: not */
} ls_stop_config;

/**
 * Watch for requests: from here on SIGINT, SIGTERM, SIGUSR1 and SIGUSR2 are.
 *
 * Local.  The texts of `config` are borrowed until ls_stop_end.
 */
void ls_stop_begin(const ls_stop_config *config);

/** Give signals back to whoever had them.  Local. */
void ls_stop_end(void);

/**
 * What this rank asks for now.
 *
 * Local.  Cheap: looks at the file system a few times a second at most.
 *
 * step      updates that will be applied after the step that carries the flags
 * returns   LS_RIDE_... bits; a SIGUSR2 is asked for once
 */
uint64_t ls_stop_flags(int64_t step);

/**
 * The reason of the most urgent stop among the flags of all ranks.
 *
 * Local; same result on every rank.
 *
 * returns   "SIGTERM", "stop-file", ...
 */
const char *ls_stop_reason(uint64_t flags);

#endif
