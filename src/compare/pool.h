#ifndef COMPARE_POOL_H
#define COMPARE_POOL_H

/**
 * Running what is missing of a plan, a few processes at a time.
 */

#include "compare/plan.h"

/**
 * Run every run that has no result yet.
 *
 * Local.  A run that fails leaves a result that says so.
 *
 * first     of the runs
 * stride    from one to the next: 1 for all of them
 * jobs      processes at a time, at least 1
 * returns   LS_OK
 *             LS_STOPPED  SIGINT or SIGTERM: all processes were ended
 *             LS_E_IO     a process cannot be started
 */
LS_NODISCARD ls_status ls_pool_run(const ls_plan *plan, int first, int stride,
                                   int jobs);

#endif
