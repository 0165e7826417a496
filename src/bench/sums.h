#ifndef BENCH_SUMS_H
#define BENCH_SUMS_H

/**
 * What it costs to sum a vector over all ranks: our way, and MPI's.
 *
 * Ours is a whole ordered step: each rank's vector is written to where others see it,
 * the vectors are joined in the canonical tree, and every rank sees the sum.
 * MPI_Allreduce, in place, gives the same to rounding.
 */

#include "bench/sample.h"
#include "math/kernels.h"

enum { LS_SUMS_LEAST_BYTES = 4096 };

typedef struct ls_sums {
  int64_t bytes;
  bool fits; /* in the node's shared memory; else `ordered` is nothing */
  ls_sample ordered;
  ls_sample mpi;
} ls_sums;

/**
 * Measure one size, each way for about `seconds`.
 *
 * Collective.
 *
 * bytes     of the vector, whole floats
 * returns   LS_OK or the same error on every rank
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_sums_measure(ls_sums *out, ls_comm *comm,
                                       const ls_kernels *kernels, int64_t bytes,
                                       double seconds);

#endif
