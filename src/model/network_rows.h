#ifndef MODEL_NETWORK_ROWS_H
#define MODEL_NETWORK_ROWS_H

/**
 * Rows that other nodes' networks have run: what travels, and where it is put.
 *
 * A gradient needs the inputs, which every node makes from the data set itself, and
 * each layer's activations and deltas, which travel; but the deltas of the last hidden
 * layer each node brings back from the last one's, which are few.  Rows are common
 * (model/network.h) and counted from the first of all.
 */

#include "model/network.h"

/** Floats of a row that travel.  Local; same result on every rank. */
int64_t ls_network_travelling_floats(const ls_layout *layout);

/**
 * Copy what rows [row, end) are for other nodes, after ls_network_backward of them.
 *
 * Local.
 *
 * out   [(end - row) * travelling floats] floats
 */
void ls_network_pack(const ls_network *network, char *out, int row, int end);

/**
 * Put rows [row, end) where ls_network_gradient finds them.
 *
 * Local.  After ls_network_backward of this step's own rows, whose weights it uses.
 *
 * in   as packed
 */
void ls_network_unpack(ls_network *network, const char *in, int row, int end);

/**
 * Leave inputs of rows [row, end) out, as ls_network_forward_dropping does of its own.
 *
 * Local; same result on every rank.  After their inputs were put in; at most as many
 * rows as the network may have.
 */
void ls_network_drop_inputs(ls_network *network, int row, int end,
                            const ls_dropout *dropout);

/** Where to put a row's inputs, as by ls_network_row: [features].  Local. */
float *ls_network_common_row(ls_network *network, int row);

#endif
