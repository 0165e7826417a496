#ifndef BASE_TREE_H
#define BASE_TREE_H

/**
 * The canonical tree: the one order in which leaves are summed.
 *
 *   [0,8)                         [lo,hi) splits at lo + the largest power of two
 *   [0,4)         [4,8)           below hi - lo; the sum of a node is left + right.
 *   [0,2)  [2,4)  [4,6)  [6,8)
 *   0   1  2   3  4   5  6   7
 *
 * A run of consecutive leaves is covered by at most 2 log2(count) maximal subtrees of
 * the whole tree; whoever owns the run sums each of them alone, and whoever joins all
 * parts finds every inner node's two children.
 */

#include <stdint.h>

typedef struct ls_tree_node {
  int lo; /* first leaf */
  int hi; /* one past the last leaf */
} ls_tree_node;

/** More nodes than any run of leaves needs (2 log2 of 2^31). */
enum { LS_TREE_NODES_MAX = 64 };

/**
 * Where [lo, hi) splits.
 *
 * Local; same result on every rank.  hi - lo must be at least 2.
 */
int ls_tree_split(int lo, int hi);

/**
 * Cover the leaves [first, last) of a tree over [0, count) by maximal subtrees.
 *
 * Local; same result on every rank.
 *
 * nodes    [LS_TREE_NODES_MAX] out: in ascending order
 * returns  how many; 0 for an empty run
 */
int ls_tree_cover(ls_tree_node nodes[LS_TREE_NODES_MAX], int count, int first,
                  int last);

/**
 * The canonical sum of doubles.
 *
 * Local; same result on every rank.
 *
 * values   [count]; a count of 0 gives +0.0
 */
double ls_tree_sum(const double *values, int count);

#endif
