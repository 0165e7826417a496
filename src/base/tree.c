#include "base/tree.h"

#include "base/assert.h"

int ls_tree_split(int lo, int hi)
{
  int half = 1;

  LS_ASSERT(hi - lo >= 2);
  while (half < hi - lo - half) {
    half *= 2;
  }
  return lo + half;
}

// Appends the maximal subtrees of [lo, hi) that lie in [first, last).
static int cover(ls_tree_node *nodes, int used, int lo, int hi, int first, int last)
{
  if (last <= lo || hi <= first) {
    return used;
  }
  if (first <= lo && hi <= last) {
    LS_ASSERT(used < LS_TREE_NODES_MAX);
    nodes[used] = (ls_tree_node){lo, hi};
    return used + 1;
  }
  int middle = ls_tree_split(lo, hi);
  used = cover(nodes, used, lo, middle, first, last);
  return cover(nodes, used, middle, hi, first, last);
}

int ls_tree_cover(ls_tree_node nodes[LS_TREE_NODES_MAX], int count, int first, int last)
{
  if (first >= last) {
    return 0;
  }
  return cover(nodes, 0, 0, count, first, last);
}

static double sum(const double *values, int lo, int hi)
{
  if (hi - lo == 1) {
    return values[lo];
  }
  int middle = ls_tree_split(lo, hi);
  return sum(values, lo, middle) + sum(values, middle, hi);
}

double ls_tree_sum(const double *values, int count)
{
  return count == 0 ? 0.0 : sum(values, 0, count);
}
