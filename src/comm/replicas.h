#ifndef COMM_REPLICAS_H
#define COMM_REPLICAS_H

/**
 * Whether nodes had better be replicas of each other where the norm of a sum is wanted:
 * an estimate beside that of comm/radix.h.
 *
 * If weights go back, a node measures its piece, which has to be whole blocks, and
 * learns the squares of all others before it can update.  If sums go back, pieces are
 * equal and nobody has to ask, but each node measures and updates all of the slice.
 * docs/scaling.md has the measurements behind it.
 *
 * Pure: no communication.
 */

#include "comm/radix.h"

/**
 * Compare the two.
 *
 * Local; same result on every rank.
 *
 * cluster   block: as if weights went back
 * returns   whether sums should go back
 */
bool ls_replicas_are_quicker(const ls_radix_cluster *cluster);

#endif
