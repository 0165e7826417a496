#ifndef TRAIN_SCHEDULE_CHOICE_H
#define TRAIN_SCHEDULE_CHOICE_H

/**
 * Which schedule a run follows: the one asked for, or the one it was started with.
 */

#include "lockstep/schedule.h"
#include "lockstep/train.h"
#include "train/origin.h"

/**
 * Read the text of a schedule from a file.
 *
 * Local.
 *
 * out       to be released with ls_free
 * returns   LS_OK
 *             LS_E_IO  the file cannot be read, is no text, or is longer than 64 KiB
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_schedule_read_file(char **out, const char *path);

/**
 * Show the line of `text` that the last failure names, with a caret under the place.
 *
 * Local; nothing where the failure names none.
 */
void ls_schedule_show_place(const char *text);

/**
 * Parse and resolve a text; where it is refused, show its line with a caret.
 *
 * Local; same result on every rank.
 *
 * returns   LS_OK, or as ls_schedule_parse and ls_schedule_resolve
 */
LS_NODISCARD ls_status ls_schedule_resolve_text(ls_schedule **out, const char *text,
                                                const ls_schedule_run *run);

/**
 * Read a schedule that may stand in a file.
 *
 * Collective.  Rank 0 reads.
 *
 * out       to be released with ls_free; NULL where `text` is not "@FILE"
 * returns   LS_OK or the same error on every rank
 *             LS_E_IO  the file cannot be read, or is longer than 64 KiB
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_schedule_read(char **out, ls_comm *comm, const char *text);

/**
 * The base rate that a configuration asks for: `lr` by the rule of `lr_scale`.
 *
 * Local; same result on every rank.
 *
 * source   Goyal et al. 2017, section 2.1: k times the batch, k times the rate;
 *          Krizhevsky 2014 for the root of k
 */
double ls_schedule_base_rate(const ls_train_config *config);

/**
 * Resolve the run's schedule.
 *
 * Local; same result on every rank.  What is refused is shown with a caret under the
 * place.  A resumed run keeps the resolved schedule and base
 * rate it was started with, also when it is made longer; another one is refused unless
 * the configuration says that the change is meant.
 *
 * out       the resolved schedule
 * config    `lr` counts where it was asked for, else the stored base rate does; the
 *           rule of `lr_scale` is never applied to a stored base rate
 * run       in: lengths of the run; out: the base rate that was resolved against
 * returns   LS_OK
 *             LS_E_ARG  the schedule is malformed, impossible, or differs from the
 *                       stored one; the text shows both and the first step that differs
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_schedule_choose(ls_schedule **out,
                                          const ls_train_config *config,
                                          const ls_origin *origin,
                                          ls_schedule_run *run);

#endif
