#ifndef COMM_JOIN_H
#define COMM_JOIN_H

/**
 * How partial sums of some subtrees become the sum of a larger one.
 *
 * Pure: no communication, no floats.  The plan is made once; running it on a block of
 * floats is a few additions between rows of a table, whose first rows are the parts and
 * whose further rows are scratch.
 */

#include "base/tree.h"
#include "lockstep/status.h"

/** row[out] = row[left] + row[right]; `out` may be `left`, and is a scratch row */
typedef struct ls_join_step {
  int left, right, out;
} ls_join_step;

typedef struct ls_join {
  ls_join_step *steps; /* [step_count], at most parts - 1 */
  int step_count;
  int result;        /* row of the sum: a part itself where nothing is to be joined */
  int scratch_count; /* rows beyond the parts */
} ls_join;

/**
 * Plan the sum of a tree node from parts that cover it.
 *
 * Local; same result on every rank.
 *
 * join     out: to be released by ls_join_clear
 * parts    [part_count] subtrees of the canonical tree, ascending; among them a cover
 *          of `wanted` made by ls_tree_cover for adjacent runs
 * returns  LS_OK
 *            LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_join_plan(ls_join *join, const ls_tree_node *parts,
                                    int part_count, ls_tree_node wanted);

/**
 * Run a plan on one number a row.
 *
 * Local.
 *
 * rows     [parts + scratch_count] in: the parts first; the rest is overwritten
 * returns  the sum
 */
double ls_join_numbers(const ls_join *join, double *rows);

/** Release a plan; a zeroed one is fine.  Local. */
void ls_join_clear(ls_join *join);

#endif
