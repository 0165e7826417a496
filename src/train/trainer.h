#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

/**
 * Everything a run needs, put together.
 */

#include "lockstep/schedule.h"
#include "lockstep/train.h"
#include "train/display.h"
#include "train/evaluation.h"
#include "train/metrics.h"
#include "train/optimizer_rule.h"
#include "train/origin.h"
#include "train/saver.h"
#include "train/stepper.h"

typedef struct ls_trainer {
  ls_comm *comm;
  ls_train_config config;                     /* completed by what is stored */
  char *config_texts;                         /* that the completed config borrows */
  char *schedule_text;                        /* read from @FILE, or NULL */
  char *meaning;                              /* of the config, as text */
  char optimizer_text[LS_CALL_TEXT_BYTES];    /* written out, that the config borrows */
  char weight_decay_text[LS_CALL_TEXT_BYTES]; /* likewise */
  char fingerprint[LS_SHA256_HEX];

  ls_origin origin;
  ls_feed *feed;
  ls_layout layout;
  const ls_kernels *kernels;
  ls_schedule *schedule; /* resolved */
  double base_rate;      /* what its factors multiply */
  ls_batch_plan plan;
  int64_t steps_per_epoch;
  int64_t total_steps;

  bool sparse; /* zeros among the inputs are left out: as rank 0 has it */
  ls_sharing asked;
  ls_reduction *reduction;
  ls_network *network; /* of evaluations */
  ls_optimizer *optimizer;
  ls_stepper *stepper;
  ls_evaluator *evaluator;
  ls_save_points points;
  ls_saver *saver;
  ls_run_state state;
  ls_metrics *metrics; /* on rank 0, or NULL */
  ls_display display;
  double validating_seconds; /* so far */
} ls_trainer;

/**
 * Put a run together, new or resumed.
 *
 * Collective.
 *
 * trainer   out: to be released by ls_trainer_close, also after a failure
 * returns   LS_OK or the same error on every rank; see ls_train_run
 */
LS_NODISCARD ls_status ls_trainer_open(ls_trainer *trainer, ls_comm *comm,
                                       const ls_train_config *config);

/** Release it.  Collective. */
void ls_trainer_close(ls_trainer *trainer);

/**
 * Disk space that the run's checkpoints take at most, and what there is.
 *
 * Local; on rank 0.
 *
 * need, available   out: bytes; `available` counts checkpoints of the directory too
 * returns           LS_OK, also if there is too little
 *                     LS_E_IO
 */
LS_NODISCARD ls_status ls_trainer_disk(const ls_trainer *trainer, int64_t *need,
                                       int64_t *available);

/** The learning rate of step `step`, in double.  Local; same result on every rank. */
double ls_trainer_rate(const ls_trainer *trainer, int64_t step);

#endif
