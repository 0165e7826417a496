#ifndef COMPARE_PICTURE_H
#define COMPARE_PICTURE_H

/**
 * The pictures of a report, drawn by one gnuplot as SVG files in DIR/plots.
 */

#include "compare/standing.h"

typedef enum ls_picture {
  LS_PICTURE_RATE,
  LS_PICTURE_LOSS,
  LS_PICTURE_ACCURACY,
  LS_PICTURE_COUNT
} ls_picture;

/**
 * Draw all: `all.svg`, and `<place>-<picture>.svg` for each recipe with a run that is
 * done.
 *
 * Local.
 *
 * returns   LS_OK
 *             LS_E_IO  a file cannot be written, or gnuplot is missing or fails
 */
LS_NODISCARD ls_status ls_pictures_draw(const ls_standings *standings);

/**
 * Read a picture for use inside of a page.
 *
 * Local.
 *
 * out       to be released with ls_free: from `<svg` to `</svg>`, its ids made its own
 * name      "all", "3-1"
 * returns   LS_OK
 *             LS_E_MISSING, LS_E_IO, LS_E_FORMAT, LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_picture_read(char **out, const ls_standings *standings,
                                       const char *name);

#endif
