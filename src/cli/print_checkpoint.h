#ifndef CLI_PRINT_CHECKPOINT_H
#define CLI_PRINT_CHECKPOINT_H

/**
 * A checkpoint as records on stdout.
 */

#include "store/summary.h"

#include <stdbool.h>

/** Print what is in a checkpoint, a record for each of its parts.  Local. */
void ls_print_checkpoint(const ls_checkpoint *state, const char *path,
                         const ls_summary *summary);

/** Print the epochs so far, a line each; `csv`: with a head line.  Local. */
void ls_print_history(const ls_checkpoint *state, bool csv);

#endif
