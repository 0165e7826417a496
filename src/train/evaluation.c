#include "train/evaluation.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "base/tree.h"
#include "comm/watch.h"
#include "data/batch.h"

#include <string.h>

// What a block came to.
typedef struct block_score {
  double loss;
  int64_t correct;
} block_score;

struct ls_evaluator {
  ls_network *network;
  const ls_kernels *kernels;
  int64_t most_blocks;
  block_score *blocks; /* [most_blocks] */
  double *losses;      /* [most_blocks] */
};

ls_status ls_evaluator_create(ls_evaluator **out, ls_network *network,
                              const ls_kernels *kernels, int64_t most_rows)
{
  ls_evaluator *e = ls_alloc(1, sizeof *e);

  *out = NULL;
  if (!e) {
    return LS_E_NOMEM;
  }
  e->network = network;
  e->kernels = kernels;
  e->most_blocks = ls_evaluation_blocks(most_rows);
  e->blocks = ls_alloc((size_t)e->most_blocks, sizeof *e->blocks);
  e->losses = ls_alloc((size_t)e->most_blocks, sizeof *e->losses);
  if (!e->blocks || !e->losses) {
    ls_evaluator_destroy(e);
    return LS_E_NOMEM;
  }
  *out = e;
  return LS_OK;
}

void ls_evaluator_destroy(ls_evaluator *evaluator)
{
  if (evaluator) {
    ls_free(evaluator->blocks);
    ls_free(evaluator->losses);
    ls_free(evaluator);
  }
}

static block_score evaluate_block(ls_evaluator *e, const ls_rows *rows, ls_span block,
                                  const float *parameters)
{
  block_score score = {0};

  for (int i = 0; i < block.count; i++) {
    e->kernels->unit_from_bytes(ls_network_row(e->network, i),
                                rows->images + (block.first + i) * rows->features,
                                rows->features);
  }
  memcpy(ls_network_labels(e->network), rows->labels + block.first,
         (size_t)block.count);
  ls_network_forward(e->network, parameters, (int)block.count, 0.0f);
  for (int i = 0; i < block.count; i++) {
    score.loss += (double)ls_network_losses(e->network)[i];
    score.correct += ls_network_correct(e->network)[i];
  }
  return score;
}

ls_status ls_evaluator_run(ls_evaluator *e, ls_score *score, ls_comm *comm,
                           const ls_rows *rows, const float *parameters)
{
  int64_t count = ls_evaluation_blocks(rows->count);
  int64_t correct = 0;

  LS_ASSERT(count <= e->most_blocks);
  ls_span own = ls_span_part(count, ls_comm_size(comm), ls_comm_rank(comm));
  for (int64_t i = own.first; i < own.first + own.count; i++) {
    ls_watch_beat();
    e->blocks[i] =
        evaluate_block(e, rows, ls_evaluation_block(rows->count, i), parameters);
  }
  LS_TRY(ls_comm_collect(comm, e->blocks, sizeof *e->blocks, count));
  for (int64_t i = 0; i < count; i++) {
    e->losses[i] = e->blocks[i].loss;
    correct += e->blocks[i].correct;
  }
  *score = (ls_score){
      .count = rows->count,
      .loss = ls_tree_sum(e->losses, (int)count) / (double)rows->count,
      .accuracy = (double)correct / (double)rows->count,
  };
  return LS_OK;
}
