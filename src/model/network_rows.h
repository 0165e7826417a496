#ifndef MODEL_NETWORK_ROWS_H
#define MODEL_NETWORK_ROWS_H

/**
 * Rows that another rank's network has run, on another node or this one: what travels,
 * and where it is put.
 *
 * A gradient needs the inputs, which every rank makes from the data set itself, and
 * each layer's activations and deltas, which travel; but the deltas of the last hidden
 * layer are brought back from the last one's, which are few.  Rows are counted from the
 * matrices' first (model/network.h).
 */

#include "model/network.h"

#include <stddef.h>

/** Floats of a row that travel.  Local; same result on every rank. */
int64_t ls_network_travelling_floats(const ls_layout *layout);

/**
 * Copy what rows [row, end) are for others, after ls_network_backward of them.
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
 * Bytes of a row that is lent to another rank of the node: what travels, and its loss.
 *
 * Local; same result on every rank.
 */
size_t ls_network_lent_bytes(const ls_layout *layout);

/**
 * The same as ls_network_pack and _unpack, with losses, which ls_network_all_losses
 * then finds, too.
 *
 * Local.
 *
 * out, in   [(end - row) * ls_network_lent_bytes]
 */
void ls_network_pack_lent(const ls_network *network, char *out, int row, int end);
void ls_network_unpack_lent(ls_network *network, const char *in, int row, int end);

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
