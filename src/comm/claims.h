#ifndef COMM_CLAIMS_H
#define COMM_CLAIMS_H

/**
 * A node's slices in bands, which its ranks claim: each rank those of its own slice,
 * and then what others have left of theirs.
 *
 * Ranks are never quite equal: one has rows with more that is not zero, another a core
 * with a busy neighbour.  Bands become shorter with what is left of a slice, so that
 * all ranks end at about the same time.  Bits do not show who has done what.
 *
 * Every other rank begins at the end of its slice, and others take from the far end:
 * next to what is theirs, if there are two.  So who is quicker for long has a longer
 * run of the same parameters in each step, and they stay in its cache.
 *
 * Or slices move from step to step, so that they cost ranks the same time.  Of few rows
 * nobody then claims what is another's: its parameters would come to a cache that does
 * not use them next.
 *
 * Where nobody claims what is another's, bands are whole, and nobody is told: to claim
 * one would be to wait until all that has been written is in the cache.
 */

#include "base/alloc.h"
#include "lockstep/reduction.h"

#include <stdatomic.h>

_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "processes cannot share a lock in a word");

/** How many blocks of a slice are claimed: by its rank, and by others. */
typedef struct ls_claim_count {
  _Alignas(LS_ALIGNMENT) _Atomic uint64_t claimed;
} ls_claim_count;

typedef struct ls_claims {
  int64_t *places;        /* where each block begins, and the last one ends */
  int *first;             /* [slices + 1] block of each slice */
  int slices;             /* ranks of the node */
  int band;               /* blocks at most; 0: all of a slice at once */
  int own;                /* this rank's slice */
  int behind;             /* how many slices behind the own one is claimed now */
  int taken;              /* blocks of the own slice, if nobody else claims any */
  int64_t widest;         /* floats of the longest it may claim, in whole lines */
  bool moves;             /* slices do */
  bool only_own;          /* others' bands are not claimed */
  ls_claim_count *counts; /* [slices] that the ranks share; the caller's */
} ls_claims;

/**
 * Cut all slices into blocks.
 *
 * Local; same blocks on every rank of a node.
 *
 * claims    out: to be released by ls_claims_clear, also after a failure
 * slices    [count] of the node's ranks: together the parameters
 * own       which is this rank's
 * moves     ls_claims_cut may be called
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_claims_init(ls_claims *claims,
                                      const ls_reduction_config *config,
                                      const ls_span *slices, int count, int own,
                                      bool moves);

/** Release them; zeroed ones are fine.  Local. */
void ls_claims_clear(ls_claims *claims);

/**
 * Let a slice, but not the first, begin at a place, or at the first block behind it.
 *
 * Local; the same on every rank of a node, and in a step the same from its first claim
 * on.  Places ascend with slices.
 */
void ls_claims_cut(ls_claims *claims, int slice, int64_t place);

/**
 * Begin a step: nothing of this rank's slice is claimed.
 *
 * Local.  A barrier has to stand before it, behind everybody's last claim, and another
 * one behind it, before the first.
 */
void ls_claims_open(ls_claims *claims);

/**
 * Claim a band.
 *
 * Local; each band goes to one rank of the node.
 *
 * band      out
 * returns   whether there was one
 */
bool ls_claims_next(ls_claims *claims, ls_span *band);

#endif
