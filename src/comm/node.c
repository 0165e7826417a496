/**
 * Which ranks share a node, and the order that makes a node's ranks contiguous.
 *
 * The parent's ranks are split by shared memory; a node is known by its lowest parent
 * rank, and nodes are numbered in ascending order of it.  The new order sorts by (node,
 * place on the node), so that with block placement nothing moves.
 */

#include "base/alloc.h"
#include "base/assert.h"
#include "comm/comm_private.h"

#include <stdlib.h>

// Sizes of pretended nodes as text: which of them holds the rank?  -1: malformed, or
// they do not add up.
static int find_fake_node(const char *text, int rank, int size)
{
  int first = 0;
  int found = -1;

  for (int node = 0;; node++) {
    char *end = NULL;
    long ranks = strtol(text, &end, 10);
    if (end == text || ranks < 1 || ranks > size - first) {
      return -1;
    }
    if (rank >= first && rank < first + ranks) {
      found = node;
    }
    first += (int)ranks;
    if (*end == '\0') {
      return first == size ? found : -1;
    }
    if (*end != ',') {
      return -1;
    }
    text = end + 1;
  }
}

// Sets node and its rank and size; `first` becomes the node's lowest parent rank.
static ls_status split_by_node(ls_comm *comm, MPI_Comm parent, const char *fake_nodes,
                               int *first)
{
  int rank = 0;
  int size = 0;

  MPI_Comm_rank(parent, &rank);
  MPI_Comm_size(parent, &size);
  MPI_Comm_split_type(parent, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &comm->node);
  if (fake_nodes) {
    MPI_Comm real = comm->node;
    int fake = find_fake_node(fake_nodes, rank, size);
    if (fake < 0) {
      return ls_fail(LS_E_ARG,
                     "--fake-nodes '%s': expected sizes that add up to %d ranks",
                     fake_nodes, size);
    }
    MPI_Comm_split(real, fake, rank, &comm->node);
    MPI_Comm_free(&real);
  }
  MPI_Comm_rank(comm->node, &comm->node_rank);
  MPI_Comm_size(comm->node, &comm->node_size);
  *first = rank;
  MPI_Bcast(first, 1, MPI_INT, 0, comm->node);
  return LS_OK;
}

// Numbers the nodes: the leaders, in the order of their parent ranks, count themselves.
static void number_nodes(ls_comm *comm)
{
  MPI_Comm leaders = MPI_COMM_NULL;
  int leads = comm->node_rank == 0;

  MPI_Comm_split(comm->all, leads ? 0 : MPI_UNDEFINED, comm->rank, &leaders);
  if (leads) {
    MPI_Comm_rank(leaders, &comm->node_index);
    MPI_Comm_size(leaders, &comm->node_count);
  }
  MPI_Bcast(&comm->node_index, 1, MPI_INT, 0, comm->node);
  MPI_Bcast(&comm->node_count, 1, MPI_INT, 0, comm->node);
  comm->node_sizes = ls_alloc((size_t)comm->node_count, sizeof *comm->node_sizes);
  if (!comm->node_sizes) {
    ls_comm_abort(1);
  }
  if (leads) {
    MPI_Allgather(&comm->node_size, 1, MPI_INT, comm->node_sizes, 1, MPI_INT, leaders);
    MPI_Comm_free(&leaders);
  }
  MPI_Bcast(comm->node_sizes, comm->node_count, MPI_INT, 0, comm->node);
}

ls_status ls_comm_find_nodes(ls_comm *comm, MPI_Comm parent, const char *fake_nodes)
{
  int first = 0;

  // Whether fake_nodes adds up is the same on every rank: all leave or none.
  LS_TRY(split_by_node(comm, parent, fake_nodes, &first));
  // MPI_Comm_split sorts by key and then by parent rank: all ranks of the node with
  // the lowest leader come first, in their order on the node.
  MPI_Comm_split(parent, 0, first, &comm->all);
  MPI_Comm_rank(comm->all, &comm->rank);
  MPI_Comm_size(comm->all, &comm->size);
  number_nodes(comm);
  return LS_OK;
}
