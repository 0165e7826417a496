#include "comm/rounds.h"

#include "base/alloc.h"
#include "comm/slice.h"

// More rounds than ROUNDS_MAX hide little more: what cannot be hidden is one of them.
// A band that is much narrower costs more to compute.
enum { ROUNDS_MAX = 16, BAND_PARTS = 4 };

int ls_rounds_bands(const ls_stages_config *stages, int64_t band)
{
  int nodes = stages->node_count;
  int64_t piece = stages->count / ((int64_t)nodes * stages->slice_count);

  if (band <= 0 || stages->radix < nodes || piece < band / BAND_PARTS) {
    return 0;
  }
  int64_t bands = piece / band;
  int64_t most = ROUNDS_MAX / nodes;
  bands = bands < most ? bands : most;
  return bands > 0 ? (int)bands : 1;
}

// As list_messages in comm/stages.c: the node after this one first, itself last.
static ls_span span_of(const ls_stages_config *stages, int round)
{
  int node = (stages->node + 1 + round / stages->bands) % stages->node_count;
  ls_span piece = ls_stages_piece(stages, node);
  return ls_slice_cut(stages->edges, stages->edge_count, piece, stages->bands,
                      round % stages->bands);
}

ls_status ls_rounds_init(ls_rounds *rounds, const ls_stages_config *stages)
{
  ls_stages_config of_slice = *stages;
  int slices = stages->slice_count;
  int count = stages->node_count * stages->bands;

  *rounds = (ls_rounds){
      .count = count, .bands = stages->bands, .slice_count = stages->slice_count};
  rounds->spans = ls_alloc((size_t)count * (size_t)slices, sizeof *rounds->spans);
  if (!rounds->spans) {
    return LS_E_NOMEM;
  }
  for (int round = 0; round < count; round++) {
    for (int slice = 0; slice < slices; slice++) {
      of_slice.slice = slice;
      rounds->spans[round * slices + slice] = span_of(&of_slice, round);
    }
  }
  return LS_OK;
}

void ls_rounds_clear(ls_rounds *rounds)
{
  ls_free(rounds->spans);
  *rounds = (ls_rounds){0};
}

const ls_span *ls_rounds_at(const ls_rounds *rounds, int round)
{
  return rounds->spans + (int64_t)round * rounds->slice_count;
}
