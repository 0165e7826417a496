/**
 * A node's place in a run is the number of its piece: piece p of s is the share
 * [p/s, (p+1)/s) of the slice.  When runs join, their nodes are ordered by the middles
 * of their shares, so that most of what a node has stays with it.
 */

#include "comm/stages.h"

#include "base/alloc.h"
#include "comm/slice.h"

static int bands_of(const ls_stages_config *config)
{
  return config->bands > 0 ? config->bands : 1;
}

// A node's share of the slice: piece `place` of `size`.
typedef struct share {
  int64_t place, size;
} share;

static ls_span run_at(ls_span nodes, int run_count, int run)
{
  ls_span part = ls_span_part(nodes.count, run_count, run);
  return (ls_span){nodes.first + part.first, part.count};
}

// The run of a split that a node belongs to.
static int run_of(ls_span nodes, int run_count, int node)
{
  int run = (int)((node - nodes.first) * run_count / nodes.count);

  while (run_at(nodes, run_count, run).first > node) {
    run--;
  }
  while (run + 1 < run_count && run_at(nodes, run_count, run + 1).first <= node) {
    run++;
  }
  return run;
}

// How many of `size` shares have a middle before that of `mine`, or at it.
static int64_t shares_before(share mine, int64_t size, bool or_at_it)
{
  // (2 p + 1) / (2 size) < (2 place + 1) / (2 mine.size), for p from 0
  int64_t room = (2 * mine.place + 1) * size - mine.size;
  int64_t step = 2 * mine.size;

  if (room < 0) {
    return 0;
  }
  return or_at_it ? room / step + 1 : (room + step - 1) / step;
}

// The share of a node once the runs that `nodes` splits into have joined.
static share share_in(const ls_stages_config *config, ls_span nodes, int node)
{
  share joined = {node - nodes.first, nodes.count};

  if (config->radix == 1) {
    return (share){0, 1};
  }
  // Runs of one node each join in their order, as the rule below would have them.
  if (nodes.count > config->radix) {
    joined.place = 0;
    int run_count = ls_stages_runs(config->radix, nodes.count);
    int own = run_of(nodes, run_count, node);
    share mine = share_in(config, run_at(nodes, run_count, own), node);
    for (int run = 0; run < run_count; run++) {
      int64_t size = run_at(nodes, run_count, run).count;
      joined.place += run == own ? mine.place : shares_before(mine, size, run < own);
    }
  }
  return joined;
}

// Cut out of the whole vector, not of the slice, whose ends are at edges already: else
// one node would have the longer piece of every slice.
static ls_span piece_of(const ls_stages_config *config, share s)
{
  ls_span all = {config->first, config->count};
  return ls_slice_cut(config->edges, config->edge_count, all,
                      config->slice_count * (int)s.size,
                      config->slice * (int)s.size + (int)s.place);
}

ls_span ls_stages_piece(const ls_stages_config *config, int node)
{
  return piece_of(config, share_in(config, (ls_span){0, config->node_count}, node));
}

ls_span ls_stages_slice(const ls_stages_config *config)
{
  return piece_of(config, (share){0, 1});
}

static bool overlap(share a, share b)
{
  return a.place * b.size < (b.place + 1) * a.size &&
         b.place * a.size < (a.place + 1) * b.size;
}

// What goes from the holder of an old share to that of a new one.
static ls_stage_message message_between(const ls_stages_config *config, share from,
                                        share to)
{
  ls_span old = piece_of(config, from);
  ls_span new = piece_of(config, to);
  int64_t first = old.first > new.first ? old.first : new.first;
  int64_t old_end = old.first + old.count;
  int64_t new_end = new.first + new.count;
  int64_t end = old_end < new_end ? old_end : new_end;

  return (ls_stage_message){.counts = from.place == to.place * from.size / to.size,
                            .span = {first, end > first ? end - first : 0}};
}

