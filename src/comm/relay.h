#ifndef COMM_RELAY_H
#define COMM_RELAY_H

/**
 * Groups of rows that the ranks of a node hand on to each other, in their order.
 *
 * Each rank adds its share to a group and hands it on: a chain over the ranks, in which
 * each works on another group.  Counts are in memory that the ranks share; what is
 * handed on is seen by who takes it.
 */

#include "comm/tally.h"
#include "comm/trip.h"

#include <stdbool.h>

typedef struct ls_relay {
  int ranks, own;
  uint32_t handed;  /* groups of this rank */
  uint32_t before;  /* of these, before this step */
  double begun;     /* when this step's leg was */
  double waited;    /* seconds of this step, before and in the leg */
  double worked;    /* seconds of this step's leg */
  ls_tally *counts; /* [ranks] of groups, shared; zero at first, the caller's */
  uint32_t steps;   /* that this rank has ended */
  ls_tally *above; /* shared: in how many steps the last rank has updated what the first
                       one waits for; zero at first.  NULL: for nothing */
  ls_player player; /* of two ranks with a core each; else there is no ball */
  bool posts;       /* what is handed on is best written past the caches */
} ls_relay;

/**
 * Wait until the rank before has handed a group of this step on.
 *
 * Local.  The first rank waits for what the last one tells of the step before.
 */
void ls_relay_take(ls_relay *relay, int group);

/** Hand the next group on.  Local. */
void ls_relay_hand_on(ls_relay *relay);

/**
 * Wait until the last rank has handed so many groups of this step on.
 *
 * Local.  This rank has handed on all of them, and the step's others.
 *
 * returns   seconds that this rank has waited in this step's relay
 */
double ls_relay_take_all(ls_relay *relay, int groups);

/**
 * Let the first rank begin with the next step.  Local; by the last rank, once a step or
 * more often.
 */
void ls_relay_tell_above(ls_relay *relay);

/** End a step.  Local. */
void ls_relay_end_step(ls_relay *relay);

/**
 * See how far apart the ranks' cores are, and so whether what is handed on is posted.
 *
 * Collective over the node, right after a barrier.  Ranks may find differently: each
 * decides about what it writes.  Who has no ball, or gets no answer, posts.
 */
void ls_relay_look(ls_relay *relay);

#endif
