#ifndef COMM_REDUCTION_PRIVATE_H
#define COMM_REDUCTION_PRIVATE_H

/**
 * What the two kinds of reduction share.
 */

#include "base/tree.h"
#include "lockstep/reduction.h"

typedef struct ls_reduction_class {
  void (*destroy)(ls_reduction *reduction);
  void (*share)(ls_reduction *reduction);
  void (*step)(ls_reduction *reduction, ls_reduction_totals *totals,
               const ls_reduction_ride *ride, void *context);
  void (*collect)(ls_reduction *reduction, float *all, const float *own);
  void (*deal)(ls_reduction *reduction, float *own, const float *all);
} ls_reduction_class;

/** The head of both kinds' structs. */
struct ls_reduction {
  const ls_reduction_class *class;
  ls_comm *comm;
  ls_reduction_config config; /* `edges` is valid only during create */
  ls_reduction_exchange sends;
  double rate;    /* bytes a second each way between nodes; HUGE_VAL: there is one */
  int64_t stride; /* floats from one partial gradient to the next */
  ls_span shards; /* this rank's */
  ls_tree_node nodes[LS_TREE_NODES_MAX]; /* subtrees of its partial gradients */
  int part_count;
  float *weights;                     /* [count] */
  float *parts;                       /* [part_count][stride] */
  void *common;                       /* [config.rows.bytes] or NULL */
  ls_span node_shards;                /* of the ranks that have this in common */
  const struct ls_portions *portions; /* of their rows */
  struct ls_relay *relay;             /* of their rows, or NULL */
  ls_span *inputs;                    /* of each leg, in the next step */
  bool follows;                       /* ls_reduction_slices_follow */
  ls_loans *loans;                    /* of rows, or NULL */
  ls_span own;
  int64_t message_bytes; /* of memory for messages between nodes */
  ls_reduction_times times;
};

/** Fill a piece of all partial gradients of this rank, at their places.  Local. */
void ls_reduction_fill_parts(ls_reduction *reduction, ls_span piece,
                             const ls_reduction_near *near, void *context);

/**
 * Make the one that its name says, after ls_reduction_create has filled `head`.
 *
 * Collective.
 *
 * head      copied
 * returns   LS_OK or the same error on every rank
 */
LS_NODISCARD ls_status ls_reduction_create_ordered(ls_reduction **out,
                                                   const ls_reduction *head);
LS_NODISCARD ls_status ls_reduction_create_by_rows(ls_reduction **out,
                                                   const ls_reduction *head);
LS_NODISCARD ls_status ls_reduction_create_apart(ls_reduction **out,
                                                 const ls_reduction *head);
LS_NODISCARD ls_status ls_reduction_create_mpi(ls_reduction **out,
                                               const ls_reduction *head);

#endif
