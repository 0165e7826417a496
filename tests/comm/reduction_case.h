#ifndef TESTS_COMM_REDUCTION_CASE_H
#define TESTS_COMM_REDUCTION_CASE_H

/**
 * What a reduction is tested with.
 */

#include "lockstep/reduction_config.h"

/** One way to set a reduction up. */
typedef struct reduction_case {
  ls_reduction_kind kind;
  const char *fake_nodes; /* as in ls_comm_create */
  int shards;
  int64_t count;
  int64_t block; /* slices are cut at multiples of it */
  int64_t band;  /* of the configuration */
  int radix;     /* as in ls_reduction_config */
  bool anywhere; /* an update keeps nothing, and is done by any rank of a node */
  bool common;   /* what is filled from is common to a node's ranks, and can travel */
  ls_reduction_exchange exchange;
  bool thin;
  bool filled; /* of thin ones, there is fill_thin */
  bool norms;  /* are wanted, which go with blocks of at most 1,024 floats */
  ls_reduction_back back;
} reduction_case;

#endif
