/**
 * How fast the kernels are, beside this core's limit and one plain library product.
 *
 *   kernels_bench [kernel] [isa]     e.g. `kernels_bench gradient avx2`
 *
 * One line a kernel and shape: microseconds (median and least of many runs), GFLOP/s,
 * share of the peak that a loop of independent fused multiply-adds reaches here, and,
 * where libdnnl was found, the median time of dnnl_sgemm for the same product.
 */

#include "base/alloc.h"
#include "base/clock.h"
#include "math/kernels.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef LOCKSTEP_HAVE_DNNL
#include <dnnl.h>
#endif

enum { ROWS_MAX = 512, WIDTH_MAX = 1024, RUNS_MAX = 2001 };

typedef struct bench {
  const ls_kernels *kernels;
  float *x, *d, *weight, *out, *bias;
  uint8_t bytes[ROWS_MAX];
  int first_row[ROWS_MAX + 1];
  int rows, inputs, outputs, shards;
} bench;

typedef void (*action)(bench *b);

typedef struct timing {
  double median;
  double least;
} timing;

static int compare(const void *left, const void *right)
{
  double l = *(const double *)left, r = *(const double *)right;
  return (l > r) - (l < r);
}

// How often to repeat, so that a run is long enough for the clock.
static int repeats(action act, bench *b)
{
  int inner = 1;

  act(b);
  double start = ls_clock_seconds();
  act(b);
  double once = ls_clock_seconds() - start;
  while (inner * once < 20e-6) {
    inner *= 2;
  }
  return inner;
}

static double one_run(action act, bench *b, int inner)
{
  double start = ls_clock_seconds();

  for (int i = 0; i < inner; i++) {
    act(b);
  }
  return (ls_clock_seconds() - start) / inner;
}

static timing summary(double *seconds, int count)
{
  qsort(seconds, (size_t)count, sizeof *seconds, compare);
  return (timing){seconds[count / 2], seconds[0]};
}

// About a third of a second, both in turns so that both see the same machine.  The
// rival may be NULL.
static void measure(timing *own, timing *other, action act, action rival, bench *b)
{
  static double seconds[2][RUNS_MAX];
  const int inner = repeats(act, b);
  const int other_inner = rival ? repeats(rival, b) : 0;
  const double end = ls_clock_seconds() + 0.3;
  int count = 0;

  while (count < RUNS_MAX && (count < 5 || ls_clock_seconds() < end)) {
    // The first of a turn finds its caches as its rival left them: it does not count.
    act(b);
    seconds[0][count] = one_run(act, b, inner);
    if (rival) {
      rival(b);
      seconds[1][count] = one_run(rival, b, other_inner);
    }
    count++;
  }
  *own = summary(seconds[0], count);
  *other = rival ? summary(seconds[1], count) : (timing){0};
}

static void run_forward(bench *b)
{
  b->kernels->forward(b->out, b->x, ls_pad(b->inputs), b->weight, b->bias, b->rows,
                      b->inputs, b->outputs);
}

static void run_gradient(bench *b)
{
  const ls_gradient_block all = {.inputs = b->inputs,
                                 .outputs = ls_pad(b->outputs),
                                 .x_stride = ls_pad(b->inputs),
                                 .stride = ls_pad(b->outputs)};

  b->kernels->gradient(b->out, b->x, b->d, b->first_row, b->shards, &all);
}

static void run_gradient_bias(bench *b)
{
  const ls_gradient_block all = {.outputs = ls_pad(b->outputs),
                                 .stride = ls_pad(b->outputs)};

  b->kernels->gradient_bias(b->out, b->d, b->first_row, b->shards, &all);
}

// Backward of a layer with `outputs` inputs and `inputs` outputs, so that the shapes of
// x, weight and out are forward's.
static void run_backward(bench *b)
{
  b->kernels->backward(b->out, b->x, b->weight, b->rows, b->outputs, b->inputs);
}

static void run_transpose(bench *b)
{
  b->kernels->transpose(b->out, b->weight, b->inputs, b->outputs);
}

