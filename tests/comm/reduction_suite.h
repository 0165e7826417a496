#ifndef TESTS_COMM_REDUCTION_SUITE_H
#define TESTS_COMM_REDUCTION_SUITE_H

/**
 * What every kind of reduction has to keep, whatever the nodes, shards and slices.
 */

#include "reduction_case.h"

/**
 * Run some steps and compare weights, totals and slots with a serial sum.
 *
 * Collective over all processes.  LS_REDUCTION_ORDERED has to give the bits of the
 * canonical sum, LS_REDUCTION_MPI its value to rounding.
 */
void reduction_suite(const reduction_case *c);

#endif
