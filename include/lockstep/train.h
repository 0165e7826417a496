#ifndef LOCKSTEP_TRAIN_H
#define LOCKSTEP_TRAIN_H

/**
 * Training: from a configuration to a trained model, a history and checkpoints.
 *
 * A run is defined by its meaning (network, batch, shards, seed, schedule, data, ...),
 * never by the number of ranks; ls_train_run gives the same bits on any number of them.
 */

#include "lockstep/comm.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * What decides the bits of a run: stored in checkpoints, compared on resume.
 *
 * name in the command line and the checkpoint, kind of the field, field
 */
#define LS_TRAIN_MEANING_LIST(X)                                                       \
  X("hidden", TEXT, hidden)                                                            \
  X("batch", COUNT, batch)                                                             \
  X("epochs", COUNT, epochs)                                                           \
  X("lr", NUMBER, lr)                                                                  \
  X("schedule", TEXT, schedule)                                                        \
  X("lr-scale", TEXT, lr_scale)                                                        \
  X("lr-reference-batch", COUNT, lr_reference_batch)                                   \
  X("optimizer", TEXT, optimizer)                                                      \
  X("weight-decay", TEXT, weight_decay)                                                \
  X("clip-norm", NUMBER, clip_norm)                                                    \
  X("label-smoothing", NUMBER, label_smoothing)                                        \
  X("dropout", NUMBER, dropout)                                                        \
  X("dropout-inputs", NUMBER, dropout_inputs)                                          \
  X("seed", SEED, seed)                                                                \
  X("shards", COUNT, shards)                                                           \
  X("holdout", COUNT, holdout)                                                         \
  X("allreduce", TEXT, allreduce)

/** One bit an entry of the list above, for ls_train_config.given. */
enum {
#define LS_TRAIN_MEANING_INDEX(name, kind, field) LS_TRAIN_MEANING_##field,
  LS_TRAIN_MEANING_LIST(LS_TRAIN_MEANING_INDEX)
#undef LS_TRAIN_MEANING_INDEX
      LS_TRAIN_MEANING_COUNT
};

typedef struct ls_train_config {
  /* meaning */
  const char *hidden;   /* widths of the hidden layers, "256,128"; "none" */
  int64_t batch;        /* rows a step over all ranks */
  int64_t epochs;       /* passes over the training rows */
  double lr;            /* what the schedule's factors multiply, before lr_scale */
  const char *schedule; /* in the schedule language; "@FILE": from a file */
  const char *lr_scale; /* "none", "linear", "sqrt": lr grows with the batch ... */
  int64_t lr_reference_batch; /* ... over this one */
  const char *optimizer;      /* "sgd", "adam(beta1=0.9)": see optimizer.h */
  const char *weight_decay;   /* "none", "l2(0.0005)", "decoupled(0.01)" */
  double clip_norm;           /* largest norm of a step's mean gradient; 0: any */
  double label_smoothing;     /* in [0, 1) */
  double dropout;             /* share of the hidden units, in [0, 1) */
  double dropout_inputs;      /* share of the pixels, in [0, 1) */
  uint64_t seed;
  int64_t shards;        /* logical shards of a batch */
  int64_t holdout;       /* training rows kept back for validation; 0: test files */
  const char *allreduce; /* "ordered", "mpi" */
  uint64_t given;        /* bit LS_TRAIN_MEANING_<field>: asked for, not a default */

  /* where things are */
  const char *data;    /* directory of IDX files */
  const char *out;     /* run directory; NULL: runs/<time>-<data>, or the resumed one */
  const char *resume;  /* NULL, a directory, a checkpoint, or "auto" */
  const char *metrics; /* CSV file; NULL: none */
  int64_t log_every;   /* steps from a metrics row to the next; 0: epochs only */

  /* saving */
  const char *save_every;  /* "1ep", "500", "5min", or several with commas; "never" */
  int64_t keep;            /* newest checkpoints kept */
  const char *keep_best;   /* metric whose best checkpoint is kept too; NULL: none */
  const char *save_errors; /* "warn": go on; "stop" */
  bool discard_newer;      /* resuming from a file: delete later ones */
  bool schedule_change;    /* a resumed run takes another schedule on purpose */
  bool lr_change;          /* and another base rate */

  /* stopping */
  int64_t stop_at_step;      /* 0: not */
  double time_limit_seconds; /* 0: none */

  /* failing */
  double hang_timeout_seconds; /* silence of a rank that ends the run; 0: none does */
  double io_timeout_seconds;   /* the same while loading and saving */
  const char *on_nan;          /* a value is not finite: "stop", or "skip" the update */
  int64_t skip_limit;          /* updates skipped in a run before it is given up */
  int64_t check_every;         /* steps from one comparison of the ranks to the next */

  /* here and now */
  const char *command;    /* how the run was called, for its log; NULL: not known */
  const char *isa;        /* kernels to use; NULL: the fastest there are */
  const char *fake_nodes; /* sizes of pretended nodes; NULL: none */
  bool dry_run;           /* show the plan and nothing else */
  bool quiet;
} ls_train_config;

/**
 * The reference job: 784-128-10 on MNIST, batch 32, 15 epochs, rate 0.1 falling by 4 %
 * every 1,000 steps.
 *
 * Local; same result on every rank.
 */
LS_API ls_train_config ls_train_config_default(void);

/**
 * Train.
 *
 * Collective.  `config` must be the same on every rank.  Prints records on stdout and
 * talks on stderr, from rank 0.
 *
 * returns   LS_OK, or the same on every rank:
 *             LS_STOPPED     stopped on request, saved; run again to go on
 *             LS_E_ARG       the configuration is impossible, or differs from the
 *                            stored
 *             LS_E_IO, LS_E_FORMAT, LS_E_NOMEM   the world
 *             LS_E_NUMERIC   a loss or gradient is not finite
 *             LS_E_MISSING   nothing there to resume
 *             LS_E_DAMAGED   all that is there is damaged
 *             LS_E_DIVERGED  ranks that must be equal differ
 */
LS_API LS_NODISCARD ls_status ls_train_run(const ls_train_config *config,
                                           ls_comm *comm);

/** What evaluating a checkpoint found. */
typedef struct ls_evaluation {
  int64_t step;  /* of the checkpoint */
  int64_t count; /* rows */
  double loss;
  double accuracy;
} ls_evaluation;

/**
 * Evaluate a checkpoint on the test files of a data set.
 *
 * Collective.
 *
 * path      a checkpoint, or a run directory: its newest good one
 * data      directory of IDX files
 * isa       as in ls_train_config
 * returns   LS_OK or the same error on every rank
 */
LS_API LS_NODISCARD ls_status ls_evaluate(ls_evaluation *out, ls_comm *comm,
                                          const char *path, const char *data,
                                          const char *isa);

#endif
