#include "train/leaves.h"
#include "unit.h"

static bool are_one(int64_t rows, int shards)
{
  const ls_batch_plan plan = {
      .sample_count = 60000, .global_batch = rows, .shards = shards};

  return ls_leaves_are_one(&plan);
}

static void small_batches_are_one_leaf(void **state)
{
  (void)state;
  assert_true(are_one(1, 1));
  assert_true(are_one(32, 8));
  assert_true(are_one(32, 64));
  assert_false(are_one(33, 8));
  assert_false(are_one(512, 1));
}

// Ranks can be on so many nodes then that nobody sends rows to all.
static void many_shards_are_leaves(void **state)
{
  (void)state;
  assert_false(are_one(32, 65));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(small_batches_are_one_leaf),
                                     cmocka_unit_test(many_shards_are_leaves)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
