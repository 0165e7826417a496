/**
 * A message to or from a node:
 *
 *   header   correct, flags, leaf losses of the sender's shards; whole cache lines
 *   parts    the sender's subtrees, ascending, each [floats of the receiver's piece]
 */

#include "comm/exchange.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "comm/comm_private.h"
#include "comm/slice.h"

#include <string.h>

typedef struct header {
  int64_t correct;
  uint64_t flags;
  double leaf_losses[];
} header;

// One node, as this peer sees it.
typedef struct peer {
  ls_span shards;
  ls_span piece; /* of the slice */
  int part_count;
  size_t header_bytes;
} peer;

struct ls_exchange {
  MPI_Comm comm; /* the slice's peers, one a node, in the order of the nodes */
  int node, node_count;
  ls_reduction_add *add;
  uint64_t skip_flags;
  peer *peers; /* [node_count] */
  int shard_count;
  double *leaf_losses; /* [shard_count] of all nodes */
  char *sent, *received;
  int *sent_bytes, *sent_places, *received_bytes, *received_places; /* [node_count] */
  int *piece_counts, *piece_places, *block_counts, *block_places;   /* [node_count] */
  ls_join join;
  ls_chunk_table table; /* rows: the parts of all nodes for the own piece */
};

int ls_exchange_slices(const ls_comm *comm)
{
  int least = comm->node_sizes[0];

  for (int node = 1; node < comm->node_count; node++) {
    least = comm->node_sizes[node] < least ? comm->node_sizes[node] : least;
  }
  return least;
}

ls_span ls_exchange_node_shards(const ls_comm *comm, int shards, int node)
{
  int first_rank = 0;

  for (int i = 0; i < node; i++) {
    first_rank += comm->node_sizes[i];
  }
  int last_rank = first_rank + comm->node_sizes[node] - 1;
  ls_span first = ls_span_part(shards, comm->size, first_rank);
  ls_span last = ls_span_part(shards, comm->size, last_rank);
  return (ls_span){first.first, last.first + last.count - first.first};
}

// Every header begins at a cache line, and so do the floats behind it.
static size_t whole_lines(size_t bytes)
{
  return (bytes + LS_ALIGNMENT - 1) / LS_ALIGNMENT * LS_ALIGNMENT;
}

static void describe_peers(ls_exchange *x, const ls_comm *comm,
                           const ls_reduction_config *config, ls_span slice)
{
  for (int node = 0; node < x->node_count; node++) {
    peer *p = &x->peers[node];
    ls_tree_node nodes[LS_TREE_NODES_MAX];
    p->shards = ls_exchange_node_shards(comm, config->shards, node);
    p->piece =
        ls_slice_cut(config->edges, config->edge_count, slice, x->node_count, node);
    p->part_count = ls_tree_cover(nodes, config->shards, (int)p->shards.first,
                                  (int)(p->shards.first + p->shards.count));
    size_t bytes = sizeof(header) + (size_t)p->shards.count * sizeof(double);
    p->header_bytes = whole_lines(bytes);
  }
}

static int message_bytes(const peer *from, const peer *to)
{
  size_t floats = (size_t)from->part_count * (size_t)to->piece.count;
  return ls_comm_count(from->header_bytes + floats * sizeof(float));
}

// Where messages lie in `sent` and `received`; returns nothing, allocates both.
static ls_status lay_out_messages(ls_exchange *x)
{
  const peer *own = &x->peers[x->node];
  size_t sent = 0;
  size_t received = 0;

  for (int node = 0; node < x->node_count; node++) {
    const peer *other = &x->peers[node];
    x->sent_bytes[node] = message_bytes(own, other);
    x->sent_places[node] = ls_comm_count(sent);
    x->received_bytes[node] = message_bytes(other, own);
    x->received_places[node] = ls_comm_count(received);
    x->piece_counts[node] = ls_comm_count((size_t)other->piece.count);
    x->piece_places[node] = ls_comm_count((size_t)other->piece.first);
    sent += whole_lines((size_t)x->sent_bytes[node]);
    received += whole_lines((size_t)x->received_bytes[node]);
  }
  x->sent = ls_alloc(sent, 1);
  x->received = ls_alloc(received, 1);
  return x->sent && x->received ? LS_OK : LS_E_NOMEM;
}

