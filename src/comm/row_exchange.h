#ifndef COMM_ROW_EXCHANGE_H
#define COMM_ROW_EXCHANGE_H

/**
 * Between nodes: the rows that gradients are computed from.
 *
 * Each node's first rank sends the same letter to those of all other nodes: what rides
 * along, and the packed rows of the node's logical shards.
 */

#include "comm/exchange.h"

typedef struct ls_row_exchange ls_row_exchange;

/**
 * Allocate for steps.
 *
 * Collective.  Ranks that are no first ones get NULL in `out`.
 *
 * returns   LS_OK or the same error on every rank
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_row_exchange_create(ls_row_exchange **out, ls_comm *comm,
                                              const ls_reduction_config *config);

/** Bytes of memory for messages.  Local. */
int64_t ls_row_exchange_bytes(const ls_row_exchange *exchange);

/** Release it; NULL is fine.  Collective over the first ranks. */
void ls_row_exchange_destroy(ls_row_exchange *exchange);

/**
 * Send this node's rows.
 *
 * Local: waits for nobody.
 *
 * node      what rides along with them
 * context   the step's, for rows.pack
 */
void ls_row_exchange_begin(ls_row_exchange *exchange, const ls_exchange_ride *node,
                           void *context);

/**
 * Receive the others' rows.
 *
 * Collective over the first ranks; each waits for all of them.
 *
 * leaf_losses   [shards] out: those of other nodes' shards
 * context       the step's, for rows.unpack
 * returns       what rides along with them, its leaf_losses NULL
 */
ls_exchange_ride ls_row_exchange_end(ls_row_exchange *exchange, double *leaf_losses,
                                     void *context);

/**
 * Copy rank 0's vector to each node's first rank.
 *
 * Collective over the first ranks.
 */
void ls_row_exchange_share(ls_row_exchange *exchange, float *weights, int64_t count);

#endif
