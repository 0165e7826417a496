#ifndef COMM_EXCHANGE_ROUNDS_H
#define COMM_EXCHANGE_ROUNDS_H

/**
 * An exchange in rounds (comm/rounds.h): sums leave as they are made, and new weights
 * as soon as a band of them is updated.
 *
 *   ls_exchange_begin
 *   for each round, ascending     ls_exchange_pass
 *   once band 0 is here, and passed, ls_exchange_learn
 *   in a step that is applied, for each band, ascending, once it is here and passed
 *                                 ls_exchange_update_band, ls_exchange_hand_out
 *   ls_exchange_end
 *
 * MPI moves messages on while it is called, and so it is in every round.
 */

#include "comm/exchange.h"

/** Say where sums are to go, and what rides along.  Local: waits for nobody. */
void ls_exchange_begin(ls_exchange *exchange, const ls_exchange_ride *ride);

/** Send what has been computed in a round.  Local: waits for nobody. */
void ls_exchange_pass(ls_exchange *exchange, int round);

/**
 * Whether other nodes' sums of a band of this rank's piece are here.
 *
 * Local; with `wait` it waits for the peers.
 */
bool ls_exchange_has(ls_exchange *exchange, int band, bool wait);

/**
 * Learn what rides along.
 *
 * Local.  What this node adds comes with its own first band, too.
 *
 * totals   out: of all nodes; the same on every rank
 */
void ls_exchange_learn(ls_exchange *exchange, ls_reduction_totals *totals);

/**
 * Join a band and update it.
 *
 * Local.
 *
 * weights   [count] the whole vector
 */
void ls_exchange_update_band(ls_exchange *exchange, int band, float *weights,
                             ls_reduction_update *update, void *context);

/**
 * Send the others a band's new weights; with the first, say where theirs are to go.
 *
 * Local: waits for nobody.
 *
 * weights   [count] the whole vector; the band is left alone until ls_exchange_end
 */
void ls_exchange_hand_out(ls_exchange *exchange, int band, float *weights);

/** Wait until all is here and all has left.  Collective over the slice's peers. */
void ls_exchange_end(ls_exchange *exchange);

#endif
