#include "comm/radix.h"

#include "unit.h"

enum { NODES_MAX = 1024 };

// Of nodes that have as many shards each.
static int choose_of(ls_radix_cluster cluster, int shards_each)
{
  int64_t firsts[NODES_MAX + 1];

  for (int node = 0; node <= cluster.node_count; node++) {
    firsts[node] = (int64_t)node * shards_each;
  }
  cluster.shard_firsts = firsts;
  return ls_radix_choose(&cluster);
}

static int choose(int node_count, int shards_each, int64_t floats)
{
  ls_radix_cluster cluster = {
      .node_count = node_count, .slices = 1, .floats = floats, .rate = 10e9};
  return choose_of(cluster, shards_each);
}

static void few_nodes_exchange_in_one_stage(void **state)
{
  (void)state;
  for (int node_count = 2; node_count <= 8; node_count++) {
    assert_true(choose(node_count, 1, 10000) >= node_count);
    assert_true(choose(node_count, 1, 100000) >= node_count);
  }
}

static void many_nodes_exchange_in_stages(void **state)
{
  (void)state;
  assert_int_equal(choose(64, 1, 10000), 4);
  assert_int_equal(choose(64, 1, 100000), 8);
  assert_int_equal(choose(256, 1, 100000), 8);
  assert_int_equal(choose(1024, 1, 100000), 8);
}

static void long_vectors_pass_fewer_stages(void **state)
{
  (void)state;
  assert_int_equal(choose(16, 1, 10000000), 16);
  assert_int_equal(choose(48, 1, 10000000), 48);
  assert_true(choose(1024, 1, 10000000) > 4);
}

// Runs of 3 nodes would send two partial sums each, those of 4 and 8 one.
static void runs_that_own_no_subtree_are_avoided(void **state)
{
  (void)state;
  assert_int_equal(choose(12, 1, 10000), 4);
  assert_int_equal(choose(48, 1, 100000), 8);
}

// Runs of 6 would send more floats, but fewer messages than those of 4 or 8.
static void slices_of_a_node_share_its_wire(void **state)
{
  ls_radix_cluster cluster = {.node_count = 128, .slices = 1, .floats = 12500};

  (void)state;
  assert_int_equal(choose_of(cluster, 8), 6);
  cluster.slices = 8;
  assert_int_equal(choose_of(cluster, 8), 4);
}

// Of few blocks some nodes have one more than others, and send it to the more of them.
static void few_blocks_are_exchanged_in_more_stages(void **state)
{
  ls_radix_cluster few = {.node_count = 32, .slices = 8, .floats = 12500};
  ls_radix_cluster many = {.node_count = 32, .slices = 8, .floats = 125000};

  (void)state;
  assert_int_equal(choose_of(few, 8), 8);
  few.block = 1024;
  assert_int_equal(choose_of(few, 8), 4);
  many.block = 1024;
  assert_int_equal(choose_of(many, 8), 8);
}

static void two_nodes_send_all_where_cores_copy_it(void **state)
{
  const ls_radix_cluster two = {
      .node_count = 2, .slices = 1, .floats = 101770, .rate = 3e9};
  ls_radix_cluster other = two;

  (void)state;
  assert_int_equal(choose_of(two, 4), 1);
  other.rate = 12e9;
  assert_int_equal(choose_of(other, 4), 2);
  other = two;
  other.in_rounds = true;
  assert_int_equal(choose_of(other, 4), 2);
  other = two;
  other.floats = 203530; // longer than what goes unasked
  assert_int_equal(choose_of(other, 4), 2);
  other.slices = 2;
  other.floats /= 2;
  assert_int_equal(choose_of(other, 4), 1);
  other = two;
  other.node_count = 3;
  assert_int_equal(choose_of(other, 4), 3);
  assert_int_equal(choose_of(two, 3), 2); // two partial sums each
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(few_nodes_exchange_in_one_stage),
      cmocka_unit_test(many_nodes_exchange_in_stages),
      cmocka_unit_test(long_vectors_pass_fewer_stages),
      cmocka_unit_test(runs_that_own_no_subtree_are_avoided),
      cmocka_unit_test(slices_of_a_node_share_its_wire),
      cmocka_unit_test(few_blocks_are_exchanged_in_more_stages),
      cmocka_unit_test(two_nodes_send_all_where_cores_copy_it),
  };

  return cmocka_run_group_tests_name("radix", tests, NULL, NULL);
}
