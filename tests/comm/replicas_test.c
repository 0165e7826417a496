#include "comm/replicas.h"

#include "unit.h"

enum { NODES_MAX = 1024, BLOCK = 1024 };

// Whether sums go back among nodes of as many ranks, which have 0.1 million floats or
// more.
static bool go_back(int node_count, int ranks_each, int64_t floats, double rate)
{
  int64_t firsts[NODES_MAX + 1];
  ls_radix_cluster cluster = {.shard_firsts = firsts,
                              .node_count = node_count,
                              .slices = ranks_each,
                              .floats = floats / ranks_each,
                              .block = BLOCK,
                              .rate = rate};

  for (int node = 0; node <= node_count; node++) {
    firsts[node] = (int64_t)node * ranks_each;
  }
  return ls_replicas_are_quicker(&cluster);
}

static void slow_messages_cost_more_than_updates(void **state)
{
  (void)state;
  for (int node_count = 8; node_count <= NODES_MAX; node_count *= 2) {
    assert_true(go_back(node_count, 1, 100000, 1.2e9));
  }
}

static void quick_messages_cost_less(void **state)
{
  (void)state;
  assert_false(go_back(8, 1, 100000, 12e9));
  assert_true(go_back(8, 8, 100000, 12e9)); // an eighth of the updates each
  assert_true(go_back(128, 8, 100000, 12e9));
}

static void long_slices_are_updated_in_pieces(void **state)
{
  (void)state;
  for (int node_count = 2; node_count <= NODES_MAX; node_count *= 2) {
    assert_false(go_back(node_count, 1, 1000000, 1.2e9));
    assert_false(go_back(node_count, 8, 10000000, 1.2e9));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slow_messages_cost_more_than_updates),
      cmocka_unit_test(quick_messages_cost_less),
      cmocka_unit_test(long_slices_are_updated_in_pieces),
  };

  return cmocka_run_group_tests_name("replicas", tests, NULL, NULL);
}
