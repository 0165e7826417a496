#ifndef SCHEDULE_RESOLVE_H
#define SCHEDULE_RESOLVE_H

/**
 * A parsed tree and a run: every length becomes a number of steps.
 */

#include "schedule/arena.h"
#include "schedule/expression.h"

/**
 * Resolve a tree in place.
 *
 * Local; same result on every rank.
 *
 * arena    of the tree
 * run      checked by the caller
 * returns  LS_OK
 *            LS_E_ARG    refused
 *            LS_E_NOMEM  there is no memory
 */
LS_NODISCARD ls_status ls_sequence_resolve(ls_sequence *sequence, ls_arena *arena,
                                           const ls_schedule_run *run);

#endif
