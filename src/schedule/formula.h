#ifndef SCHEDULE_FORMULA_H
#define SCHEDULE_FORMULA_H

/**
 * The formulas of a product with their numbers, for people.
 */

#include "schedule/text.h"

/**
 * Append a line for each leaf of a product: its kind's formula, where every name of an
 * argument has become its value.
 *
 * Local; same result on every rank.
 */
void ls_formula_put(ls_text *text, const ls_factor *factors);

#endif
