#ifndef COMM_SLOTS_H
#define COMM_SLOTS_H

/**
 * Optimizer slots, whose pieces ranks hold: all on rank 0, and back.
 */

#include "comm/reduction_private.h"

/** As ls_reduction_collect, where every float is some rank's own.  Collective. */
void ls_slots_collect(ls_reduction *reduction, float *all, const float *own);

/** As ls_reduction_deal, where every float is some rank's own.  Collective. */
void ls_slots_deal(ls_reduction *reduction, float *own, const float *all);

/** As ls_reduction_collect, where each node has all floats.  Collective. */
void ls_slots_collect_of_node(ls_reduction *reduction, float *all, const float *own);

/** As ls_reduction_deal, where every float is some rank's on each node.  Collective. */
void ls_slots_deal_to_nodes(ls_reduction *reduction, float *own, const float *all);

#endif
