#ifndef TRAIN_DISPLAY_H
#define TRAIN_DISPLAY_H

/**
 * What a person watching a run sees, on stderr: a bar for the running epoch where there
 * is a terminal, and a line for each epoch, as Keras prints it.
 */

#include "lockstep/checkpoint.h"

#include <stdbool.h>

/** Plain. */
typedef struct ls_display {
  bool seen; /* stderr ends on a terminal, `columns` wide */
  bool bar;  /* that can be drawn over */
  int columns;
  int64_t epochs, steps_per_epoch, train_count, global_batch;
  double epoch_begin_seconds, begin_seconds, next_seconds;
  int64_t first_step, epoch_first_step;
} ls_display;

/** The figures of an epoch so far. */
typedef struct ls_display_figures {
  int64_t step; /* updates applied */
  double loss, accuracy, rate;
} ls_display_figures;

/**
 * Begin: find out what the terminal can do, and leave records out if they would stand
 * on it too.
 *
 * Local.
 *
 * step   updates applied so far
 */
void ls_display_begin(ls_display *display, int64_t step);

/** Begin an epoch's clock.  Local. */
void ls_display_begin_epoch(ls_display *display, int64_t step);

/** Whether it is time to draw the bar again.  Local. */
bool ls_display_is_due(ls_display *display);

/** Draw the running epoch's bar.  Local. */
void ls_display_draw(ls_display *display, const ls_display_figures *figures);

/** Seconds since the epoch began.  Local. */
double ls_display_epoch_seconds(const ls_display *display);

/**
 * Replace the bar by the epoch's line.
 *
 * Local.
 *
 * rate   of the epoch's last update, which is what Keras' log shows at an epoch's end
 */
void ls_display_end_epoch(ls_display *display, const ls_history_row *row, double rate,
                          double seconds);

/** Remove a bar that stands unfinished.  Local. */
void ls_display_clear(const ls_display *display);

#endif
