#include "comm/slots.h"

#include "base/alloc.h"
#include "comm/comm_private.h"

// Who owns what, for gathering: counts and places by rank on rank 0.
static void list_owners(const ls_reduction *head, int *counts, int *places)
{
  int count = ls_comm_count((size_t)head->own.count);
  int place = ls_comm_count((size_t)head->own.first);

  MPI_Gather(&count, 1, MPI_INT, counts, 1, MPI_INT, 0, head->comm->all);
  MPI_Gather(&place, 1, MPI_INT, places, 1, MPI_INT, 0, head->comm->all);
}

static int *allocate_owners(const ls_comm *comm)
{
  int *owners = ls_alloc(2 * (size_t)comm->size, sizeof *owners);

  if (!owners) {
    ls_comm_abort(1);
  }
  return owners;
}

void ls_slots_collect(ls_reduction *reduction, float *all, const float *own)
{
  ls_comm *comm = reduction->comm;
  int *counts = allocate_owners(comm);

  list_owners(reduction, counts, counts + comm->size);
  MPI_Gatherv(own, ls_comm_count((size_t)reduction->own.count), MPI_FLOAT, all, counts,
              counts + comm->size, MPI_FLOAT, 0, comm->all);
  ls_free(counts);
}

void ls_slots_deal(ls_reduction *reduction, float *own, const float *all)
{
  ls_comm *comm = reduction->comm;
  int *counts = allocate_owners(comm);

  list_owners(reduction, counts, counts + comm->size);
  MPI_Scatterv(all, counts, counts + comm->size, MPI_FLOAT, own,
               ls_comm_count((size_t)reduction->own.count), MPI_FLOAT, 0, comm->all);
  ls_free(counts);
}
