#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

/**
 * Measuring a run on the machines at hand: its step, the machine, the exchange, and
 * what of these bounds it.
 *
 * It needs no data: rows are made up.
 */

#include "lockstep/comm.h"

typedef struct ls_bench_config {
  const char *layers;     /* "784,128,10" */
  int64_t batch;          /* rows a step over all ranks */
  int64_t shards;         /* logical shards of a batch */
  const char *allreduce;  /* "ordered", "mpi" */
  int64_t rows;           /* of the made-up data set */
  int64_t largest_kib;    /* of the vectors whose sums are measured */
  double seconds;         /* for the step; a tenth of it for each other figure */
  const char *csv;        /* file; NULL: none */
  const char *isa;        /* kernels; NULL: the fastest there are */
  const char *fake_nodes; /* as in ls_comm_create */
} ls_bench_config;

/** The reference job's step, and vectors of up to 64 MB.  Local. */
ls_bench_config ls_bench_config_default(void);

/**
 * Refuse what needs neither ranks nor memory to be refused.
 *
 * Local; same result on every rank.
 *
 * returns   LS_OK
 *             LS_E_USAGE
 */
LS_NODISCARD ls_status ls_bench_check(const ls_bench_config *config);

/**
 * Measure, and print a table on stdout.
 *
 * Collective.
 *
 * config    checked
 * returns   LS_OK or the same error on every rank
 */
LS_NODISCARD ls_status ls_bench_run(const ls_bench_config *config, ls_comm *comm);

#endif
