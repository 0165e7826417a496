#ifndef MODEL_NETWORK_THIN_H
#define MODEL_NETWORK_THIN_H

/**
 * A network's gradient without what is zero for want of inputs, as it travels.
 */

#include "model/network_gradient.h"

/**
 * As ls_network_gradient, of all parameters.
 *
 * Local; same result on every rank.  Where zeros among the inputs are left out, and
 * rows are not common.
 *
 * lines     [layout's count] out: those runs of LS_PAD floats that are there, ascending
 * map       out: a bit for each of the layout's runs, the lowest first, whether it is
 *           there; of the others all floats are +0.0
 * returns   floats that are there
 */
int64_t ls_network_gradient_thin(const ls_network *network, float *lines, uint64_t *map,
                                 const int *first_row, int shards);

#endif
