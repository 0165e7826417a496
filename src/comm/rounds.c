#include "comm/rounds.h"

#include "base/alloc.h"
#include "comm/slice.h"

// More rounds than ROUNDS_MAX hide little more: what cannot be hidden is one of them.
// A band that is much narrower costs more to compute.
enum { ROUNDS_MAX = 16, BAND_SHARE = 4 };

// Over tcp a longer message than the limit in comm/launch.h waits until the other side
// asks for it, which is after its own next band.  These stay below 64 KiB, which it is
// where nobody sets it: longer ones won nothing, as what they update leaves later.
// Bands end at an edge, and so may be a block longer.
enum { MESSAGE_FLOATS = 15 * 1024, BLOCK_FLOATS = 1024 };

static int64_t at_least(int64_t least, int64_t number)
{
  return number > least ? number : least;
}

// Messages that are short enough for `floats` floats.
static int64_t messages_of(int64_t floats, int parts)
{
  int64_t longest = at_least(BLOCK_FLOATS, MESSAGE_FLOATS / parts - BLOCK_FLOATS);
  return at_least(1, (floats + longest - 1) / longest);
}

void ls_rounds_plan(ls_stages_config *stages, int64_t band, int parts)
{
  int nodes = stages->node_count;
  int64_t piece = stages->count / ((int64_t)nodes * stages->slice_count);

  stages->rounds = 0;
  stages->bands = 0;
  if (stages->radix < nodes) {
    return;
  }
  if (band <= 0 || piece < band / BAND_SHARE) {
    return;
  }
  int64_t most = at_least(1, ROUNDS_MAX / nodes);
  int64_t rounds = at_least(1, piece / band);
  rounds = rounds < most ? rounds : most;
  stages->rounds = (int)rounds;
  stages->bands = (int)(rounds * messages_of(piece / rounds, parts));
}

// As list_messages in comm/stages.c: the node after this one first, itself last.
static ls_span span_of(const ls_stages_config *stages, int round)
{
  int node = (stages->node + 1 + round / stages->rounds) % stages->node_count;
  ls_span piece = ls_stages_piece(stages, node);
  return ls_slice_cut(stages->edges, stages->edge_count, piece, stages->rounds,
                      round % stages->rounds);
}

ls_status ls_rounds_init(ls_rounds *rounds, const ls_stages_config *stages)
{
  ls_stages_config of_slice = *stages;
  int slices = stages->slice_count;
  int count = stages->node_count * stages->rounds;

  *rounds = (ls_rounds){.count = count, .own = stages->rounds, .slice_count = slices};
  if (count == 0) {
    return LS_OK;
  }
  rounds->bands = stages->bands / stages->rounds;
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
