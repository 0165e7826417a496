#ifndef MODEL_NETWORK_GRADIENT_H
#define MODEL_NETWORK_GRADIENT_H

/**
 * A piece of a network's gradient, wherever it is cut.
 */

#include "lockstep/span.h"
#include "model/network.h"

/** As in ls_gradient_block; zeroed: nothing. */
typedef struct ls_network_near {
  const float *floats[2];
  bool posts;
} ls_network_near;

/**
 * The ordered sum of the gradient over some leaves, for some parameters.
 *
 * Local; same result on every rank.  After ls_network_backward.
 *
 * gradient    [piece.count] out: with padding
 * piece       of the layout's floats; it may begin and end at any whole pad
 * first_row   [shards + 1]: rows of each leaf, as in ls_kernels.gradient: of the
 *             shards, or of all of them as one; where rows are common, counted from the
 *             first of all
 * near        what to bring near meanwhile, [piece.count] each
 */
void ls_network_gradient(const ls_network *network, float *gradient, ls_span piece,
                         const int *first_row, int shards, const ls_network_near *near);

/**
 * Compute the gradient of some parameters and go down it, in one go.
 *
 * Local; same result on every rank.  After ls_network_backward.
 *
 * weights    [piece.count] in place
 * piece, first_row, shards   as in ls_network_gradient
 * returns    how many of the piece's first floats that was done for: those of the first
 *            weight
 */
int64_t ls_network_descend(const ls_network *network, float *weights, ls_span piece,
                           const int *first_row, int shards, const ls_descent *descent);

#endif