// All nodes' subtrees in ascending order, how they join, and where each is received.
static ls_status plan_join(ls_exchange *x)
{
  int parts = 0;

  for (int node = 0; node < x->node_count; node++) {
    parts += x->peers[node].part_count;
  }
  ls_tree_node *nodes = ls_alloc((size_t)parts + LS_TREE_NODES_MAX, sizeof *nodes);
  if (!nodes) {
    return LS_E_NOMEM;
  }
  for (int node = 0, part = 0; node < x->node_count; node++) {
    ls_span shards = x->peers[node].shards;
    part += ls_tree_cover(nodes + part, x->shard_count, (int)shards.first,
                          (int)(shards.first + shards.count));
  }
  ls_status status =
      ls_join_plan(&x->join, nodes, parts, (ls_tree_node){0, x->shard_count});
  ls_free(nodes);
  if (status == LS_OK) {
    status = ls_chunk_table_init(&x->table, parts, x->join.scratch_count);
  }
  for (int node = 0, part = 0; status == LS_OK && node < x->node_count; node++) {
    const peer *p = &x->peers[node];
    const char *floats = x->received + x->received_places[node] + p->header_bytes;
    for (int i = 0; i < p->part_count; i++) {
      x->table.parts[part++] =
          (const float *)(const void *)floats + i * x->peers[x->node].piece.count;
    }
  }
  return status;
}

static ls_status allocate(ls_exchange *x, const ls_comm *comm,
                          const ls_reduction_config *config)
{
  size_t nodes = (size_t)x->node_count;
  ls_span slice =
      ls_slice_cut(config->edges, config->edge_count, (ls_span){0, config->count},
                   ls_exchange_slices(comm), comm->node_rank);

  x->peers = ls_alloc(nodes, sizeof *x->peers);
  x->leaf_losses = ls_alloc((size_t)config->shards, sizeof *x->leaf_losses);
  x->sent_bytes = ls_alloc(8 * nodes, sizeof *x->sent_bytes);
  if (!x->peers || !x->leaf_losses || !x->sent_bytes) {
    return LS_E_NOMEM;
  }
  x->sent_places = x->sent_bytes + nodes;
  x->received_bytes = x->sent_places + nodes;
  x->received_places = x->received_bytes + nodes;
  x->piece_counts = x->received_places + nodes;
  x->piece_places = x->piece_counts + nodes;
  x->block_counts = x->piece_places + nodes;
  x->block_places = x->block_counts + nodes;
  describe_peers(x, comm, config, slice);
  ls_status status = lay_out_messages(x);
  return status == LS_OK ? plan_join(x) : status;
}

ls_status ls_exchange_create(ls_exchange **out, ls_comm *comm,
                             const ls_reduction_config *config)
{
  MPI_Comm peers = MPI_COMM_NULL;
  bool is_peer = comm->node_rank < ls_exchange_slices(comm);
  ls_exchange *x = NULL;
  ls_status status = LS_OK;

  *out = NULL;
  MPI_Comm_split(comm->all, is_peer ? comm->node_rank : MPI_UNDEFINED, comm->rank,
                 &peers);
  if (is_peer) {
    x = ls_alloc(1, sizeof *x);
    status = x ? LS_OK : LS_E_NOMEM;
  }
  if (x) {
    x->comm = peers;
    x->node = comm->node_index;
    x->node_count = comm->node_count;
    x->add = config->add;
    x->skip_flags = config->skip_flags;
    x->shard_count = config->shards;
    status = allocate(x, comm, config);
  }
  status = ls_comm_agree(comm, status);
  if (status != LS_OK && x) {
    ls_exchange_destroy(x);
    x = NULL;
  } else if (status != LS_OK && is_peer) {
    MPI_Comm_free(&peers); // collective among the peers: the others destroy theirs
  }
  *out = x;
  return status;
}

void ls_exchange_destroy(ls_exchange *x)
{
  if (!x) {
    return;
  }
  ls_chunk_table_clear(&x->table);
  ls_join_clear(&x->join);
  ls_free(x->sent);
  ls_free(x->received);
  ls_free(x->sent_bytes);
  ls_free(x->leaf_losses);
  ls_free(x->peers);
  MPI_Comm_free(&x->comm);
  ls_free(x);
}

