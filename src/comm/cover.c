#include "comm/cover.h"

#include "base/alloc.h"

int ls_cover_nodes(ls_tree_node *out, const ls_node_shards *shards, ls_span nodes)
{
  return ls_tree_cover(out, (int)shards->firsts[shards->node_count],
                       (int)shards->firsts[nodes.first],
                       (int)shards->firsts[nodes.first + nodes.count]);
}

ls_status ls_cover_init(ls_cover *cover, const ls_stage *stage,
                        const ls_node_shards *shards)
{
  size_t runs = (size_t)stage->run_count;
  ls_tree_node some[LS_TREE_NODES_MAX];
  int count = 0;

  *cover = (ls_cover){.firsts = ls_alloc(runs + 1, sizeof *cover->firsts)};
  if (!cover->firsts) {
    return LS_E_NOMEM;
  }
  for (int run = 0; run < stage->run_count; run++) {
    cover->firsts[run] = count;
    count += ls_cover_nodes(some, shards, ls_stage_run(stage, run));
  }
  cover->firsts[stage->run_count] = count;
  cover->nodes = ls_alloc((size_t)count + LS_TREE_NODES_MAX, sizeof *cover->nodes);
  if (!cover->nodes) {
    return LS_E_NOMEM;
  }
  for (int run = 0; run < stage->run_count; run++) {
    (void)ls_cover_nodes(cover->nodes + cover->firsts[run], shards,
                         ls_stage_run(stage, run));
  }
  return LS_OK;
}

void ls_cover_clear(ls_cover *cover)
{
  ls_free(cover->nodes);
  ls_free(cover->firsts);
  *cover = (ls_cover){0};
}
