/**
 * A training step beside its matrix products alone, in turns within one run.
 *
 *   mpirun -n N step_bench DATA BATCH HIDDEN [ROUNDS]
 *
 * The products are one dnnl_sgemm each, of this rank's rows: forward, gradient and,
 * from the second layer on, backward.  Rank 0 prints one line of CSV without a head:
 *
 *   ranks,batch,hidden,step_us,products_us,ratio
 *
 * with medians over the rounds; the ratio is the median of the rounds' ratios, because
 * a noisy machine slows both sides of a round.
 */

#include "base/alloc.h"
#include "base/clock.h"
#include "train/sharing.h"
#include "turns.h"

#include <dnnl.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct products {
  ls_layout layout;
  int rows;
  float *x, *weight, *out; /* as large as the largest operand */
} products;

static float *filled(size_t count)
{
  float *values = ls_alloc(count, sizeof *values);

  for (size_t i = 0; values && i < count; i++) {
    values[i] = (float)(i % 17) * 0.0625f - 0.5f;
  }
  return values;
}

static bool allocate(products *p, const ls_layout *layout, int rows)
{
  size_t most = (size_t)layout->count + (size_t)rows * 4096;

  *p = (products){.layout = *layout, .rows = rows};
  p->x = filled(most);
  p->weight = filled(most);
  p->out = filled(most);
  return p->x && p->weight && p->out;
}

// Row-major C = A B, and A^T B for gradients.
static void multiply(const products *p, char transposed, int m, int n, int k)
{
  int lda = transposed == 'T' ? m : k;

  dnnl_sgemm(transposed, 'N', m, n, k, 1.0f, p->x, lda, p->weight, n, 0.0f, p->out, n);
}

static void multiply_all(const products *p)
{
  for (int i = 0; i < p->layout.layer_count; i++) {
    const ls_layer *layer = &p->layout.layers[i];
    multiply(p, 'N', p->rows, layer->outputs, layer->inputs);
    multiply(p, 'T', layer->inputs, layer->outputs, p->rows);
    if (i > 0) {
      multiply(p, 'N', p->rows, layer->inputs, layer->outputs);
    }
  }
}

static double products_seconds(const products *p, ls_comm *comm, int count)
{
  ls_comm_barrier(comm);
  double begin = ls_clock_seconds();
  for (int i = 0; i < count; i++) {
    multiply_all(p);
  }
  double seconds = ls_clock_seconds() - begin;
  ls_comm_barrier(comm);
  return seconds / count;
}

static void measure(ls_trainer *t, const products *p, int rounds)
{
  static double steps[TURNS_MAX], alone[TURNS_MAX], ratios[TURNS_MAX];
  const int count = turns_count(t, 0.01);

  for (int i = 0; i < rounds; i++) {
    steps[i] = turns_step_seconds(t, count);
    alone[i] = products_seconds(p, t->comm, count);
    ratios[i] = steps[i] / alone[i];
  }
  double step = turns_median(steps, rounds);
  double product = turns_median(alone, rounds);
  if (ls_comm_rank(t->comm) == 0) {
    printf("%d,%lld,%s,%.1f,%.1f,%.3f\n", ls_comm_size(t->comm),
           (long long)t->config.batch, t->config.hidden, step * 1e6, product * 1e6,
           turns_median(ratios, rounds));
  }
}

int main(int argc, char **argv)
{
  ls_comm *comm = NULL;
  ls_trainer trainer;
  products p;

  if (argc < 4) {
    (void)fprintf(stderr, "usage: step_bench DATA BATCH HIDDEN [ROUNDS]\n");
    return 2;
  }
  // The library would start a thread for each core beside every rank.
  (void)setenv("OMP_NUM_THREADS", "1", 1);
  const turns_job job = {.data = argv[1], .batch = argv[2], .hidden = argv[3]};
  int rounds = argc > 4 ? atoi(argv[4]) : 100;
  if (rounds < 1 || rounds > TURNS_MAX || ls_comm_create(&comm, NULL) != LS_OK ||
      turns_open(&trainer, comm, &job) != LS_OK) {
    (void)fprintf(stderr, "step_bench: %s\n", ls_status_message());
    return 1;
  }
  int rows =
      ls_sharing_most_rows(&trainer.plan, ls_reduction_shards(trainer.reduction));
  if (!allocate(&p, &trainer.layout, rows)) {
    return 1;
  }
  measure(&trainer, &p, rounds);
  ls_free(p.x);
  ls_free(p.weight);
  ls_free(p.out);
  ls_trainer_close(&trainer);
  ls_comm_destroy(comm);
  return 0;
}
