#include "comm/row_exchange.h"

#include "base/alloc.h"
#include "comm/comm_private.h"

#include <string.h>

typedef struct letter_head {
  int64_t correct;
  uint64_t flags;
} letter_head;

// One node's letter: a head, a loss for each of its shards, and their rows.
typedef struct letter {
  ls_span shards;
  size_t bytes;
  char *data;
} letter;

struct ls_row_exchange {
  MPI_Comm leaders; /* each node's first rank, by node */
  int node;
  int node_count;
  ls_reduction_rows rows;
  letter *letters;       /* [node_count] */
  MPI_Request *requests; /* [2 (node_count - 1)] */
};

static ls_status allocate(ls_row_exchange *x, const ls_comm *comm, int shards)
{
  const size_t nodes = (size_t)x->node_count;

  x->letters = ls_alloc(nodes, sizeof *x->letters);
  x->requests = ls_alloc(2 * nodes, sizeof(MPI_Request));
  if (!x->letters || !x->requests) {
    return LS_E_NOMEM;
  }
  for (int node = 0; node < x->node_count; node++) {
    letter *l = &x->letters[node];
    l->shards = ls_exchange_node_shards(comm, shards, node);
    l->bytes = sizeof(letter_head) +
               (size_t)l->shards.count * (sizeof(double) + x->rows.shard_bytes);
    l->data = ls_alloc(l->bytes, 1);
    if (!l->data) {
      return LS_E_NOMEM;
    }
  }
  return LS_OK;
}

ls_status ls_row_exchange_create(ls_row_exchange **out, ls_comm *comm,
                                 const ls_reduction_config *config)
{
  const bool leads = comm->node_rank == 0;
  MPI_Comm leaders = MPI_COMM_NULL;
  ls_row_exchange *x = NULL;
  ls_status status = LS_OK;

  *out = NULL;
  MPI_Comm_split(comm->all, leads ? 0 : MPI_UNDEFINED, comm->rank, &leaders);
  if (leads) {
    x = ls_alloc(1, sizeof *x);
    status = x ? LS_OK : LS_E_NOMEM;
  }
  if (x) {
    x->leaders = leaders;
    x->node = comm->node_index;
    x->node_count = comm->node_count;
    x->rows = config->rows;
    status = allocate(x, comm, config->shards);
  }
  status = ls_comm_agree(comm, status);
  if (status != LS_OK && x) {
    ls_row_exchange_destroy(x);
    x = NULL;
  } else if (status != LS_OK && leads) {
    MPI_Comm_free(&leaders); // collective: the others destroy theirs
  }
  *out = x;
  return status;
}

int64_t ls_row_exchange_bytes(const ls_row_exchange *x)
{
  int64_t bytes = 0;

  for (int node = 0; node < x->node_count; node++) {
    bytes += (int64_t)x->letters[node].bytes;
  }
  return bytes;
}

void ls_row_exchange_destroy(ls_row_exchange *x)
{
  if (!x) {
    return;
  }
  for (int node = 0; node < x->node_count && x->letters; node++) {
    ls_free(x->letters[node].data);
  }
  ls_free(x->letters);
  ls_free(x->requests);
  MPI_Comm_free(&x->leaders);
  ls_free(x);
}

static char *losses_of(const letter *l)
{
  return l->data + sizeof(letter_head);
}

static char *rows_of(const ls_row_exchange *x, const letter *l, int64_t i)
{
  return losses_of(l) + (size_t)l->shards.count * sizeof(double) +
         (size_t)i * x->rows.shard_bytes;
}

static void write_letter(const ls_row_exchange *x, const ls_exchange_ride *node,
                         void *context)
{
  const letter *own = &x->letters[x->node];
  const letter_head head = {node->correct, node->flags};

  memcpy(own->data, &head, sizeof head);
  memcpy(losses_of(own), node->leaf_losses, (size_t)own->shards.count * sizeof(double));
  for (int64_t i = 0; i < own->shards.count; i++) {
    x->rows.pack(context, (int)(own->shards.first + i), rows_of(x, own, i));
  }
}

static void read_letter(const ls_row_exchange *x, const letter *l, double *leaf_losses,
                        void *context)
{
  memcpy(leaf_losses + l->shards.first, losses_of(l),
         (size_t)l->shards.count * sizeof(double));
  for (int64_t i = 0; i < l->shards.count; i++) {
    x->rows.unpack(context, (int)(l->shards.first + i), rows_of(x, l, i));
  }
}

void ls_row_exchange_begin(ls_row_exchange *x, const ls_exchange_ride *node,
                           void *context)
{
  const letter *own = &x->letters[x->node];
  MPI_Request *request = x->requests;

  for (int from = 0; from < x->node_count; from++) {
    const letter *l = &x->letters[from];
    if (from != x->node) {
      MPI_Irecv(l->data, ls_comm_count(l->bytes), MPI_BYTE, from, 0, x->leaders,
                request++);
    }
  }
  write_letter(x, node, context);
  // Not all to the first node at once.
  for (int i = 1; i < x->node_count; i++) {
    MPI_Isend(own->data, ls_comm_count(own->bytes), MPI_BYTE,
              (x->node + i) % x->node_count, 0, x->leaders, request++);
  }
}

ls_exchange_ride ls_row_exchange_end(ls_row_exchange *x, double *leaf_losses,
                                     void *context)
{
  ls_exchange_ride others = {0};
  letter_head head;

  MPI_Waitall(2 * (x->node_count - 1), x->requests, MPI_STATUSES_IGNORE);
  for (int from = 0; from < x->node_count; from++) {
    if (from != x->node) {
      memcpy(&head, x->letters[from].data, sizeof head);
      others.correct += head.correct;
      others.flags |= head.flags;
      read_letter(x, &x->letters[from], leaf_losses, context);
    }
  }
  return others;
}

void ls_row_exchange_share(ls_row_exchange *x, float *weights, int64_t count)
{
  MPI_Bcast(weights, ls_comm_count((size_t)count), MPI_FLOAT, 0, x->leaders);
}
