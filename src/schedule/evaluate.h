#ifndef SCHEDULE_EVALUATE_H
#define SCHEDULE_EVALUATE_H

/**
 * The factor of a resolved tree at a step.
 */

#include "schedule/kind.h"

/**
 * The factor at a moment.
 *
 * Local; same result on every rank.  Allocates nothing.
 *
 * returns  in [0, LS_FACTOR_MAX]
 */
double ls_sequence_at(const ls_sequence *sequence, const ls_moment *moment);

#endif
