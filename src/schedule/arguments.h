#ifndef SCHEDULE_ARGUMENTS_H
#define SCHEDULE_ARGUMENTS_H

/**
 * The arguments of a leaf: parsed by the table of its kind, completed by its defaults.
 */

#include "schedule/cursor.h"
#include "schedule/kind.h"

/**
 * Parse `( argument, ... )` where it follows, and fill in what is left out.
 *
 * Local; same result on every rank.
 *
 * leaf     its kind and place are set; its values are taken from the cursor's arena
 * returns  LS_OK
 *            LS_E_ARG    refused
 *            LS_E_NOMEM  there is no memory
 */
LS_NODISCARD ls_status ls_arguments_parse(ls_leaf *leaf, ls_cursor *cursor);

/**
 * Check what a kind's arguments must be together, as far as it is known yet.
 *
 * Local; same result on every rank.
 *
 * returns  LS_OK
 *            LS_E_ARG  refused
 */
LS_NODISCARD ls_status ls_arguments_check(const ls_leaf *leaf);

#endif
