/**
 * LS_REDUCTION_ORDERED where nodes work apart: each computes all logical shards, as
 * though it were alone, so all have the same weights, and no network is as quick.
 *
 * What is left to tell is flags.  One of config.common_flags is raised by every node in
 * the same step: it counts at once, and nodes tell each other.  The others are held
 * until then, or for a few steps, so that all ranks see them in the same one.  Where
 * one of those skips the update, its node tells at once; the others learn of it when
 * they tell, and have updated in between: the run cannot go on.
 *
 * Nodes also tell their steps and common flags.  Where these differ the weights do,
 * too: config.diverged_flag.
 */

#include "base/alloc.h"
#include "base/assert.h"
#include "base/clock.h"
#include "comm/comm_private.h"
#include "comm/exchange.h"
#include "comm/reduction_private.h"
#include "comm/slots.h"
#include "comm/watch.h"
#include "comm/way.h"

typedef struct apart {
  ls_reduction head;
  ls_comm node;        /* this node, as if there were no other */
  ls_reduction *alone; /* the reduction on it */
  uint64_t held;       /* the node's flags that others have not been told */
  uint64_t step;       /* how many there have been */
  uint64_t told;       /* how many there had been when they were told last */
  uint64_t every;      /* so many after that they are told again */
} apart;

static void destroy(ls_reduction *reduction)
{
  apart *a = (apart *)reduction;

  ls_reduction_destroy(a->alone);
  ls_free(a);
}

// Rank 0's to the first rank of each node, which has them in memory that its node
// shares.
static void share(ls_reduction *reduction)
{
  apart *a = (apart *)reduction;
  const ls_comm *comm = reduction->comm;
  const bool leads = comm->node_rank == 0;
  MPI_Comm leaders = MPI_COMM_NULL;

  MPI_Comm_split(comm->all, leads ? 0 : MPI_UNDEFINED, comm->rank, &leaders);
  if (leads) {
    MPI_Bcast(reduction->weights, ls_comm_count((size_t)reduction->config.count),
              MPI_FLOAT, 0, leaders);
    MPI_Comm_free(&leaders);
  }
  ls_reduction_share(a->alone);
}

static void tell(apart *a, ls_reduction_totals *totals)
{
  const ls_reduction_config *config = &a->head.config;
  const uint64_t common = totals->flags;
  double begin = ls_clock_seconds();
  // All say the same where no bit is in both a word and its complement.
  uint64_t told[] = {a->held, common, ~common, a->step, ~a->step};

  ls_watch_arrive();
  MPI_Allreduce(MPI_IN_PLACE, told, sizeof told / sizeof *told, MPI_UINT64_T, MPI_BOR,
                a->head.comm->all);
  totals->flags |= told[0];
  // A node that fails tells before the others have come so far.
  if ((told[0] & config->skip_flags) == 0 &&
      ((told[1] & told[2]) | (told[3] & told[4])) != 0) {
    totals->flags |= config->diverged_flag;
  }
  totals->applied = (totals->flags & config->skip_flags) == 0;
  a->held = 0;
  a->told = a->step;
  a->head.times.exchange += ls_clock_seconds() - begin;
}

static void step(ls_reduction *reduction, ls_reduction_totals *totals,
                 const ls_reduction_ride *ride, void *context)
{
  apart *a = (apart *)reduction;
  const double told = reduction->times.exchange;

  ls_reduction_step(a->alone, totals, ride, context);
  reduction->times = ls_reduction_seconds(a->alone);
  reduction->times.exchange = told;
  a->held |= totals->flags & ~reduction->config.common_flags;
  totals->flags &= reduction->config.common_flags;
  a->step++;
  if (a->step - a->told == a->every || totals->flags != 0 ||
      (a->held & reduction->config.skip_flags) != 0) {
    tell(a, totals);
  }
}

static ls_status create_alone(apart *a)
{
  ls_reduction_config config = a->head.config;
  const ls_comm *comm = a->head.comm;

  a->node = *comm;
  a->node.all = comm->node;
  a->node.first_rank = comm->first_rank + comm->rank - comm->node_rank;
  a->node.rank = comm->node_rank;
  a->node.size = comm->node_size;
  a->node.node_index = 0;
  a->node.node_count = 1;
  a->node.node_sizes = &a->node.node_size;
  config.exchange = LS_EXCHANGE_BY_SPEED;
  // Nodes of one host may differ, and comm/watch.h counts alike: no row is handed on,
  // and none is lent.
  config.rows.inputs = 0;
  config.rows.row_bytes = 0;
  LS_TRY(ls_reduction_create(&a->alone, &a->node, &config));
  // Flags of other nodes are learnt when the node's step has ended.
  LS_ASSERT(!ls_reduction_slices_follow(a->alone));
  return LS_OK;
}

// What others see of the reduction is what the one on this node has.
static void take_over(apart *a, const ls_reduction *head)
{
  static const ls_reduction_class class = {
      destroy, share, step, ls_slots_collect_of_node, ls_slots_deal_to_nodes};
  const int least_ranks = ls_exchange_slices(head->comm);

  a->head = *a->alone;
  a->head.class = &class;
  a->head.comm = head->comm;
  a->head.config = head->config;
  a->head.sends = LS_EXCHANGE_FLAGS;
  a->every = (uint64_t)ls_way_steps_between_flags(least_ranks, &head->config);
}

ls_status ls_reduction_create_apart(ls_reduction **out, const ls_reduction *head)
{
  apart *a = ls_alloc(1, sizeof *a);

  *out = NULL;
  ls_status status = ls_comm_agree(head->comm, a ? LS_OK : LS_E_NOMEM);
  if (status == LS_OK) {
    a->head = *head;
    status = ls_comm_agree(head->comm, create_alone(a));
  }
  if (status != LS_OK) {
    if (a) {
      destroy(&a->head);
    }
    return status;
  }
  take_over(a, head);
  *out = &a->head;
  return LS_OK;
}