static void run_softmax(bench *b)
{
  static float loss[ROWS_MAX];
  static uint8_t correct[ROWS_MAX];
  b->kernels->softmax_loss(b->out, loss, correct, b->d, b->bytes, b->rows, b->outputs,
                           0.0f);
}

static void run_relu_forward(bench *b)
{
  b->kernels->relu_forward(b->d, (int64_t)b->rows * b->outputs);
}

static void run_relu_backward(bench *b)
{
  b->kernels->relu_backward(b->out, b->d, (int64_t)b->rows * b->outputs);
}

static void run_unit(bench *b)
{
  b->kernels->unit_from_bytes(b->out, (const uint8_t *)b->weight, b->inputs);
}

static void run_add(bench *b)
{
  b->kernels->add(b->out, b->out, b->weight, (int64_t)b->inputs * b->outputs);
}

static void run_sgd(bench *b)
{
  b->kernels->sgd(b->out, b->weight, (int64_t)b->inputs * b->outputs, 1e-9f, 1.0f);
}

#ifdef LOCKSTEP_HAVE_DNNL
static void rival_forward(bench *b)
{
  dnnl_sgemm('N', 'N', b->rows, b->outputs, b->inputs, 1.0f, b->x, b->inputs, b->weight,
             b->outputs, 0.0f, b->out, b->outputs);
}

static void rival_gradient(bench *b)
{
  dnnl_sgemm('T', 'N', b->inputs, b->outputs, b->rows, 1.0f, b->x, b->inputs, b->d,
             b->outputs, 0.0f, b->out, b->outputs);
}
#else
#define rival_forward NULL
#define rival_gradient NULL
#endif

static double peak = 1.0;

static void report(const char *name, bench *b, action act, action rival, double flop)
{
  char shape[64];
  timing own, other;

  measure(&own, &other, act, rival, b);
  snprintf(shape, sizeof shape, "%d x %d x %d / %d", b->rows, b->inputs, b->outputs,
           b->shards);
  printf("%-10s %-22s %9.2f %9.2f", name, shape, own.median * 1e6, own.least * 1e6);
  if (flop > 0) {
    printf(" %7.1f %5.1f%%", flop / own.least * 1e-9, flop / own.least / peak * 100);
  }
  if (rival) {
    printf(" %9.2f %9.2f %5.2f %5.2f", other.median * 1e6, other.least * 1e6,
           own.median / other.median, own.least / other.least);
  }
  printf("\n");
}

static void set_shape(bench *b, int shards, int each, int inputs, int outputs)
{
  b->shards = shards;
  b->rows = shards * each;
  b->inputs = inputs;
  b->outputs = outputs;
  for (int j = 0; j <= shards; j++) {
    b->first_row[j] = j * each;
  }
}

// A product in the first cache, one full tile high: what no larger one can pass.
static void measure_peak(bench *b)
{
  timing own, none;

  set_shape(b, 1, 6, 200, 32);
  measure(&own, &none, run_forward, NULL, b);
  peak = 2.0 * 6 * 200 * 32 / own.least;
}

static const int forward_shapes[][3] = {
    {1, 784, 128},     {8, 784, 128},    {4, 784, 128},    {16, 784, 128},
    {32, 784, 128},    {64, 784, 128},   {128, 784, 128},  {256, 784, 128},
    {512, 784, 128},   {16, 128, 10},    {256, 128, 10},   {16, 784, 1024},
    {256, 784, 1024},  {8, 1024, 1024},  {16, 1024, 1024}, {32, 1024, 1024},
    {256, 1024, 1024}, {512, 1024, 1024}};

static const int gradient_shapes[][4] = {
    {8, 1, 784, 128},    {8, 2, 784, 128},    {1, 16, 784, 128},  {4, 4, 784, 128},
    {8, 4, 784, 128},    {1, 32, 784, 128},   {3, 5, 784, 128},   {8, 16, 784, 128},
    {1, 128, 784, 128},  {8, 64, 784, 128},   {4, 64, 784, 128},  {1, 512, 784, 128},
    {8, 4, 128, 10},     {8, 64, 128, 10},    {8, 4, 1024, 1024}, {8, 32, 1024, 1024},
    {8, 64, 1024, 1024}, {1, 512, 1024, 1024}};

