#ifndef LOCKSTEP_REDUCTION_CONFIG_H
#define LOCKSTEP_REDUCTION_CONFIG_H

/**
 * What a step's reduction (lockstep/reduction.h) is made from: the parameters, and what
 * it calls to add, fill, send and update them.
 */

#include "lockstep/reduction_rows.h"
#include "lockstep/span.h"

#include <stddef.h>

typedef enum ls_reduction_kind {
  LS_REDUCTION_ORDERED, /* shared windows on nodes, ordered exchange between them */
  LS_REDUCTION_MPI      /* MPI_Allreduce, every rank updates everything */
} ls_reduction_kind;

/**
 * sum [count] = left [count] + right [count]; sum may be left.  Local.
 */
typedef void ls_reduction_add(float *sum, const float *left, const float *right,
                              int64_t count);

/** What is used next, and so worth taking near while a piece is filled. */
typedef struct ls_reduction_near {
  const float *weights; /* [piece.count] that are then updated, or NULL */
  const float *other;   /* [piece.count] of another rank's, to be joined, or NULL */
  bool posts; /* the piece is not: another rank reads it, so that it may be posted */
} ls_reduction_near;

/**
 * Compute partial gradient `part` of a piece of the parameters.
 *
 * Local.  Called during each step until every part of all parameters has been computed,
 * for pieces between edges, in any order.
 *
 * out    [piece.count] out: the ordered sum over ls_reduction_part_shards, or where
 *        they are one leaf, the leaf
 * near   hints
 */
typedef void ls_reduction_fill(void *context, float *out, int part, ls_span piece,
                               const ls_reduction_near *near);

/** Floats that travel between nodes, or not, together. */
enum { LS_REDUCTION_LINE = 16 };

/**
 * Compute partial gradient `part` of all parameters, without lines of zeros.
 *
 * Local.  In the place of ls_reduction_fill, where a rank's only part is all that its
 * node sends.
 *
 * lines     [count] out: those lines that are there, ascending; the last of all may
 *           be shorter
 * map       out: a bit for each line of all, the lowest first, whether it is there; of
 *           the others all floats are +0.0
 * returns   floats that are there
 */
typedef int64_t ls_reduction_fill_thin(void *context, float *lines, uint64_t *map,
                                       int part);

/**
 * Update a piece of the parameters.
 *
 * Local.  Called once or more for each step, for pieces that lie in ls_reduction_own
 * (or, if the configuration says so, anywhere), and begin and end between cache lines
 * of the parameters, or at edges.
 *
 * weights    [piece.count] in place
 * gradient   [piece.count] the sum over all logical shards, not scaled
 */
typedef void ls_reduction_update(void *context, float *weights, const float *gradient,
                                 ls_span piece);

/** What nodes send each other.  Bits do not depend on it. */
typedef enum ls_reduction_exchange {
  LS_EXCHANGE_BY_SPEED, /* what is quickest by a measurement of the network at create */
  LS_EXCHANGE_SUMS,   /* partial gradients, all at once, and weights back if need be */
  LS_EXCHANGE_ROUNDS, /* a band at a time, while the next is filled, and weights back */
  LS_EXCHANGE_ROWS,   /* rows */
  LS_EXCHANGE_FLAGS   /* nothing but flags: every node computes all shards */
} ls_reduction_exchange;

/** What goes back to nodes that have sent parts of sums whose norm is wanted. */
typedef enum ls_reduction_back {
  LS_BACK_BY_SPEED, /* what should be quicker, by a measurement of the network */
  LS_BACK_WEIGHTS,  /* each node measures and updates a piece */
  LS_BACK_SUMS      /* each node measures and updates all */
} ls_reduction_back;

/**
 * The sum of squares of a block: x [count], count at most 1,024.  Local.
 */
typedef double ls_reduction_measure(const float *x, int64_t count);

/**
 * Learn the squared norm of the summed gradient, before a step's first update.
 *
 * Local; called once for each step that is applied, with the same bits on every rank:
 * blocks join in the canonical tree (with LS_REDUCTION_MPI too, over its own sums).
 *
 * context   the update's
 */
typedef void ls_reduction_measured(void *context, double squares);

typedef struct ls_reduction_config {
  ls_reduction_kind kind;
  int64_t count;        /* floats of the parameter vector */
  const int64_t *edges; /* [edge_count] where what is filled or measured may begin and
                           end: ascending, 0 first, count last.  What nodes exchange all
                           at once, and do not measure in pieces, is cut between any
                           cache lines */
  int edge_count;
  int shards; /* logical shards, at least as many as ranks */
  int radix;  /* how many groups of nodes exchange at a time, 1: nodes send each other
                 all they have; 0: by the number of nodes, the floats and a measurement.
                 Bits do not depend on it. */
  ls_reduction_add *add; /* NULL: a plain loop */
  ls_reduction_fill *fill;
  ls_reduction_fill_thin *fill_thin; /* where it is thin; NULL: zeros are looked for in
                                        what was filled */
  ls_reduction_update *update;
  /* An update keeps nothing of its piece: where rows are common and no norm is wanted,
     any rank of a node may fill and update it, and who is early does. */
  bool anywhere;
  int64_t band; /* floats to fill, send, join and update at a time, about, eight times
                   as many on one node where rows are not common; 0: all of a slice.
                   Bits do not depend on it. */
  ls_reduction_rows rows;
  ls_reduction_exchange exchange; /* rank 0's counts; only what is possible is taken */
  bool thin; /* many gradients are zero in all rows: nodes that exchange sums in one
                stage do not send these, nor, where a network is slow, weights that stay
                as they were; bits do not depend on it */
  uint64_t
      skip_flags; /* a step in which any rank raises one of these is not applied; of
                          nodes that work apart, others may have applied some: such a
                          run is at its end */
  /* What raises these are rows or the step: of ranks that work on the same ones all do,
     or none.  One is raised in each step after which ranks do more than another
     step. */
  uint64_t common_flags;
  uint64_t
      diverged_flag; /* is seen where nodes that work apart have not done the same; 0:
                             nobody asks */
  /* Norms, at the cost of one small exchange; both or neither.  The edges then cut the
     vector into blocks of at most 1,024 floats. */
  ls_reduction_measure *measure;
  ls_reduction_measured *measured;
  ls_reduction_back back; /* bits do not depend on it */
} ls_reduction_config;

#endif
