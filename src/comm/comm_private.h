#ifndef COMM_COMM_PRIVATE_H
#define COMM_COMM_PRIVATE_H

/**
 * What the files of this room know of a communicator.
 */

#include "lockstep/comm.h"

#include <mpi.h>

struct ls_comm {
  MPI_Comm all;  /* every rank, ordered by node */
  MPI_Comm node; /* the ranks of this node */
  int rank, size;
  int node_rank, node_size;
  int node_index, node_count;
  int *node_sizes;    /* [node_count] ranks of each node */
  int first_rank;     /* 0, or of a part of a run: which of the run's ranks is 0 here */
  bool has_core_each; /* whoever is on this machine; pretended nodes share its cores */
  bool started_mpi;   /* and so has to end it */
};

/**
 * Group the ranks by node and fill everything but `started_mpi`.
 *
 * Collective over all processes.
 *
 * parent       the processes in the launcher's order
 * fake_nodes   as in ls_comm_create
 * returns      as ls_comm_create, the same on every rank
 */
LS_NODISCARD ls_status ls_comm_find_nodes(ls_comm *comm, MPI_Comm parent,
                                          const char *fake_nodes);

/**
 * A size as MPI takes it.
 *
 * Local.  Ends the program if it does not fit: callers check sizes at create time.
 */
int ls_comm_count(size_t count);

#endif
