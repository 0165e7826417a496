#ifndef TRAIN_DIVERGENCE_H
#define TRAIN_DIVERGENCE_H

/**
 * Whether copies that must be equal still are: weights, step, schedule and rate.
 *
 * With ordered reductions a node has one copy of the weights, which its first rank
 * digests; with MPI_Allreduce each rank has one.  Step, resolved schedule,
 * base rate and rate are every rank's own.
 */

#include "lockstep/reduction.h"

typedef struct ls_divergence_config {
  ls_comm *comm;
  ls_reduction *reduction;
  int64_t count;        /* floats of the parameter vector */
  bool copy_per_rank;   /* false: a copy of the weights per node */
  const char *resolved; /* the schedule that this rank follows */
  double base_rate;     /* that it multiplies */
} ls_divergence_config;

/**
 * Compare.
 *
 * Collective.
 *
 * step      updates applied
 * rate      of the next step
 * returns   LS_OK or the same error on every rank
 *             LS_E_DIVERGED  the text names who differs from most, or all where no
 *                            value has a majority
 * cost      one allreduce of 32 bytes, and a pass over the weights
 */
LS_NODISCARD ls_status ls_divergence_check(const ls_divergence_config *config,
                                           int64_t step, float rate);

#endif
