#include "comm/slice.h"

// The edge nearest to `wanted` (the lower of two), by bisection.
static int64_t nearest_edge(const int64_t *edges, int edge_count, int64_t wanted)
{
  int low = 0;
  int high = edge_count - 1;

  while (high - low > 1) {
    int middle = low + (high - low) / 2;
    if (edges[middle] <= wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return wanted - edges[low] <= edges[high] - wanted ? edges[low] : edges[high];
}

ls_span ls_slice_cut(const int64_t *edges, int edge_count, ls_span piece, int parts,
                     int index)
{
  int64_t end = piece.first + piece.count;
  int64_t first = piece.first;
  int64_t last = end;

  // Both neighbours compute a common edge from the same number, so slices never
  // overlap; edges ascend with it, so none is negative.
  if (index > 0) {
    first = nearest_edge(edges, edge_count, piece.first + piece.count * index / parts);
  }
  if (index < parts - 1) {
    last = nearest_edge(edges, edge_count,
                        piece.first + piece.count * (index + 1) / parts);
  }
  return (ls_span){first, last - first};
}