static bool wanted(const char *name, const char *kernel)
{
  return !name || strcmp(name, "all") == 0 || strcmp(name, kernel) == 0;
}

static void report_products(const char *name, bench *b)
{
  for (size_t i = 0; i < sizeof forward_shapes / sizeof *forward_shapes; i++) {
    const int *s = forward_shapes[i];
    double flop = 2.0 * s[0] * s[1] * s[2];
    set_shape(b, 1, s[0], s[1], s[2]);
    if (wanted(name, "forward")) {
      report("forward", b, run_forward, rival_forward, flop);
    }
  }
  for (size_t i = 0; i < sizeof gradient_shapes / sizeof *gradient_shapes; i++) {
    const int *s = gradient_shapes[i];
    double flop = 2.0 * s[0] * s[1] * s[2] * s[3];
    set_shape(b, s[0], s[1], s[2], s[3]);
    if (wanted(name, "gradient")) {
      report("gradient", b, run_gradient, rival_gradient, flop);
    }
  }
  for (int each = 2; each <= 64; each *= 4) {
    set_shape(b, 8, each, 10, 128);
    if (wanted(name, "backward")) {
      report("backward", b, run_backward, rival_forward, 2.0 * b->rows * 10 * 128);
    }
  }
}

static void report_others(const char *name, bench *b)
{
  static const struct {
    const char *name;
    action act;
    int each, inputs, outputs;
  } others[] = {{"softmax", run_softmax, 2, 1, 10},
                {"softmax", run_softmax, 4, 1, 10},
                {"softmax", run_softmax, 64, 1, 10},
                {"bias", run_gradient_bias, 4, 1, 128},
                {"bias", run_gradient_bias, 64, 1, 128},
                {"transpose", run_transpose, 1, 128, 10},
                {"transpose", run_transpose, 1, 1024, 1024},
                {"relu", run_relu_forward, 4, 1, 128},
                {"relu'", run_relu_backward, 4, 1, 128},
                {"unit", run_unit, 1, 784, 1},
                {"add", run_add, 1, 784, 128},
                {"sgd", run_sgd, 1, 784, 128}};

  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    set_shape(b, 8, others[i].each, others[i].inputs, others[i].outputs);
    if (wanted(name, others[i].name)) {
      report(others[i].name, b, others[i].act, NULL, 0);
    }
  }
}

static float *filled(size_t count)
{
  float *values = ls_alloc(count, sizeof *values);

  for (size_t i = 0; values && i < count; i++) {
    values[i] = (float)(i * 2654435761u % 1000) / 1000.0f - 0.4f;
  }
  return values;
}

int main(int count, char **words)
{
  static bench b;
  const char *name = count > 1 ? words[1] : NULL;

  b.kernels = ls_kernels_find(count > 2 ? words[2] : NULL);
  b.x = filled(ROWS_MAX * WIDTH_MAX);
  b.d = filled(ROWS_MAX * WIDTH_MAX);
  b.weight = filled(WIDTH_MAX * WIDTH_MAX);
  b.out = filled(WIDTH_MAX * WIDTH_MAX);
  b.bias = filled(WIDTH_MAX);
  if (!b.kernels || !b.x || !b.d || !b.weight || !b.out || !b.bias) {
    fprintf(stderr, "kernels_bench: no such table, or no memory\n");
    return 1;
  }
  for (int i = 0; i < ROWS_MAX; i++) {
    b.bytes[i] = (uint8_t)(i % 10);
  }
  measure_peak(&b);
  printf("%s, peak %.1f GFLOP/s\n", b.kernels->name, peak * 1e-9);
  printf("%-10s %-22s %9s %9s %7s %6s %9s %9s %5s %5s\n", "kernel",
         "rows x in x out / cut", "median us", "least us", "GFLOP/s", "peak", "dnnl us",
         "least", "ratio", "least");
  report_products(name, &b);
  report_others(name, &b);
  return 0;
}
