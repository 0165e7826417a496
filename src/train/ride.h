#ifndef TRAIN_RIDE_H
#define TRAIN_RIDE_H

/**
 * What a rank can tell all others with a step's messages, as bits.
 */

#include <stdint.h>

enum {
  /* A loss of this rank is not finite, or a gradient might not be: nobody updates. */
  LS_RIDE_NOT_FINITE = 1 << 0,
  /* This rank could not do its part of the step: nobody updates. */
  LS_RIDE_FAILED = 1 << 1,
  /* Save after this step and go on. */
  LS_RIDE_SAVE = 1 << 2,
  /* A save has failed and the run is to end for it. */
  LS_RIDE_SAVE_FAILED = 1 << 3,
  /* Nodes that compute the same have not computed the same. */
  LS_RIDE_DIVERGED = 1 << 5,
  /* After this step ranks do more together than another step. */
  LS_RIDE_MEET = 1 << 4,
  /* Stop after this step; the bit tells why. */
  LS_RIDE_SIGINT = 1 << 8,
  LS_RIDE_SIGTERM = 1 << 9,
  LS_RIDE_SIGUSR1 = 1 << 10,
  LS_RIDE_STOP_FILE = 1 << 11,
  LS_RIDE_TIME_LIMIT = 1 << 12,
  LS_RIDE_SLURM_END = 1 << 13,
  LS_RIDE_STEP_REACHED = 1 << 14,

  /* Not what happens to a rank: all that work on the same rows and steps raise them. */
  LS_RIDE_COMMON = LS_RIDE_NOT_FINITE | LS_RIDE_MEET | LS_RIDE_STEP_REACHED,
  LS_RIDE_SKIPS = LS_RIDE_NOT_FINITE | LS_RIDE_FAILED | LS_RIDE_DIVERGED,
  LS_RIDE_STOPS = LS_RIDE_SIGINT | LS_RIDE_SIGTERM | LS_RIDE_SIGUSR1 |
                  LS_RIDE_STOP_FILE | LS_RIDE_TIME_LIMIT | LS_RIDE_SLURM_END |
                  LS_RIDE_STEP_REACHED
};

#endif
