#include "data/batch.h"
#include "unit.h"

#include <string.h>

enum { MOST = 17 };

static void an_epoch_has_every_position_once_in_order(void **state)
{
  (void)state;
  for (int count = 1; count <= MOST; count++) {
    for (int size = 1; size <= MOST + 1; size++) {
      ls_batch_plan plan = {count, size, 1};
      int64_t steps = ls_batch_steps_per_epoch(&plan);
      int64_t next = 0;
      for (int64_t step = 2 * steps; step < 3 * steps; step++) {
        ls_batch batch = ls_batch_at(&plan, step);
        assert_int_equal(batch.epoch, 2);
        assert_int_equal(batch.index, step - 2 * steps);
        assert_int_equal(batch.rows.first, next);
        assert_in_range(batch.rows.count, 1, size);
        next += batch.rows.count;
      }
      assert_int_equal(next, count);
    }
  }
}

// Adds 1 to each position that some rank works on; fails where a rank's rows are not
// exactly those of its shards.
static void mark_rows(uint8_t *marks, const ls_batch_plan *plan, const ls_batch *batch,
                      int size)
{
  int next_shard = 0;

  for (int rank = 0; rank < size; rank++) {
    ls_span shards = ls_batch_shards_of_rank(plan, rank, size);
    ls_span rows = ls_batch_rows_of_rank(plan, batch, rank, size);
    int64_t next = rows.first;
    assert_int_equal(shards.first, next_shard);
    for (int64_t i = 0; i < shards.count; i++, next_shard++) {
      ls_span shard = ls_batch_shard(plan, batch, next_shard);
      assert_int_equal(shard.first, next);
      next += shard.count;
    }
    assert_int_equal(next, rows.first + rows.count);
    for (int64_t i = rows.first; i < next; i++) {
      marks[i]++;
    }
  }
  assert_int_equal(next_shard, plan->shards);
}

static void every_sample_is_trained_once_whatever_the_ranks(void **state)
{
  (void)state;
  for (int count = 1; count <= MOST; count++) {
    for (int size = 1; size <= MOST; size++) {
      for (int shards = 1; shards <= MOST; shards++) {
        ls_batch_plan plan = {count, 5, shards};
        uint8_t marks[MOST] = {0};
        for (int64_t step = 0; step < ls_batch_steps_per_epoch(&plan); step++) {
          ls_batch batch = ls_batch_at(&plan, step);
          mark_rows(marks, &plan, &batch, size);
        }
        for (int i = 0; i < count; i++) {
          assert_int_equal(marks[i], 1);
        }
      }
    }
  }
}

static void a_shard_is_cut_as_the_design_says(void **state)
{
  ls_batch_plan plan = {100, 30, 8};
  ls_batch last = ls_batch_at(&plan, 3);

  (void)state;
  assert_int_equal(last.rows.first, 90);
  assert_int_equal(last.rows.count, 10);
  for (int j = 0; j < 8; j++) {
    ls_span shard = ls_batch_shard(&plan, &last, j);
    assert_int_equal(shard.first, 90 + j * 10 / 8);
    assert_int_equal(shard.first + shard.count, 90 + (j + 1) * 10 / 8);
  }
}

static void a_shard_does_not_move_with_the_ranks(void **state)
{
  ls_batch_plan plan = {60000, 32, 8};
  ls_batch batch = ls_batch_at(&plan, 1875 + 7);
  ls_span all = ls_batch_rows_of_rank(&plan, &batch, 0, 1);
  ls_span first = ls_batch_rows_of_rank(&plan, &batch, 0, 3);

  (void)state;
  assert_int_equal(batch.epoch, 1);
  assert_int_equal(all.first, 7 * 32);
  assert_int_equal(all.count, 32);
  assert_int_equal(first.count, 8);
}

static void the_largest_numbers_do_not_overflow(void **state)
{
  ls_batch_plan plan = {INT64_MAX, INT64_MAX, 1};
  ls_batch_plan short_last = {((int64_t)1 << 40) + 1, (int64_t)1 << 20, 1 << 20};
  ls_batch batch = ls_batch_at(&short_last, (int64_t)1 << 20);

  (void)state;
  assert_int_equal(ls_batch_steps_per_epoch(&plan), 1);
  assert_int_equal(ls_batch_at(&plan, 3).rows.count, INT64_MAX);
  assert_int_equal(batch.rows.count, 1);
  assert_int_equal(ls_evaluation_blocks(INT64_MAX), (int64_t)1 << 55);
}

static void every_row_is_evaluated_once(void **state)
{
  const int64_t counts[] = {0, 1, 255, 256, 257, 1000, 10000, 60000};

  (void)state;
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    int64_t next = 0;
    for (int64_t block = 0; block < ls_evaluation_blocks(counts[i]); block++) {
      ls_span rows = ls_evaluation_block(counts[i], block);
      assert_int_equal(rows.first, next);
      assert_in_range(rows.count, 1, LS_EVALUATION_ROWS);
      next += rows.count;
    }
    assert_int_equal(next, counts[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_epoch_has_every_position_once_in_order),
      cmocka_unit_test(every_sample_is_trained_once_whatever_the_ranks),
      cmocka_unit_test(a_shard_is_cut_as_the_design_says),
      cmocka_unit_test(a_shard_does_not_move_with_the_ranks),
      cmocka_unit_test(the_largest_numbers_do_not_overflow),
      cmocka_unit_test(every_row_is_evaluated_once),
  };
  return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
