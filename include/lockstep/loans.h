#ifndef LOCKSTEP_LOANS_H
#define LOCKSTEP_LOANS_H

/**
 * Rows that a rank lends to its neighbours on a node, where each rank sums the gradient
 * of its own rows (lockstep/reduction.h).
 *
 * Cores of one machine are not equally quick, and all ranks wait for the slowest.  So
 * that one lends the rows next to a neighbour's: the neighbour runs them forward and
 * back and leaves what comes of it in memory that both share.  Their gradient is still
 * summed by the rank that has lent them.  Rows have the same bits whoever runs them.
 *
 * In each step:
 *
 *   ls_loans_begin -> { run rows of ls_loans_count, fill ls_loans_place }
 *                  -> ls_loans_hand_over -> run the rows that are left
 *                  -> ls_loans_await -> read ls_loans_place -> ls_reduction_step
 */

#include "lockstep/api.h"

#include <stddef.h>
#include <stdint.h>

typedef struct ls_loans ls_loans;

/** Where a rank's rows meet its neighbours'. */
typedef enum ls_border { LS_BORDER_BEFORE, LS_BORDER_AFTER, LS_BORDERS } ls_border;

/** Bytes that the ranks of a node share for them, in whole cache lines.  Local. */
LS_API size_t ls_loans_bytes(const ls_loans *loans);

/** Rows that a rank has to run for a neighbour, at most.  Local; same on every rank. */
LS_API int64_t ls_loans_room(const ls_loans *loans);

/**
 * Begin a step.
 *
 * Local; on every rank, and in every step, the last call of which is
 * ls_reduction_step: it learns who was slow.
 *
 * rows   of all ranks; nothing is lent of a batch that is not full
 */
LS_API void ls_loans_begin(ls_loans *loans, int64_t rows);

/**
 * How many rows are lent at a border in this step.
 *
 * Local; both neighbours know of the same.
 *
 * returns   rows of the neighbour's that this rank runs, those next to its own; or less
 *           than 0: rows of this rank's that the neighbour runs
 */
LS_API int64_t ls_loans_count(const ls_loans *loans, ls_border border);

/**
 * What comes of the rows that are lent at a border, where any are: memory of as many
 * times config.rows.row_bytes.
 *
 * Local.  Written by who runs them before ls_loans_hand_over, and read by the other
 * after ls_loans_await.
 */
LS_API void *ls_loans_place(const ls_loans *loans, ls_border border);

/** Tell neighbours that all rows they lent have been run.  Local. */
LS_API void ls_loans_hand_over(ls_loans *loans);

/**
 * Wait until neighbours have run the rows that this rank lent them.
 *
 * Local.  This rank has handed over.  ls_reduction_seconds counts it as waiting.
 */
LS_API void ls_loans_await(ls_loans *loans);

#endif
