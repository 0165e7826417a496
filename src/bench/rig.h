#ifndef BENCH_RIG_H
#define BENCH_RIG_H

/**
 * A training step on rows that are made up, so that it can be measured anywhere.
 *
 * It is the stepper, the reduction and the optimizer of a run; only the rows are
 * random.  They lie in memory that the node shares, as a run's data set does.
 */

#include "lockstep/comm.h"
#include "lockstep/reduction.h"
#include "math/kernels.h"
#include "model/layout.h"

typedef struct ls_rig ls_rig;

typedef struct ls_rig_config {
  ls_layout layout;
  const ls_kernels *kernels;
  int64_t rows;   /* of the data set */
  int64_t batch;  /* at most `rows` */
  int64_t shards; /* at least as many as ranks */
  bool plain;     /* MPI_Allreduce, not the ordered sum */
} ls_rig_config;

/* Parts of a step as a run's `time` record has them. */
#define LS_RIG_PART_LIST(X)                                                            \
  X(gather)                                                                            \
  X(forward)                                                                           \
  X(backward)                                                                          \
  X(update)                                                                            \
  X(exchange)                                                                          \
  X(waiting)

enum {
#define LS_RIG_PART_INDEX(name) LS_RIG_##name,
  LS_RIG_PART_LIST(LS_RIG_PART_INDEX)
#undef LS_RIG_PART_INDEX
      LS_RIG_PARTS
};

/**
 * Read layers as text: "784,128,10".
 *
 * Local; same result on every rank.
 *
 * returns   LS_OK
 *             LS_E_ARG  it is no such list, or has layers that cannot be
 */
LS_NODISCARD ls_status ls_rig_layers(ls_layout *out, const char *text);

/**
 * Put a step together.
 *
 * Collective.
 *
 * returns   LS_OK or the same error on every rank
 */
LS_NODISCARD ls_status ls_rig_open(ls_rig **out, ls_comm *comm,
                                   const ls_rig_config *config);

/** Release it; NULL is fine.  Collective. */
void ls_rig_close(ls_rig *rig);

/** Do `count` steps.  Collective. */
void ls_rig_run(ls_rig *rig, int64_t count);

/** Seconds that this rank has spent in each part so far: [LS_RIG_PARTS] out.  Local. */
void ls_rig_seconds(const ls_rig *rig, double *parts);

/** Steps so far.  Local; same result on every rank. */
int64_t ls_rig_steps(const ls_rig *rig);

/** What ranks send each other.  Local; same result on every rank. */
ls_reduction_exchange ls_rig_sends(const ls_rig *rig);

/** Whether the step's ranks hand rows on to each other.  Local. */
bool ls_rig_relays(const ls_rig *rig);

/** Whether they lend each other rows.  Local. */
bool ls_rig_lends(const ls_rig *rig);

/** As ls_reduction_sent_bytes, of one step.  Local. */
double ls_rig_sent_bytes(const ls_rig *rig);

/** Operations of one step's products, over all ranks.  Local. */
double ls_rig_operations(const ls_rig *rig);

#endif
