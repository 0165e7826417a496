#ifndef TRAIN_STATE_H
#define TRAIN_STATE_H

/**
 * The run's clock and memory: what a checkpoint holds beside weights and slots.
 *
 * Every rank holds the same bits of it.
 */

#include "lockstep/checkpoint.h"
#include "lockstep/comm.h"
#include "lockstep/schedule.h"

typedef struct ls_run_state {
  int64_t step;    /* updates applied */
  int64_t skipped; /* updates left out because a value was not finite */

  /* the running epoch, over the rows trained so far */
  double epoch_loss;
  int64_t epoch_correct;
  int64_t epoch_count;

  int64_t history_count;
  ls_history_row *history; /* [epochs] a row for each epoch that has ended */
  ls_metric_row *metrics;  /* [epochs] the same, as the schedule reads it */
} ls_run_state;

/**
 * A run that has not begun.
 *
 * Local; same result on every rank.
 *
 * state     out: to be released by ls_run_state_clear
 * epochs    that the run will have at most
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_run_state_init(ls_run_state *state, int64_t epochs);

/** Release it; a zeroed one is fine.  Local. */
void ls_run_state_clear(ls_run_state *state);

/** Add a row to the history.  Local.  There must be room. */
void ls_run_state_append(ls_run_state *state, const ls_history_row *row);

/** The history as the schedule reads it; borrowed.  Local. */
ls_metric_history ls_run_state_metrics(const ls_run_state *state);

/** Take over what a checkpoint holds.  Local.  There must be room for its history. */
void ls_run_state_restore(ls_run_state *state, const ls_checkpoint *checkpoint);

/** Copy rank 0's state to all ranks.  Collective. */
void ls_run_state_share(ls_run_state *state, ls_comm *comm);

#endif
