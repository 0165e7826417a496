#include "train/leaves.h"
#include "unit.h"

static ls_layout layout;

static int create_layout(void **state)
{
  (void)state;
  return ls_layout_create(&layout, 784, "128", 10) == LS_OK ? 0 : -1;
}

static ls_leaves_config batch_of(int64_t rows, int shards)
{
  return (ls_leaves_config){
      .layout = &layout,
      .plan = {.sample_count = 60000, .global_batch = rows, .shards = shards}};
}

static bool are_one(int64_t rows, int shards)
{
  const ls_leaves_config config = batch_of(rows, shards);
  return ls_leaves_are_one(&config);
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

static void rows_that_cannot_travel_are_leaves_of_their_shard(void **state)
{
  ls_leaves_config config = batch_of(32, 8);

  (void)state;
  config.dropout_inputs = 0.1;
  assert_false(ls_leaves_are_one(&config));
  config = batch_of(32, 8);
  config.norms = true;
  assert_false(ls_leaves_are_one(&config));
  config = batch_of(32, 8);
  layout.layers[0].outputs = 1 << 21;
  assert_false(ls_leaves_are_one(&config));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_batches_are_one_leaf),
      cmocka_unit_test(many_shards_are_leaves),
      cmocka_unit_test(rows_that_cannot_travel_are_leaves_of_their_shard)};
  return cmocka_run_group_tests(tests, create_layout, NULL);
}
