#include "data/batch.h"

#include "base/assert.h"

int64_t ls_batch_steps_per_epoch(const ls_batch_plan *plan)
{
  LS_ASSERT(plan->sample_count > 0 && plan->global_batch > 0 && plan->shards > 0);
  return (plan->sample_count - 1) / plan->global_batch + 1;
}

ls_batch ls_batch_at(const ls_batch_plan *plan, int64_t step)
{
  int64_t steps_per_epoch = ls_batch_steps_per_epoch(plan);
  ls_batch batch = {.epoch = step / steps_per_epoch, .index = step % steps_per_epoch};

  LS_ASSERT(step >= 0);
  // index < ceil(N / B), so this is below N and cannot overflow.
  batch.rows.first = batch.index * plan->global_batch;
  batch.rows.count = plan->sample_count - batch.rows.first;
  if (batch.rows.count > plan->global_batch) {
    batch.rows.count = plan->global_batch;
  }
  return batch;
}

ls_span ls_batch_shard(const ls_batch_plan *plan, const ls_batch *batch, int shard)
{
  LS_ASSERT(shard >= 0 && shard < plan->shards);
  ls_span part = ls_span_part(batch->rows.count, plan->shards, shard);
  return (ls_span){batch->rows.first + part.first, part.count};
}

ls_span ls_batch_shards_of_rank(const ls_batch_plan *plan, int rank, int size)
{
  LS_ASSERT(rank >= 0 && rank < size);
  return ls_span_part(plan->shards, size, rank);
}

ls_span ls_batch_rows_of_rank(const ls_batch_plan *plan, const ls_batch *batch,
                              int rank, int size)
{
  ls_span run = ls_batch_shards_of_rank(plan, rank, size);
  int64_t first = run.first * batch->rows.count / plan->shards;
  int64_t last = (run.first + run.count) * batch->rows.count / plan->shards;
  return (ls_span){batch->rows.first + first, last - first};
}

int64_t ls_evaluation_blocks(int64_t count)
{
  LS_ASSERT(count >= 0);
  return count / LS_EVALUATION_ROWS + (count % LS_EVALUATION_ROWS != 0);
}

ls_span ls_evaluation_block(int64_t count, int64_t block)
{
  LS_ASSERT(block >= 0 && block < ls_evaluation_blocks(count));
  int64_t first = block * LS_EVALUATION_ROWS;
  int64_t left = count - first;
  return (ls_span){first, left < LS_EVALUATION_ROWS ? left : LS_EVALUATION_ROWS};
}
