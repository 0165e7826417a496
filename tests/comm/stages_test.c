#include "comm/stages.h"

#include "base/alloc.h"
#include "comm/slice.h"
#include "unit.h"

#include <string.h>

enum { NODES_MAX = 24, FLOATS = 1200 };

// All nodes of one exchange, planned in one process.
typedef struct cluster {
  ls_stages_config config;
  ls_stages stages[NODES_MAX];
  int64_t edges[FLOATS + 1];
} cluster;

static void open_bands(cluster *c, int node_count, int radix, int64_t block, int bands)
{
  int used = 0;

  for (int64_t edge = 0; edge < FLOATS; edge += block) {
    c->edges[used++] = edge;
  }
  c->edges[used++] = FLOATS;
  c->config = (ls_stages_config){.node_count = node_count,
                                 .radix = radix,
                                 .slice_count = 1,
                                 .count = FLOATS,
                                 .edges = c->edges,
                                 .edge_count = used,
                                 .bands = bands};
  for (int node = 0; node < node_count; node++) {
    c->config.node = node;
    assert_int_equal(ls_stages_plan(&c->stages[node], &c->config), LS_OK);
  }
}

static void open(cluster *c, int node_count, int radix, int64_t block)
{
  open_bands(c, node_count, radix, block, 0);
}

static void close(cluster *c)
{
  for (int node = 0; node < c->config.node_count; node++) {
    ls_stages_clear(&c->stages[node]);
  }
}

static ls_stage *stage_of(cluster *c, int node, int from_top)
{
  ls_stages *stages = &c->stages[node];
  return from_top < stages->count ? &stages->stages[stages->count - 1 - from_top]
                                  : NULL;
}

static void check_each_run_sends_each_float_once(const ls_stage *stage)
{
  for (int run = 0; run < stage->run_count; run++) {
    char seen[FLOATS] = {0};
    int counted = 0;
    for (int i = 0; i < stage->receive_count; i++) {
      const ls_stage_message *m = &stage->receives[i];
      for (int64_t at = 0; m->run == run && at < m->span.count; at++) {
        seen[m->span.first + at]++;
      }
      counted += m->run == run && m->counts;
    }
    assert_int_equal(counted, 1);
    for (int64_t at = 0; at < FLOATS; at++) {
      int64_t offset = at - stage->piece.first;
      assert_int_equal(seen[at], offset >= 0 && offset < stage->piece.count);
    }
  }
}

// Messages between two nodes arrive in the order of sending: the one that was sent as
// `like`, of those before it in `sends`.
static const ls_stage_message *find(const ls_stage *stage, int node,
                                    const ls_stage_message *sends,
                                    const ls_stage_message *like)
{
  int before = 0;

  for (const ls_stage_message *m = sends; m < like; m++) {
    before += m->node == like->node;
  }
  for (int i = 0; i < stage->receive_count; i++) {
    if (stage->receives[i].node == node && before-- == 0) {
      return &stage->receives[i];
    }
  }
  return NULL;
}

static int count_from(const ls_stage_message *list, int count, int node)
{
  int found = 0;

  for (int i = 0; i < count; i++) {
    found += list[i].node == node;
  }
  return found;
}

static void check_messages_meet(cluster *c, int node, int from_top)
{
  const ls_stage *own = stage_of(c, node, from_top);

  for (int i = 0; i < own->send_count; i++) {
    const ls_stage_message *sent = &own->sends[i];
    const ls_stage *other = stage_of(c, sent->node, from_top);
    assert_non_null(other);
    assert_true(other->nodes.first == own->nodes.first);
    const ls_stage_message *received = find(other, node, own->sends, sent);
    assert_non_null(received);
    assert_int_equal(received->run, own->own_run);
    assert_memory_equal(&received->span, &sent->span, sizeof(ls_span));
  }
  for (int i = 0; i < own->receive_count; i++) {
    const ls_stage *other = stage_of(c, own->receives[i].node, from_top);
    assert_non_null(other);
    assert_int_equal(
        count_from(other->sends, other->send_count, node),
        count_from(own->receives, own->receive_count, own->receives[i].node));
  }
}

static void check_pieces_are_a_partition(cluster *c)
{
  char seen[FLOATS] = {0};

  for (int node = 0; node < c->config.node_count; node++) {
    ls_span piece = ls_stages_piece(&c->config, node);
    ls_span last = stage_of(c, node, 0)->piece;
    assert_memory_equal(&piece, &last, sizeof piece);
    for (int64_t at = 0; at < piece.count; at++) {
      seen[piece.first + at]++;
    }
  }
  for (int64_t at = 0; at < FLOATS; at++) {
    assert_int_equal(seen[at], 1);
  }
}