ls_span ls_exchange_own(const ls_exchange *exchange)
{
  return exchange->peers[exchange->node].piece;
}

static void pack_header(header *out, const ls_exchange_ride *ride, int64_t shards)
{
  out->correct = ride->correct;
  out->flags = ride->flags;
  memcpy(out->leaf_losses, ride->leaf_losses, (size_t)shards * sizeof(double));
}

// This node's sums of one piece, a row a subtree.
static void pack_parts(const ls_exchange *x, float *out, ls_span piece,
                       ls_chunk_table *table, const ls_join *joins)
{
  for (int i = 0; i < x->peers[x->node].part_count; i++, out += piece.count) {
    for (int64_t done = 0; done < piece.count; done += LS_CHUNK) {
      int64_t now = piece.count - done < LS_CHUNK ? piece.count - done : LS_CHUNK;
      const float *sum =
          ls_chunk_join(table, &joins[i], x->add, piece.first + done, now);
      memcpy(out + done, sum, (size_t)now * sizeof *out);
    }
  }
}

static void add_up(ls_exchange *x, ls_reduction_totals *totals)
{
  *totals = (ls_reduction_totals){0};
  for (int node = 0; node < x->node_count; node++) {
    const peer *p = &x->peers[node];
    const header *in =
        (const header *)(const void *)(x->received + x->received_places[node]);
    totals->correct += in->correct;
    totals->flags |= in->flags;
    memcpy(x->leaf_losses + p->shards.first, in->leaf_losses,
           (size_t)p->shards.count * sizeof(double));
  }
  totals->loss = ls_tree_sum(x->leaf_losses, x->shard_count);
  totals->applied = (totals->flags & x->skip_flags) == 0;
}

void ls_exchange_send(ls_exchange *x, ls_reduction_totals *totals,
                      const ls_exchange_ride *ride, ls_chunk_table *table,
                      const ls_join *joins)
{
  const peer *own = &x->peers[x->node];

  for (int node = 0; node < x->node_count; node++) {
    char *message = x->sent + x->sent_places[node];
    pack_header((header *)(void *)message, ride, own->shards.count);
    pack_parts(x, (float *)(void *)(message + own->header_bytes), x->peers[node].piece,
               table, joins);
  }
  MPI_Alltoallv(x->sent, x->sent_bytes, x->sent_places, MPI_BYTE, x->received,
                x->received_bytes, x->received_places, MPI_BYTE, x->comm);
  add_up(x, totals);
}

void ls_exchange_measure(ls_exchange *x, double *squares, const ls_blocks *blocks,
                         const ls_reduction_config *config)
{
  ls_span own = ls_exchange_own(x);

  ls_blocks_measure(squares, blocks, own, config, &x->table, &x->join, own.first);
  for (int node = 0; node < x->node_count; node++) {
    ls_span run = ls_blocks_of(blocks, x->peers[node].piece);
    x->block_counts[node] = ls_comm_count((size_t)run.count);
    x->block_places[node] = ls_comm_count((size_t)run.first);
  }
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, squares, x->block_counts,
                 x->block_places, MPI_DOUBLE, x->comm);
}

void ls_exchange_update(ls_exchange *x, float *weights, ls_reduction_update *update,
                        void *context)
{
  ls_span own = ls_exchange_own(x);

  for (int64_t done = 0; done < own.count; done += LS_CHUNK) {
    int64_t now = own.count - done < LS_CHUNK ? own.count - done : LS_CHUNK;
    const float *sum = ls_chunk_join(&x->table, &x->join, x->add, done, now);
    update(context, weights + own.first + done, sum, (ls_span){own.first + done, now});
  }
}

void ls_exchange_gather(ls_exchange *x, float *weights)
{
  MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, weights, x->piece_counts,
                 x->piece_places, MPI_FLOAT, x->comm);
}

void ls_exchange_share(ls_exchange *x, float *weights, int64_t count)
{
  MPI_Bcast(weights, ls_comm_count((size_t)count), MPI_FLOAT, 0, x->comm);
}
