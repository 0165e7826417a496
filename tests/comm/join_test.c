#include "base/alloc.h"
#include "comm/join.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

enum { LEAVES_MAX = 11, ROWS_MAX = 64 };

// Terms of very different size, so that every other order of additions shows.
static float leaf(int index)
{
  const float sizes[] = {1e8f, 1.0f, -1e8f, 3e-3f, 7e4f};
  return sizes[index % 5] + (float)index * 0.37f;
}

// The definition, written once more.
static float reference(int lo, int hi)
{
  int half = 1;

  if (hi - lo == 1) {
    return leaf(lo);
  }
  while (2 * half < hi - lo) {
    half *= 2;
  }
  return reference(lo, lo + half) + reference(lo + half, hi);
}

// Bit i of `cuts` set: a run of leaves ends behind leaf i.
static int cover_runs(ls_tree_node *parts, int leaves, unsigned cuts)
{
  int used = 0;

  for (int first = 0, i = 0; i < leaves; i++) {
    if (i == leaves - 1 || (cuts >> i & 1) != 0) {
      used += ls_tree_cover(parts + used, leaves, first, i + 1);
      first = i + 1;
    }
  }
  return used;
}

static float run_plan(const ls_join *join, const ls_tree_node *parts, int part_count)
{
  float rows[ROWS_MAX];

  assert_true(part_count + join->scratch_count <= ROWS_MAX);
  for (int i = 0; i < part_count; i++) {
    rows[i] = reference(parts[i].lo, parts[i].hi);
  }
  for (int i = 0; i < join->step_count; i++) {
    const ls_join_step *step = &join->steps[i];
    assert_in_range(step->out, part_count, part_count + join->scratch_count - 1);
    rows[step->out] = rows[step->left] + rows[step->right];
  }
  return rows[join->result];
}

static void check_join(const ls_tree_node *parts, int part_count, ls_tree_node wanted)
{
  ls_join join;

  assert_int_equal(ls_join_plan(&join, parts, part_count, wanted), LS_OK);
  float sum = run_plan(&join, parts, part_count);
  float expected = reference(wanted.lo, wanted.hi);
  if (memcmp(&sum, &expected, sizeof sum) != 0) {
    fail_msg("[%d, %d) of %d parts: %a, expected %a", wanted.lo, wanted.hi, part_count,
             (double)sum, (double)expected);
  }
  assert_true(join.step_count < part_count);
  ls_join_clear(&join);
}

static void every_cover_of_a_small_tree_gives_the_canonical_sum(void **state)
{
  ls_tree_node parts[LEAVES_MAX + LS_TREE_NODES_MAX];

  (void)state;
  for (int leaves = 1; leaves <= LEAVES_MAX; leaves++) {
    for (unsigned cuts = 0; cuts < 1U << (leaves - 1); cuts++) {
      int count = cover_runs(parts, leaves, cuts);
      check_join(parts, count, (ls_tree_node){0, leaves});
    }
  }
}

// What a node does: its ranks' runs become the node's subtrees.
static void runs_of_a_run_join_into_its_own_subtrees(void **state)
{
  ls_tree_node parts[LEAVES_MAX + LS_TREE_NODES_MAX];
  ls_tree_node wanted[LS_TREE_NODES_MAX];

  (void)state;
  for (int leaves = 1; leaves <= LEAVES_MAX; leaves++) {
    for (int first = 0; first < leaves; first++) {
      for (int last = first + 1; last <= leaves; last++) {
        int count = 0;
        for (int i = first; i < last; i++) {
          count += ls_tree_cover(parts + count, leaves, i, i + 1);
        }
        int nodes = ls_tree_cover(wanted, leaves, first, last);
        for (int i = 0; i < nodes; i++) {
          check_join(parts, count, wanted[i]);
        }
      }
    }
  }
}

static void the_whole_as_one_part_needs_no_step(void **state)
{
  const ls_tree_node whole = {0, 8};
  ls_join join;

  (void)state;
  assert_int_equal(ls_join_plan(&join, &whole, 1, whole), LS_OK);

  assert_int_equal(join.step_count, 0);
  assert_int_equal(join.scratch_count, 0);
  assert_int_equal(join.result, 0);
  ls_join_clear(&join);
  assert_int_equal(ls_alloc_live(), 0);
}

static void scratch_grows_with_the_depth_of_the_tree_only(void **state)
{
  ls_tree_node parts[256];
  ls_join join;

  (void)state;
  for (int i = 0; i < 256; i++) {
    parts[i] = (ls_tree_node){i, i + 1};
  }
  assert_int_equal(ls_join_plan(&join, parts, 256, (ls_tree_node){0, 256}), LS_OK);

  assert_int_equal(join.step_count, 255);
  assert_true(join.scratch_count <= 8);
  ls_join_clear(&join);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_cover_of_a_small_tree_gives_the_canonical_sum),
      cmocka_unit_test(runs_of_a_run_join_into_its_own_subtrees),
      cmocka_unit_test(the_whole_as_one_part_needs_no_step),
      cmocka_unit_test(scratch_grows_with_the_depth_of_the_tree_only),
  };
  return cmocka_run_group_tests_name("join", tests, NULL, NULL);
}
