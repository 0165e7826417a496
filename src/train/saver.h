#ifndef TRAIN_SAVER_H
#define TRAIN_SAVER_H

/**
 * From the run's state to a checkpoint, at the save points, and word of what became of
 * it.
 *
 * The state is collected and the file built between two steps; the store's own thread
 * makes it durable while the run goes on.  `saved step=N` is said when nothing can lose
 * the file any more.
 */

#include "lockstep/reduction.h"
#include "lockstep/store.h"
#include "model/layout.h"
#include "train/optimizer.h"
#include "train/save_points.h"
#include "train/state.h"

typedef struct ls_saver ls_saver;

typedef struct ls_saver_config {
  ls_comm *comm;
  ls_store *store; /* on rank 0 */
  ls_save_points points;
  bool errors_stop; /* a failed save ends the run */
  int64_t steps_per_epoch;
  const ls_layout *layout;
  ls_reduction *reduction;
  ls_optimizer *optimizer;
  ls_checkpoint head; /* what stays the same in all saves; texts are borrowed */
} ls_saver_config;

/**
 * Allocate for saves.
 *
 * Local.  What `config` points to is borrowed.
 *
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_saver_create(ls_saver **out, const ls_saver_config *config);

/** Release it; NULL is fine.  Local. */
void ls_saver_destroy(ls_saver *saver);

/**
 * Fill weights, slots and state from the checkpoint, on rank 0, and share them.
 *
 * Collective.
 *
 * state        out: there must be room for the history
 * checkpoint   on rank 0; else NULL
 * returns      LS_OK or the same error on every rank
 *                LS_E_FORMAT  the checkpoint holds another network or optimizer
 */
LS_NODISCARD ls_status ls_saver_restore(ls_saver *saver, ls_run_state *state,
                                        const ls_checkpoint *checkpoint);

/**
 * Bytes that a file of this run has at most.
 *
 * Local; on rank 0.
 */
int64_t ls_saver_file_bytes(const ls_saver *saver, const ls_run_state *state);

/**
 * Report on the save under way, and ask for one whose time has come.
 *
 * Local.
 *
 * returns   LS_RIDE_SAVE, LS_RIDE_SAVE_FAILED, both or neither
 */
uint64_t ls_saver_flags(ls_saver *saver);

/** Whether the state is to be saved.  Local; same result on every rank. */
bool ls_saver_due(const ls_saver *saver, const ls_run_state *state, uint64_t flags);

/**
 * Save the state.
 *
 * Collective.  Waits for the last save, if it is still being written.  A save of the
 * same step as the last one is left out.
 *
 * since   when steps stopped for it, by ls_clock_seconds: what `save_stall_ms` counts
 *         from
 */
void ls_saver_save(ls_saver *saver, const ls_run_state *state, double since);

/**
 * Wait for the save under way.
 *
 * Collective.
 *
 * returns   LS_OK or the same error on every rank
 *             LS_E_IO  the last save has failed, or an earlier one that was to stop the
 *                      run; the text says why
 */
LS_NODISCARD ls_status ls_saver_finish(ls_saver *saver);

/** Wait for the save under way, if there is one, and say what became of it.  Local. */
void ls_saver_settle(ls_saver *saver);

/** Path of the last acknowledged checkpoint, on rank 0; "" before.  Local. */
const char *ls_saver_path(const ls_saver *saver);

/** The step of the last save that was begun; -1: none.  Local; same on every rank. */
int64_t ls_saver_step(const ls_saver *saver);

/** Seconds that the longest save has taken, from the step to the disk.  Local. */
double ls_saver_longest(const ls_saver *saver);

/** Seconds that saves have held up this rank's steps.  Local. */
double ls_saver_seconds(const ls_saver *saver);

/** Median of the seconds that each of the last saves held up the steps.  Local. */
double ls_saver_median_stall(const ls_saver *saver);

#endif
