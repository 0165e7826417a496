#ifndef BENCH_STEPS_H
#define BENCH_STEPS_H

/**
 * What a training step takes, and where.
 */

#include "bench/rig.h"
#include "bench/sample.h"

/** Seconds of a step that a part of it takes, over the ranks. */
typedef struct ls_steps_part {
  double mean, least, most;
} ls_steps_part;

typedef struct ls_steps {
  ls_sample step;
  ls_steps_part parts[LS_RIG_PARTS];
  double whole; /* of an average rank: all parts, as a mean over the steps too */
  double work;  /* likewise, without exchange and waiting */
  ls_reduction_exchange sends;
  bool relays;       /* ranks hand rows on to each other */
  bool lends;        /* they lend each other rows */
  double operations; /* of a step's products, over all ranks */
  double sent_bytes; /* of a node in a step, or a rank with MPI_Allreduce */
} ls_steps;

/**
 * Run steps for about `seconds`.
 *
 * Collective.
 *
 * returns   LS_OK or the same error on every rank
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_steps_measure(ls_steps *out, ls_comm *comm, ls_rig *rig,
                                        double seconds);

/** Name of a part: "gather".  Local. */
const char *ls_steps_part_name(int part);

#endif
