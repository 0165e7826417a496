#ifndef LOCKSTEP_REDUCTION_ROWS_H
#define LOCKSTEP_REDUCTION_ROWS_H

/**
 * Rows that the ranks of a node have in common, for a step's reduction
 * (lockstep/reduction_config.h).
 */

#include "lockstep/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Logical shards that can be one leaf, and so nodes that send each other its rows. */
enum { LS_ONE_LEAF_SHARDS_MAX = 64 };

/** Whether ranks of a node do parts of each other's rows.  It decides no bits. */
typedef enum ls_reduction_help {
  LS_HELP_WHERE_QUICK, /* where each rank has a core; rows are handed on by two */
  LS_HELP_NEVER,
  LS_HELP_ALWAYS /* but where it is not possible */
} ls_reduction_help;

/** Seconds that a rank takes for all rows of a batch. */
typedef struct ls_reduction_pace {
  double gather;
  double forward;  /* up to the last deltas */
  double gradient; /* and to join that of each leaf */
} ls_reduction_pace;

/**
 * What partial gradients are computed from, in memory that the ranks of a node share.
 *
 * Which rank of the node writes which of them ls_reduction_portion says.
 *
 * `context` is the step's.  All are local; pack, unpack and prepare are called for a
 * shard on one rank of a node, losses on one or all of them, here on every rank where
 * rows are handed on, descend on every rank for what it updates, and not where norms
 * are wanted.
 *
 * Where all shards are one leaf of the sum, no rank can sum a part of it for others.
 * There are at most LS_ONE_LEAF_SHARDS_MAX shards then, and neither number of bytes is
 * 0.
 */
typedef struct ls_reduction_rows {
  size_t bytes; /* of all shards; 0: a rank can fill parts of its own shards only */
  size_t shard_bytes; /* of a shard on its way to other nodes; 0: it cannot go there */
  size_t row_bytes; /* of a row on its way between ranks of a node that each have their
                         own shards; 0: none is lent */
  ls_reduction_help loans; /* whether rows are; the first rank's counts */
  int64_t count;           /* of all shards together */
  double products;         /* that a gradient over all of them multiplies and adds */
  ls_reduction_pace pace;  /* where there are several nodes; the first rank's counts;
                                   zeros: it is estimated from the products */
  /* [edge_count - 1] of what is between edges, in any unit, the same on every rank:
     slices cost the same then; NULL: they are as long. */
  const double *costs;
  /* Of a row, in whole cache lines of floats: ranks of a node without others may hand
     rows on to each other, each for a run of their inputs; 0: they may not. */
  int64_t inputs;
  /* Of the parameters, how many floats belong to each input, one input's behind the
     other's from the first float on: where updates may be done anywhere and no norm is
     wanted, who hands rows on then has the slice of its own inputs, and the last rank
     that of all that follow.  0: slices are cut by costs. */
  int64_t input_floats;
  int64_t
      all_input_floats; /* of all inputs, without what is but padding of a row; 0: the
                               padding's, too, and no slices follow
                               (ls_reduction_slices_follow) */
  ls_reduction_help relay; /* whether they do; the first rank's counts */
  int relay_rows;          /* rows handed on at a time; the first rank's counts */
  size_t leg_bytes;        /* more than `bytes`, for each that does but the first */
  bool one_leaf;           /* all shards are one: rows are then exchanged in any case */
  /* The leaf losses of the node's shards `shards`, to out [shards.count], from what its
     ranks have written.  Needed where bytes is not 0. */
  void (*losses)(void *context, ls_span shards, double *out);
  /* Take what others have posted of the node's rows: all have.  NULL: nothing is. */
  void (*here)(void *context);
  /* Copy what other nodes need of a shard to out [shard_bytes]. */
  void (*pack)(void *context, int shard, char *out);
  /* Put it, in [shard_bytes], where this node needs it. */
  void (*unpack)(void *context, int shard, const char *in);
  /* Do what can be done for another node's shard before it is here. */
  void (*prepare)(void *context, int shard);
  /* Compute the gradient of a piece of the parameters over all shards, and update them
     with it at once, with the bits of fill and update: of its first floats, as many as
     are returned.  The others are filled and updated.  NULL: all are. */
  int64_t (*descend)(void *context, float *weights, ls_span piece);
  /* Do what of the next step needs neither its weights nor other ranks, who may still
     read this one's rows: called at most once a step, where rows are handed on by the
     first rank only.  NULL: nothing. */
  void (*ahead)(void *context);
  /* The same a little at a time, where rows are not common: of the step that is, no row
     is needed any more.  Returns whether there is more to do.  NULL: nothing. */
  bool (*some_ahead)(void *context);
} ls_reduction_rows;

#endif
