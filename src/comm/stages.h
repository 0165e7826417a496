#ifndef COMM_STAGES_H
#define COMM_STAGES_H

/**
 * Who sends what to whom when nodes sum a slice in stages.
 *
 * Nodes are split into runs, nearly equal, those again into `radix` each, down to
 * single nodes; only the first split may be into fewer, which is where least is sent.
 * A run of s nodes that has summed its own partials holds the slice in s pieces, one a
 * node.  A stage makes one run of some: their nodes cut the slice anew, into as many
 * pieces as there are of them, and each sends of its old piece what is in others' new
 * ones.  Runs are of consecutive nodes, and so of consecutive shards, so that every sum
 * is of subtrees of the canonical tree: the bits do not depend on the radix.
 *
 *   radix 2, 4 nodes      nodes 0 and 1, 2 and 3 send each other halves, then nodes 0
 *                         and 2, 1 and 3 quarters: recursive halving
 *   radix 4, 4 nodes      all send each other quarters, in one stage
 *
 *   radix 1, 4 nodes      all send each other all they have, in one stage: all hold the
 *                         whole slice
 *
 * The way back is the same messages the other way round: new weights, or the sum.  With
 * radix 1 there is none.
 *
 * Where what is sent is cut into bands, there is a message for each: a band can leave
 * while the next is computed.
 *
 * Pure: no communication.
 */

#include "lockstep/span.h"
#include "lockstep/status.h"

/** What the stages are of. */
typedef struct ls_stages_config {
  int node_count;
  int node;               /* this one */
  int radix;              /* node_count or more, or 1: one stage */
  int slice, slice_count; /* which of the vector's */
  int64_t first, count;   /* floats of the vector that have the slices */
  const int64_t *edges;   /* [edge_count] as in ls_slice_cut, or NULL */
  int edge_count;
  bool replicas; /* each node has all of the slice's sum, and updates all of it */
  int bands;     /* messages from one node to another in a stage; 0: one */
  int rounds; /* in which they leave (comm/rounds.h): divides bands; 0: all at once */
} ls_stages_config;

typedef struct ls_stage_message {
  int node;     /* the other one, or this one */
  int run;      /* that the sender belongs to, of the stage's */
  bool counts;  /* of those from one run to one node, the first of one node does */
  ls_span span; /* floats of the vector; may be empty */
} ls_stage_message;

typedef struct ls_stage {
  ls_span nodes;              /* that are one run after the stage */
  int run_count;              /* before: ls_stage_run tells them */
  int own_run;                /* this node's of them */
  ls_span piece;              /* this node's after the stage */
  ls_stage_message *sends;    /* [send_count] in the order of sending */
  ls_stage_message *receives; /* [receive_count]; its own is last in both */
  int send_count, receive_count;
  int bands; /* messages to each node, one after the other in both */
} ls_stage;

typedef struct ls_stages {
  ls_stage *stages; /* [count] those in which this node has something to do */
  int count;
} ls_stages;

/**
 * Plan a node's stages.
 *
 * Local.
 *
 * stages    out: to be released by ls_stages_clear, also after a failure
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_stages_plan(ls_stages *stages,
                                      const ls_stages_config *config);

/** Release a plan; a zeroed one is fine.  Local. */
void ls_stages_clear(ls_stages *stages);

/**
 * How many runs some nodes are split into; with radix 1, into single nodes.
 *
 * Local; same result on every rank.
 */
int ls_stages_runs(int radix, int64_t nodes);

/** Whether there is one stage.  Local; same result on every rank. */
bool ls_stages_are_one(int radix, int node_count);

/** The nodes of run `run` before the stage.  Local; same result on every rank. */
ls_span ls_stage_run(const ls_stage *stage, int run);

/** The piece that `node` has after all stages.  Local; same result on every rank. */
ls_span ls_stages_piece(const ls_stages_config *config, int node);

/** All of the slice.  Local; same result on every node. */
ls_span ls_stages_slice(const ls_stages_config *config);

#endif
