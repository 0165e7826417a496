#ifndef COMM_EXCHANGE_PRIVATE_H
#define COMM_EXCHANGE_PRIVATE_H

/**
 * What an exchange all at once and one in rounds share.
 */

#include "comm/exchange.h"
#include "comm/hop.h"

struct ls_exchange {
  MPI_Comm comm; /* the slice's peers, one a node, in the order of the nodes */
  int node, node_count;
  ls_reduction_add *add;
  uint64_t skip_flags;
  int64_t *shard_firsts; /* [node_count + 1] of each node, and the end of all */
  ls_stages stages;
  ls_hop *hops;                     /* [stages.count] */
  ls_span *pieces;                  /* [node_count] after all stages */
  int *block_counts, *block_places; /* [node_count] */
  bool thin, news;                  /* as in ls_hop_init */
  ls_reduction_fill_thin *fill;     /* as in ls_hop_config; NULL: it is not filled */
  bool replicated;                  /* each peer updates all of the slice */
  ls_span own;                      /* what this one updates */
  float *sums;         /* [count] of the vector, where they go back; else NULL */
  int round_bands;     /* in a step in rounds, messages that a round makes */
  ls_letter_ride ride; /* in a step in rounds, of this node */
};

/**
 * The first logical shard of each node.
 *
 * Local; same result on every rank.
 *
 * firsts    out: [node_count + 1], the end of all behind them
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_exchange_list_shards(int64_t **firsts, const ls_comm *comm,
                                               int shards);

/** What rides along from this node, its losses joined as its gradients are.  Local. */
ls_letter_ride ls_exchange_letter_ride(const ls_exchange *exchange,
                                       const ls_exchange_ride *node);

/** What has ridden along from all nodes.  Local. */
ls_reduction_totals ls_exchange_totals(const ls_exchange *exchange,
                                       const ls_letter_ride *ride);

/**
 * Join a stretch of the last stage's sums and update it.
 *
 * Local.
 *
 * weights   [count] the whole vector
 */
void ls_exchange_update_stretch(ls_exchange *exchange, float *weights,
                                const ls_stretch *stretch, ls_reduction_update *update,
                                void *context);

#endif
