#ifndef TRAIN_SAVE_POINTS_H
#define TRAIN_SAVE_POINTS_H

/**
 * When a run saves: every so many epochs, steps or minutes, or a mix of them.
 */

#include "lockstep/status.h"

#include <stdbool.h>
#include <stdint.h>

/** Plain; 0: not by this measure. */
typedef struct ls_save_points {
  int64_t epochs;
  int64_t steps;
  double seconds;
} ls_save_points;

/**
 * Read "1ep", "500", "5min", or several of them with commas or bars; "never".
 *
 * Local; same result on every rank.
 *
 * returns   LS_OK
 *             LS_E_ARG  the text is no such list
 */
LS_NODISCARD ls_status ls_save_points_parse(ls_save_points *out, const char *text);

/**
 * Whether the state after `step` updates is to be saved.
 *
 * Local; same result on every rank.  Seconds are for the rank that has the clock.
 */
bool ls_save_points_due(const ls_save_points *points, int64_t step,
                        int64_t steps_per_epoch);

/**
 * Saves from step `first` (not counted) to `last`, after which there always is one;
 * those by seconds are not counted.
 *
 * Local; same result on every rank.
 */
int64_t ls_save_points_count(const ls_save_points *points, int64_t first, int64_t last,
                             int64_t steps_per_epoch);

#endif
