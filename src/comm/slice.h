#ifndef COMM_SLICE_H
#define COMM_SLICE_H

/**
 * Cutting the parameter vector into slices, at allowed places only.
 *
 * Pure: no communication.
 */

#include "lockstep/span.h"

/**
 * Slice `index` of `parts` nearly equal ones of a piece of the vector.
 *
 * Local; same result on every rank.
 *
 * edges     [edge_count] allowed places to cut, ascending, 0 first, the vector's length
 *           last; both ends of `piece` are among them.  NULL: between cache lines
 * returns   a run between two edges; empty where there are too few of them
 */
ls_span ls_slice_cut(const int64_t *edges, int edge_count, ls_span piece, int parts,
                     int index);

/**
 * Slice `index` of `parts` of the whole vector that cost nearly the same.
 *
 * Local; same result on every rank.
 *
 * edges     [edge_count] as above
 * costs     [edge_count - 1] of what is between them, not negative
 */
ls_span ls_slice_cut_by_cost(const int64_t *edges, int edge_count, const double *costs,
                             int parts, int index);

#endif