static share share_before(const ls_stages_config *config, const ls_stage *stage,
                          int node, int *run)
{
  *run = run_of(stage->nodes, stage->run_count, node);
  return share_in(config, ls_stage_run(stage, *run), node);
}

// Add a message, in bands, to a list.
static void append(ls_stage_message *list, int *count, const ls_stages_config *config,
                   ls_stage_message whole)
{
  int bands = bands_of(config);

  for (int band = 0; band < bands; band++) {
    ls_stage_message *message = &list[(*count)++];
    *message = whole;
    message->counts = whole.counts && band == 0;
    message->span =
        ls_slice_cut(config->edges, config->edge_count, whole.span, bands, band);
  }
}

// Every node begins with the one after it, so that not all send to one at once.
static void list_messages(ls_stage *stage, const ls_stages_config *config)
{
  share old = share_before(config, stage, config->node, &stage->own_run);
  share new = share_in(config, stage->nodes, config->node);

  stage->piece = piece_of(config, new);
  for (int64_t i = 1; i <= stage->nodes.count; i++) {
    int64_t place = (config->node - stage->nodes.first + i) % stage->nodes.count;
    int node = (int)(stage->nodes.first + place);
    int run = 0;
    share its_old = share_before(config, stage, node, &run);
    share its_new = share_in(config, stage->nodes, node);
    if (overlap(old, its_new)) {
      ls_stage_message send = message_between(config, old, its_new);
      send.node = node;
      send.run = stage->own_run;
      append(stage->sends, &stage->send_count, config, send);
    }
    if (overlap(its_old, new)) {
      ls_stage_message receive = message_between(config, its_old, new);
      receive.node = node;
      receive.run = run;
      append(stage->receives, &stage->receive_count, config, receive);
    }
  }
}

static ls_status plan_stage(ls_stage *stage, const ls_stages_config *config,
                            ls_span nodes)
{
  int bands = bands_of(config);
  size_t count = (size_t)nodes.count * (size_t)bands;

  *stage = (ls_stage){.nodes = nodes,
                      .bands = bands,
                      .run_count = ls_stages_runs(config->radix, nodes.count)};
  stage->sends = ls_alloc(count, sizeof *stage->sends);
  stage->receives = ls_alloc(count, sizeof *stage->receives);
  if (!stage->sends || !stage->receives) {
    return LS_E_NOMEM;
  }
  list_messages(stage, config);
  return LS_OK;
}

ls_status ls_stages_plan(ls_stages *stages, const ls_stages_config *config)
{
  ls_span runs[64]; // of this node, from all nodes down
  int count = 0;

  *stages = (ls_stages){0};
  for (ls_span nodes = {0, config->node_count}; nodes.count > 1; count++) {
    int run_count = ls_stages_runs(config->radix, nodes.count);
    runs[count] = nodes;
    nodes = run_at(nodes, run_count, run_of(nodes, run_count, config->node));
  }
  stages->stages = ls_alloc((size_t)count, sizeof *stages->stages);
  if (!stages->stages) {
    return LS_E_NOMEM;
  }
  stages->count = count;
  for (int i = 0; i < count; i++) {
    LS_TRY(plan_stage(&stages->stages[i], config, runs[count - 1 - i]));
  }
  return LS_OK;
}

void ls_stages_clear(ls_stages *stages)
{
  for (int i = 0; i < stages->count; i++) {
    ls_free(stages->stages[i].sends);
    ls_free(stages->stages[i].receives);
  }
  ls_free(stages->stages);
  *stages = (ls_stages){0};
}

int ls_stages_runs(int radix, int64_t nodes)
{
  int64_t below = 1;

  while (radix > 1 && below * radix < nodes) {
    below *= radix;
  }
  return (int)((nodes + below - 1) / below);
}

bool ls_stages_are_one(int radix, int node_count)
{
  return radix == 1 || radix >= node_count;
}

ls_span ls_stage_run(const ls_stage *stage, int run)
{
  return run_at(stage->nodes, stage->run_count, run);
}
