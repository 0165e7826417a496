#include "comm/slots.h"

#include "base/alloc.h"
#include "base/log.h"
#include "comm/comm_private.h"

#include <string.h>

enum { SLOT_TAG = 0 };

// Who owns what: counts and places by rank, on the communicator's first rank.
static int *list_owners(const ls_reduction *head, MPI_Comm of)
{
  int count = ls_comm_count((size_t)head->own.count);
  int place = ls_comm_count((size_t)head->own.first);
  int size = 0;

  MPI_Comm_size(of, &size);
  int *owners = ls_alloc(2 * (size_t)size, sizeof *owners);
  if (!owners) {
    ls_log_warn("no memory for the owners of an optimizer's slots");
    ls_comm_abort(ls_status_exit_code(LS_E_NOMEM));
  }
  MPI_Gather(&count, 1, MPI_INT, owners, 1, MPI_INT, 0, of);
  MPI_Gather(&place, 1, MPI_INT, owners + size, 1, MPI_INT, 0, of);
  return owners;
}

static void collect(const ls_reduction *head, float *all, const float *own, MPI_Comm of)
{
  int *owners = list_owners(head, of);
  int size = 0;

  MPI_Comm_size(of, &size);
  MPI_Gatherv(own, ls_comm_count((size_t)head->own.count), MPI_FLOAT, all, owners,
              owners + size, MPI_FLOAT, 0, of);
  ls_free(owners);
}

void ls_slots_collect(ls_reduction *reduction, float *all, const float *own)
{
  collect(reduction, all, own, reduction->comm->all);
}

void ls_slots_deal(ls_reduction *reduction, float *own, const float *all)
{
  ls_comm *comm = reduction->comm;
  int *owners = list_owners(reduction, comm->all);

  MPI_Scatterv(all, owners, owners + comm->size, MPI_FLOAT, own,
               ls_comm_count((size_t)reduction->own.count), MPI_FLOAT, 0, comm->all);
  ls_free(owners);
}

void ls_slots_collect_of_node(ls_reduction *reduction, float *all, const float *own)
{
  const ls_comm *comm = reduction->comm;

  if (comm->node_index == 0) {
    collect(reduction, all, own, comm->node);
  }
}

// A scatter must not read a float for more than one rank.
void ls_slots_deal_to_nodes(ls_reduction *reduction, float *own, const float *all)
{
  const ls_comm *comm = reduction->comm;
  const int count = ls_comm_count((size_t)reduction->own.count);
  int *owners = list_owners(reduction, comm->all);

  if (comm->rank > 0) {
    MPI_Recv(own, count, MPI_FLOAT, 0, SLOT_TAG, comm->all, MPI_STATUS_IGNORE);
  } else {
    memcpy(own, all + reduction->own.first, (size_t)count * sizeof *own);
  }
  for (int rank = 1; comm->rank == 0 && rank < comm->size; rank++) {
    MPI_Send(all + owners[comm->size + rank], owners[rank], MPI_FLOAT, rank, SLOT_TAG,
             comm->all);
  }
  ls_free(owners);
}
