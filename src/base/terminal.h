#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

/**
 * Whether a person sees what this process prints, and how wide a line may be.
 *
 * Open MPI's launcher stands between: it gives a rank a pipe as stderr and a terminal
 * of its own as stdout, wherever its output goes in the end.  So a rank that it has
 * started asks where the launcher's streams lead to.
 */

#include <stdbool.h>

/** The streams of a process by their descriptors. */
typedef enum ls_stream { LS_STREAM_OUT = 1, LS_STREAM_ERR = 2 } ls_stream;

/**
 * Whether a stream ends on a terminal.
 *
 * Local.  Unsure is no: nothing is then drawn, and no record is left out.
 *
 * columns   out: the terminal's width; 80 where unknown
 */
bool ls_terminal_shows(ls_stream stream, int *columns);

/** Whether a line can be drawn over (TERM is set, and not dumb).  Local. */
bool ls_terminal_redraws(void);

#endif
