#include "comm/slice.h"

#include "base/alloc.h"

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

// The begin of a cache line nearest to `wanted` (the lower of two), or an end of the
// piece.
static int64_t nearest_line(int64_t wanted, ls_span piece)
{
  const int64_t line = LS_ALIGNMENT / (int64_t)sizeof(float);
  const int64_t end = piece.first + piece.count;
  const int64_t begin = wanted / line * line;
  int64_t low = begin > piece.first ? begin : piece.first;
  int64_t high = begin + line < end ? begin + line : end;

  return wanted - low <= high - wanted ? low : high;
}

ls_span ls_slice_cut(const int64_t *edges, int edge_count, ls_span piece, int parts,
                     int index)
{
  int64_t bounds[2];

  // Both neighbours compute a common edge from the same number, so slices never
  // overlap; edges ascend with it, so none is negative.
  for (int i = 0; i < 2; i++) {
    int64_t wanted = piece.first + piece.count * (index + i) / parts;
    bounds[i] =
        edges ? nearest_edge(edges, edge_count, wanted) : nearest_line(wanted, piece);
  }
  return (ls_span){bounds[0], bounds[1] - bounds[0]};
}

// The edge before which the costs come nearest to `wanted` (the lower of two).
static int64_t edge_at_cost(const int64_t *edges, int edge_count, const double *costs,
                            double wanted)
{
  double before = 0.0;
  int i = 0;

  while (i + 1 < edge_count && wanted - before > before + costs[i] - wanted) {
    before += costs[i++];
  }
  return edges[i];
}

ls_span ls_slice_cut_by_cost(const int64_t *edges, int edge_count, const double *costs,
                             int parts, int index)
{
  double all = 0.0;
  int64_t bounds[2];

  for (int i = 0; i + 1 < edge_count; i++) {
    all += costs[i];
  }
  // As above: neighbours compute a common edge from the same number.
  for (int i = 0; i < 2; i++) {
    const int part = index + i;
    bounds[i] = part == parts
                    ? edges[edge_count - 1]
                    : edge_at_cost(edges, edge_count, costs, all * part / parts);
  }
  return (ls_span){bounds[0], bounds[1] - bounds[0]};
}
