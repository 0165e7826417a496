#include "comm/blocks.h"

#include "base/alloc.h"
#include "base/assert.h"

#include <string.h>

ls_status ls_blocks_init(ls_blocks *blocks, const ls_reduction_config *config)
{
  size_t edges = (size_t)config->edge_count;

  *blocks = (ls_blocks){0};
  if (!config->measure) {
    return LS_OK;
  }
  blocks->edges = ls_alloc(edges, sizeof *blocks->edges);
  if (!blocks->edges) {
    return LS_E_NOMEM;
  }
  memcpy(blocks->edges, config->edges, edges * sizeof *blocks->edges);
  blocks->count = config->edge_count - 1;
  return LS_OK;
}

void ls_blocks_clear(ls_blocks *blocks)
{
  ls_free(blocks->edges);
  *blocks = (ls_blocks){0};
}

// The block that begins at `place`, or the number of blocks where it is the end.
static int block_at(const ls_blocks *blocks, int64_t place)
{
  int low = 0;
  int high = blocks->count;

  while (low < high) {
    int middle = low + (high - low) / 2;
    if (blocks->edges[middle] < place) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  LS_ASSERT(blocks->edges[low] == place);
  return low;
}

ls_span ls_blocks_of(const ls_blocks *blocks, ls_span piece)
{
  if (piece.count == 0) {
    return (ls_span){0, 0};
  }
  int first = block_at(blocks, piece.first);
  return (ls_span){first, block_at(blocks, piece.first + piece.count) - first};
}

void ls_blocks_measure_sum(double *squares, const ls_blocks *blocks, ls_span piece,
                           const ls_reduction_config *config, const float *sum)
{
  ls_span own = ls_blocks_of(blocks, piece);

  for (int64_t i = own.first; i < own.first + own.count; i++) {
    int64_t first = blocks->edges[i];
    squares[i] =
        config->measure(sum + (first - piece.first), blocks->edges[i + 1] - first);
  }
}

void ls_blocks_measure(double *squares, const ls_blocks *blocks, ls_span piece,
                       const ls_reduction_config *config, ls_chunk_table *table,
                       const ls_join *join, int64_t origin)
{
  ls_span own = ls_blocks_of(blocks, piece);

  for (int64_t i = own.first; i < own.first + own.count; i++) {
    int64_t first = blocks->edges[i];
    int64_t count = blocks->edges[i + 1] - first;
    LS_ASSERT(count <= LS_CHUNK);
    const float *sum = ls_chunk_join(table, join, config->add, first - origin, count);
    squares[i] = config->measure(sum, count);
  }
}
