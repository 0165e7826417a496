#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

/**
 * What a machine can do at best: products, memory, barriers, messages.
 */

#include "bench/sample.h"
#include "math/kernels.h"

typedef struct ls_machine {
  double product_rate; /* operations a second of a rank: small products, all at once */
  double memory_rate;  /* bytes a second of a rank: sums of long vectors, all at once */
  ls_sample node_barrier; /* in the node's shared memory */
  ls_sample all_barrier;  /* MPI_Barrier of all ranks */
  int partner;            /* whom rank 0 exchanges messages with; -1: nobody */
  ls_sample message;      /* of 8 bytes, one way */
  double message_rate;    /* bytes a second each way, while both send long ones */
} ls_machine;

/**
 * Measure it, each figure for about `seconds`.
 *
 * Collective.
 *
 * returns   LS_OK or the same error on every rank
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_machine_measure(ls_machine *out, ls_comm *comm,
                                          const ls_kernels *kernels, double seconds);

#endif
