#ifndef COMM_LOANS_PRIVATE_H
#define COMM_LOANS_PRIVATE_H

/**
 * What a reduction does for the loans (lockstep/loans.h) of its ranks' rows.
 *
 * How many are lent is counted in integers, from times that the ranks have told each
 * other, so that all know of the same loans.
 */

#include "comm/rides.h"
#include "comm/tally.h"
#include "lockstep/loans.h"

#include <stdbool.h>

struct ls_loans {
  int ranks, own;
  int64_t rows; /* of all ranks */
  int64_t most; /* that are lent at a border */
  size_t row_bytes;
  /* [ranks + 1] at the border before each rank, in parts of a row: what the rank before
     runs for it or, less than 0, what it runs for the rank before. */
  int64_t *shifts;
  ls_tally *counts; /* [ranks] shared: of steps in which each has handed over */
  char *memory;     /* [ranks - 1][most][row_bytes] shared: of borders between ranks */
  uint32_t steps;   /* so far; wraps around */
  bool full;        /* this step's batch is */
  double begun;     /* when this step was */
  double waited;    /* seconds of this step */
};

/**
 * Begin with nothing lent.
 *
 * Local; same result on every rank of a node.
 *
 * loans     out: to be released by ls_loans_clear, also after a failure
 * ranks     of the only node
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_loans_init(ls_loans *loans, int ranks, int own,
                                     const ls_reduction_config *config);

/** Release them; zeroed ones are fine.  Local. */
void ls_loans_clear(ls_loans *loans);

/** Whether there are rows to lend: else nothing below is called.  Local. */
bool ls_loans_are_possible(const ls_loans *loans);

/** Use ls_loans_bytes of them at `memory`.  Local; before others read what is there. */
void ls_loans_lay_out(ls_loans *loans, void *memory);

/** Nanoseconds of this step without waiting; 0: they tell nothing.  Local. */
int64_t ls_loans_nanoseconds(const ls_loans *loans);

/**
 * Lend more of who was slow.
 *
 * Local; same result on every rank of a node.
 *
 * rides   [ranks] how long each has taken; where a time is not positive nothing changes
 */
void ls_loans_follow(ls_loans *loans, const ls_shared_ride *rides);

#endif
