#include "train/pace.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "model/network_gradient.h"
#include "train/leaves.h"

#include <stdlib.h>

enum { RUNS = 5, LEAST_ROWS = 8 };
// Of the products of a gradient: more rows are not run, nor is what has more for the
// least.
static const double MOST_PRODUCTS = 5e7;
// After so many there is no other run.
static const double MOST_SECONDS = 0.02;

// What is measured with.
typedef struct bench {
  const ls_layout *layout;
  const ls_kernels *kernels;
  const ls_rows *training;
  ls_network *network;
  float *weights, *gradient; /* [layout->count] */
  int *first_row;            /* [shards + 1] */
  int rows, shards;
} bench;

// 0: even few take long.
static int rows_to_run(const ls_layout *layout, int64_t batch)
{
  const int64_t fit = (int64_t)(MOST_PRODUCTS / (double)layout->count);

  if (fit < LEAST_ROWS) {
    return 0;
  }
  return (int)(fit < batch ? fit : batch);
}

static ls_status prepare(bench *b, const ls_batch_plan *plan, bool sparse)
{
  const ls_network_config config = {.layout = b->layout,
                                    .kernels = b->kernels,
                                    .most_rows = b->rows,
                                    .sparse = sparse};

  b->weights = ls_alloc((size_t)b->layout->count, sizeof *b->weights);
  b->gradient = ls_alloc((size_t)b->layout->count, sizeof *b->gradient);
  b->first_row = ls_alloc((size_t)plan->shards + 1, sizeof *b->first_row);
  if (!b->weights || !b->gradient || !b->first_row) {
    return LS_E_NOMEM;
  }
  b->shards = ls_leaves_are_one(plan) ? 1 : plan->shards;
  for (int i = 0; i <= b->shards; i++) {
    b->first_row[i] = (int)((int64_t)b->rows * i / b->shards);
  }
  ls_layout_init(b->layout, b->weights, 0);
  return ls_network_create(&b->network, &config);
}

// Rows from all over the data set, as a step has them.
static void gather(bench *b)
{
  const ls_rows *from = b->training;
  uint8_t *labels = ls_network_labels(b->network);

  for (int i = 0; i < b->rows; i++) {
    const int64_t sample = from->count / b->rows * i;
    b->kernels->unit_from_bytes(ls_network_row(b->network, i),
                                from->images + sample * from->features, from->features);
    labels[i] = from->labels[sample];
  }
}

static ls_reduction_pace run(bench *b)
{
  const ls_span all = {0, b->layout->count};
  const double begin = ls_clock_seconds();

  gather(b);
  const double gathered = ls_clock_seconds();
  ls_network_forward(b->network, b->weights, b->rows, 0.0f);
  ls_network_backward(b->network, b->weights, b->rows);
  const double forwarded = ls_clock_seconds();
  ls_network_gradient(b->network, b->gradient, all, b->first_row, b->shards,
                      &(ls_network_near){0});
  return (ls_reduction_pace){.gather = gathered - begin,
                             .forward = forwarded - gathered,
                             .gradient = ls_clock_seconds() - forwarded};
}

static double seconds_of(const ls_reduction_pace *pace)
{
  return pace->gather + pace->forward + pace->gradient;
}

static int compare(const void *a, const void *b)
{
  const double left = seconds_of(a), right = seconds_of(b);
  return (left > right) - (left < right);
}

static ls_reduction_pace median_of_runs(bench *b)
{
  const double begin = ls_clock_seconds();
  ls_reduction_pace runs[RUNS];
  size_t count = 0;

  do {
    runs[count++] = run(b);
  } while (count < RUNS && ls_clock_seconds() - begin < MOST_SECONDS);
  qsort(runs, count, sizeof *runs, compare);
  return runs[count / 2];
}

ls_reduction_pace ls_pace_measure(const ls_layout *layout, const ls_kernels *kernels,
                                  const ls_batch_plan *plan, const ls_rows *training,
                                  bool sparse)
{
  bench b = {.layout = layout,
             .kernels = kernels,
             .training = training,
             .rows = rows_to_run(layout, plan->global_batch)};
  ls_reduction_pace pace = {0};

  if (b.rows > 0 && prepare(&b, plan, sparse) == LS_OK) {
    const double scale = (double)plan->global_batch / b.rows;
    const ls_reduction_pace median = median_of_runs(&b);
    pace = (ls_reduction_pace){.gather = median.gather * scale,
                               .forward = median.forward * scale,
                               .gradient = median.gradient * scale};
  }
  ls_network_destroy(b.network);
  ls_free(b.weights);
  ls_free(b.gradient);
  ls_free(b.first_row);
  return pace;
}
