#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

/**
 * All that was measured.
 */

#include "bench/bench.h"
#include "bench/bound.h"
#include "bench/machine.h"
#include "bench/steps.h"
#include "bench/sums.h"

enum { LS_BENCH_SUMS_MOST = 20 };

typedef struct ls_bench_result {
  ls_bench_config config;
  ls_rig_config rig;
  int ranks, nodes;
  ls_binding_kind binding;
  ls_steps steps;
  ls_machine machine;
  ls_sums sums[LS_BENCH_SUMS_MOST];
  int sum_count;
  ls_bound bound;
} ls_bench_result;

/** Print it as a table of 80 columns.  Local. */
void ls_bench_print(const ls_bench_result *result);

/**
 * Write it as CSV: measure, bytes, median, least and most.
 *
 * Local.
 *
 * returns   LS_OK
 *             LS_E_IO
 */
LS_NODISCARD ls_status ls_bench_write_csv(const char *path,
                                          const ls_bench_result *result);

#endif