static void check_bands(int node_count, int radix, int64_t block, int bands)
{
  static cluster c;

  open_bands(&c, node_count, radix, block, bands);
  for (int node = 0; node < node_count; node++) {
    for (int from_top = 0; from_top < c.stages[node].count; from_top++) {
      check_each_run_sends_each_float_once(stage_of(&c, node, from_top));
      check_messages_meet(&c, node, from_top);
    }
  }
  check_pieces_are_a_partition(&c);
  close(&c);
}

static void check_cluster(int node_count, int radix, int64_t block)
{
  check_bands(node_count, radix, block, 0);
}

static void every_float_reaches_its_piece_once_from_each_run(void **state)
{
  (void)state;
  for (int node_count = 2; node_count <= NODES_MAX; node_count++) {
    for (int radix = 2; radix <= node_count; radix++) {
      check_cluster(node_count, radix, 10);
    }
  }
}

static void coarse_edges_leave_some_pieces_empty(void **state)
{
  (void)state;
  check_cluster(16, 2, 300);
  check_cluster(23, 3, 450);
  check_cluster(24, 24, FLOATS);
}

static void bands_are_messages_in_their_order(void **state)
{
  (void)state;
  for (int node_count = 2; node_count <= NODES_MAX; node_count += 3) {
    for (int bands = 2; bands <= 8; bands += 3) {
      check_bands(node_count, node_count, 10, bands);
      check_bands(node_count, 2, 10, bands);
      check_bands(node_count, node_count, 450, bands);
    }
  }
}

static void radix_two_is_recursive_halving(void **state)
{
  static cluster c;

  (void)state;
  open(&c, 8, 2, 1);
  for (int node = 0; node < 8; node++) {
    for (int i = 0; i < 3; i++) {
      const ls_stage *stage = &c.stages[node].stages[i];
      assert_int_equal(stage->send_count, 2);
      assert_int_equal(stage->sends[0].node, node ^ 1 << i);
      assert_int_equal(stage->piece.count, FLOATS >> (i + 1));
      assert_int_equal(stage->sends[0].span.count, FLOATS >> (i + 1));
    }
  }
  close(&c);
}

static void a_radix_of_all_nodes_is_one_stage(void **state)
{
  static cluster c;

  (void)state;
  open(&c, 7, 7, 1);
  assert_int_equal(c.stages[3].count, 1);
  assert_int_equal(c.stages[3].stages[0].send_count, 7);
  assert_int_equal(c.stages[3].stages[0].sends[0].node, 4);
  assert_int_equal(c.stages[3].stages[0].sends[6].node, 3);
  close(&c);
}

static void with_radix_one_all_is_sent_to_all(void **state)
{
  (void)state;
  for (int node = 0; node < 2; node++) {
    const ls_stages_config config = {.node_count = 2,
                                     .node = node,
                                     .radix = 1,
                                     .slice = 1,
                                     .slice_count = 3,
                                     .count = FLOATS};
    const ls_span slice = {FLOATS / 3, FLOATS / 3};
    ls_span piece = ls_stages_piece(&config, 1 - node);
    ls_stages stages;
    assert_int_equal(ls_stages_plan(&stages, &config), LS_OK);
    assert_int_equal(stages.count, 1);
    const ls_stage *stage = &stages.stages[0];
    assert_memory_equal(&piece, &slice, sizeof slice);
    assert_memory_equal(&stage->piece, &slice, sizeof slice);
    assert_int_equal(stage->send_count, 2);
    assert_int_equal(stage->receive_count, 2);
    for (int i = 0; i < 2; i++) {
      int other = i == 0 ? 1 - node : node;
      assert_int_equal(stage->sends[i].node, other);
      assert_int_equal(stage->receives[i].node, other);
      assert_true(stage->receives[i].counts);
      assert_memory_equal(&stage->sends[i].span, &slice, sizeof slice);
      assert_memory_equal(&stage->receives[i].span, &slice, sizeof slice);
    }
    ls_stages_clear(&stages);
  }
}

// 8 is two fours; two runs, of four each, and not four of two.
static void only_the_first_split_is_smaller(void **state)
{
  static cluster c;

  (void)state;
  open(&c, 8, 4, 1);
  assert_int_equal(c.stages[0].count, 2);
  assert_int_equal(c.stages[0].stages[0].run_count, 4);
  assert_int_equal(c.stages[0].stages[1].run_count, 2);
  assert_int_equal(ls_stages_runs(4, 12), 3);
  close(&c);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_float_reaches_its_piece_once_from_each_run),
      cmocka_unit_test(coarse_edges_leave_some_pieces_empty),
      cmocka_unit_test(bands_are_messages_in_their_order),
      cmocka_unit_test(radix_two_is_recursive_halving),
      cmocka_unit_test(a_radix_of_all_nodes_is_one_stage),
      cmocka_unit_test(with_radix_one_all_is_sent_to_all),
      cmocka_unit_test(only_the_first_split_is_smaller),
  };

  return cmocka_run_group_tests_name("stages", tests, NULL, NULL);
}
