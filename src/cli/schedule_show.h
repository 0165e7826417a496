#ifndef CLI_SCHEDULE_SHOW_H
#define CLI_SCHEDULE_SHOW_H

/**
 * Ways to show schedules: a table, CSV, formulas, a drawing in characters, a picture.
 */

#include "cli/schedule_source.h"

/** Print stages, boundaries and the first, last, least and largest rate.  Local. */
void ls_schedule_show_table(const ls_schedule_set *set);

/** Print `step,lr` and a row every so many steps, with 17 digits.  Local. */
void ls_schedule_show_csv(const ls_schedule_set *set, int64_t every);

/** Print each stage's formulas with their numbers.  Local. */
void ls_schedule_show_formulas(const ls_schedule_set *set);

/** Print every kind with its arguments and defaults.  Local. */
void ls_schedule_show_kinds(void);

/** Draw the rates over the steps in characters, `columns` wide.  Local. */
void ls_schedule_show_drawing(const ls_schedule_set *set, int columns);

/**
 * Draw the rates over the steps by gnuplot, which runs as a child.
 *
 * Local.
 *
 * path     ends in .svg or .png; there as a whole or not at all
 * returns  LS_OK
 *            LS_E_USAGE  another ending
 *            LS_E_IO     no gnuplot, or the file cannot be written
 */
LS_NODISCARD ls_status ls_schedule_show_picture(const ls_schedule_set *set,
                                                const char *path);

#endif
