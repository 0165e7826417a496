#ifndef MODEL_NETWORK_LEGS_H
#define MODEL_NETWORK_LEGS_H

/**
 * Common rows that ranks hand on to each other: a leg of the way for each rank.
 *
 * A leg has a run of the first layer's inputs, of all rows, in a matrix of its own:
 * beside each other in one row, a cache would fetch the other rank's with the own ones,
 * and every line that is read must be taken back before it can be written.
 *
 * For the same reason the first layer's sums are begun, and its deltas computed, in
 * memory of a rank's own, and copied from there.  Where nobody but the second of two
 * ranks needs what that layer makes of others' rows, each keeps it to itself.
 */

#include "lockstep/span.h"
#include "model/network.h"

#include <stdbool.h>

/**
 * Say whose a run of inputs is, from now on.
 *
 * Local; same on every rank in a step.  To be said for all legs, in order.
 *
 * inputs   [first, first + count), both in whole pads; beyond the last there is nothing
 */
void ls_network_deal_inputs(ls_network *network, int leg, ls_span inputs);

/**
 * Say whether what others read is posted: ls_kernels.post.
 *
 * Local.  Unasked it is not.  Where cores share a cache, a copy in it is quicker read.
 */
void ls_network_set_posts(ls_network *network, bool posts);

/**
 * Add what this leg's inputs of B common rows make to the first layer's sums.
 *
 * Local; the first inputs begin the sums, and others go on from where those before them
 * were left.
 *
 * row   the first of the rows, counted from the matrices' first
 * B     no more than the legs' rows
 */
void ls_network_add_inputs(ls_network *network, const float *parameters, int row,
                           int B);

/**
 * Take this rank's B rows, to which all inputs were added.
 *
 * Local.  Before ls_network_forward_on.
 */
void ls_network_take_sums(ls_network *network, int B);

/**
 * Let other ranks have the deltas of this rank's B rows.
 *
 * Local.  After ls_network_backward; others may then take them.
 */
void ls_network_post_rows(ls_network *network, int B);

/**
 * Take those of other ranks' rows, of `rows` in all.
 *
 * Local.  All ranks have posted theirs.
 */
void ls_network_take_rows(ls_network *network, int rows);

#endif
