/**
 * Steps of the real exchange on a simulated cluster: one line of CSV a run.
 *
 *   driver KIND FLOATS SHARDS RADIX GIGABYTES ROWS check|fold
 *
 * KIND is ordered, normed (ordered, with the norm of the sums before the update, and
 * what is chosen going back), weights or sums (normed, with these going back), rounds
 * (ordered, and sent while the rest is computed), probed (either, as in a run), mpi,
 * mpinormed (mpi, with the norm) or mpiadds (mpinormed, and MPI's additions are charged),
 * RADIX that of ls_reduction_config, GIGABYTES a second in memory (0: memory is free),
 * ROWS of a rank whose gradients are computed in the step (0: they are at hand).
 * `check` compares sums with a serial program, bit for bit.  `fold` lets all large
 * memory be the same few pages, so that 1,024 ranks fit in one machine; the sums are
 * then nonsense and are not made.
 *
 * Prints kind,ranks,nodes,floats,radix,gigabytes,rows,seconds of a step.
 */

#include "charge.h"

#include "base/alloc.h"
#include "base/tree.h"
#include "lockstep/reduction.h"

#include <smpi/smpi.h>

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 1, BLOCK = 1024, PROBE = 499, FOLD_FROM = 1 << 16 };

/* As ls_sharing_band has it for 128 hidden. */
enum { BAND = 96 * 128 };

/* A multiplication and an addition a row and parameter. */
static const double GRADIENT_FLOPS = 2.0, FLOPS_PER_SECOND = 1e11;

void *__real_ls_alloc(size_t count, size_t item_bytes);
void *__wrap_ls_alloc(size_t count, size_t item_bytes);
void __real_ls_free(void *pointer);
void __wrap_ls_free(void *pointer);
int __real_MPI_Allreduce(const void *in, void *out, int count, MPI_Datatype type,
                         MPI_Op op, MPI_Comm comm);
int __wrap_MPI_Allreduce(const void *in, void *out, int count, MPI_Datatype type,
                         MPI_Op op, MPI_Comm comm);

typedef struct run {
  ls_comm *comm;
  ls_reduction *reduction;
  ls_reduction_config config;
  double gigabytes;
  double rows;
} run;

static bool folds;
static bool mpi_adds;

// Linked with --wrap.  All that is of one size is the same memory, as if it came from
// one line of a program.  It goes when the simulation ends.
void *__wrap_ls_alloc(size_t count, size_t item_bytes)
{
  size_t bytes = count * item_bytes;

  if (!folds || bytes < FOLD_FROM) {
    return __real_ls_alloc(count, item_bytes);
  }
  return smpi_shared_malloc(bytes, "fold", (int)(bytes / sizeof(float)));
}

void __wrap_ls_free(void *pointer)
{
  if (!folds) {
    __real_ls_free(pointer);
  }
}

static void add_nothing(void *in, void *out, int *count, MPI_Datatype *type)
{
  (void)in, (void)out, (void)type;
  if (mpi_adds) { // a join of two parts
    charge_bytes(2.0 * *count * sizeof(float));
    charge_now();
  }
}

// Linked with --wrap.  In place, the simulator would keep a copy of every rank's
// message, and sums would be of private pages: 40 GB for 1,024 ranks and 10 million
// floats.  What is sent does not depend on it.
int __wrap_MPI_Allreduce(const void *in, void *out, int count, MPI_Datatype type,
                         MPI_Op op, MPI_Comm comm)
{
  if (!folds || in != MPI_IN_PLACE || type != MPI_FLOAT) {
    return __real_MPI_Allreduce(in, out, count, type, op, comm);
  }
  MPI_Op nothing;
  MPI_Op_create(add_nothing, 1, &nothing);
  in = __wrap_ls_alloc((size_t)count, sizeof(float));
  int code = __real_MPI_Allreduce(in, out, count, type, nothing, comm);
  MPI_Op_free(&nothing);
  return code;
}

static void fail(const char *what)
{
  fprintf(stderr, "driver: %s\n", what);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

static void add(float *sum, const float *left, const float *right, int64_t count)
{
  for (int64_t i = 0; !folds && i < count; i++) {
    sum[i] = left[i] + right[i];
  }
}

// As gradient descent would: the gradient is at hand, weights are read and written.
static void update(void *context, float *weights, const float *gradient, ls_span piece)
{
  (void)context;
  charge_bytes(2.0 * (double)piece.count * sizeof *weights);
  if (!folds) {
    memcpy(weights, gradient, (size_t)piece.count * sizeof *weights);
  }
}

static double measure(const float *sums, int64_t count)
{
  (void)sums, (void)count;
  return 0.0;
}

static void measured(void *context, double squares)
{
  (void)context, (void)squares;
}

// Magnitudes differ by 2^16, so that another order of additions shows.
static float leaf(int shard, int64_t place)
{
  uint64_t mixed = ((uint64_t)place * 2048 + (uint64_t)shard + 1) * 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9u;
  mixed ^= mixed >> 32;
  float unit = (float)(mixed & 0xffffff) * 0x1p-24f - 0.5f;
  return unit * (float)(1 << (mixed >> 40 & 15));
}

static float leaf_sum(int lo, int hi, int64_t place)
{
  if (hi - lo == 1) {
    return leaf(lo, place);
  }
  int middle = ls_tree_split(lo, hi);
  return leaf_sum(lo, middle, place) + leaf_sum(middle, hi, place);
}

static double leaf_loss(int shard)
{
  return (double)leaf(shard, -1) + 1e-9 * shard;
}

static double leaf_loss_sum(int lo, int hi)
{
  if (hi - lo == 1) {
    return leaf_loss(lo);
  }
  int middle = ls_tree_split(lo, hi);
  return leaf_loss_sum(lo, middle) + leaf_loss_sum(middle, hi);
}

// A partial gradient of the rank's rows.  Its time is charged, where there are any.
static void fill(void *context, float *out, int part, ls_span piece,
                 const ls_reduction_near *near)
{
  const run *r = context;
  ls_span shards = ls_reduction_part_shards(r->reduction, part);

  (void)near;
  charge_seconds(GRADIENT_FLOPS * r->rows * (double)(shards.count * piece.count) /
                 (double)ls_reduction_shards(r->reduction).count / FLOPS_PER_SECOND);
  for (int64_t i = 0; !folds && i < piece.count; i++) {
    out[i] = leaf_sum((int)shards.first, (int)(shards.first + shards.count),
                      piece.first + i);
  }
}

// Some of the sums, on every rank, and what rides along.
static void check(run *r, const ls_reduction_totals *totals)
{
  const float *weights = ls_reduction_weights(r->reduction);
  int size = ls_comm_size(r->comm);
  int shards = r->config.shards;

  for (int64_t i = ls_comm_rank(r->comm) % PROBE; i < r->config.count; i += PROBE) {
    float sum = leaf_sum(0, shards, i);
    if (memcmp(&sum, &weights[i], sizeof sum) != 0) {
      fail("a sum has other bits than the serial one");
    }
  }
  if (totals->correct != size * (size + 1) / 2 || totals->flags != 6 ||
      totals->loss != leaf_loss_sum(0, shards)) {
    fail("what rode along is wrong");
  }
}

static void step(run *r, ls_reduction_totals *totals)
{
  ls_span shards = ls_reduction_shards(r->reduction);
  double losses[2048];
  bool last = ls_comm_rank(r->comm) == ls_comm_size(r->comm) - 1;

  for (int i = 0; i < shards.count; i++) {
    losses[i] = leaf_loss((int)shards.first + i);
  }
  ls_reduction_ride ride = {losses, ls_comm_rank(r->comm) + 1, last ? 4 : 2};
  ls_reduction_step(r->reduction, totals, &ride, r);
  charge_now();
}

// Seconds of a step: from all ranks' beginning to the last one's end.
static double time_steps(run *r, ls_reduction_totals *totals)
{
  double seconds = 0.0;

  MPI_Barrier(MPI_COMM_WORLD);
  double begin = MPI_Wtime();
  for (int i = 0; i < STEPS; i++) {
    step(r, totals);
  }
  double own = (MPI_Wtime() - begin) / STEPS;
  MPI_Allreduce(&own, &seconds, 1, MPI_DOUBLE, MPI_MAX, MPI_COMM_WORLD);
  return seconds;
}

static void create(run *r)
{
  int64_t count = r->config.count;
  int edge_count = (int)((count + BLOCK - 1) / BLOCK) + 1;
  int64_t *edges = malloc((size_t)edge_count * sizeof *edges);

  if (!edges) {
    fail("out of memory");
  }
  for (int i = 0; i < edge_count; i++) {
    edges[i] = i < edge_count - 1 ? (int64_t)i * BLOCK : count;
  }
  r->config.edges = edges;
  r->config.edge_count = edge_count;
  r->config.add = add;
  r->config.fill = fill;
  r->config.update = update;
  if (ls_comm_create(&r->comm, NULL) != LS_OK ||
      ls_reduction_create(&r->reduction, r->comm, &r->config) != LS_OK) {
    fail(ls_status_message());
  }
  free(edges);
}

static ls_reduction_exchange exchange_of(const char *kind)
{
  if (strcmp(kind, "probed") == 0) {
    return LS_EXCHANGE_BY_SPEED;
  }
  return strcmp(kind, "rounds") == 0 ? LS_EXCHANGE_ROUNDS : LS_EXCHANGE_SUMS;
}

// A norm, and what then goes back; with MPI_Allreduce nothing has to.
static void set_norm(run *r, const char *kind)
{
  static const struct {
    const char *kind;
    ls_reduction_back back;
  } norms[] = {{"normed", LS_BACK_BY_SPEED},
               {"weights", LS_BACK_WEIGHTS},
               {"sums", LS_BACK_SUMS},
               {"mpinormed", LS_BACK_BY_SPEED},
               {"mpiadds", LS_BACK_BY_SPEED}};

  for (size_t i = 0; i < sizeof norms / sizeof *norms; i++) {
    if (strcmp(kind, norms[i].kind) == 0) {
      r->config.measure = measure;
      r->config.measured = measured;
      r->config.back = norms[i].back;
    }
  }
}

static bool parse(run *r, int argc, char **argv)
{
  if (argc != 8) {
    return false;
  }
  bool mpi = strncmp(argv[1], "mpi", 3) == 0;
  r->config.kind = mpi ? LS_REDUCTION_MPI : LS_REDUCTION_ORDERED;
  r->config.exchange = exchange_of(argv[1]);
  mpi_adds = strcmp(argv[1], "mpiadds") == 0;
  set_norm(r, argv[1]);
  r->config.band = BAND;
  r->config.count = strtoll(argv[2], NULL, 10);
  r->config.shards = (int)strtol(argv[3], NULL, 10);
  r->config.radix = (int)strtol(argv[4], NULL, 10);
  r->gigabytes = strtod(argv[5], NULL);
  r->rows = strtod(argv[6], NULL);
  folds = strcmp(argv[7], "fold") == 0;
  return r->config.count > 0 && r->config.shards > 0;
}

int main(int argc, char **argv)
{
  run r = {0};
  ls_reduction_totals totals = {0};

  MPI_Init(&argc, &argv);
  if (!parse(&r, argc, argv)) {
    fail("usage: driver ordered|normed|weights|sums|rounds|probed|mpi|mpinormed|"
         "mpiadds FLOATS SHARDS RADIX GIGABYTES ROWS check|fold");
  }
  create(&r);
  charge_at(r.gigabytes * 1e9);
  double seconds = time_steps(&r, &totals);
  if (!folds && r.config.kind == LS_REDUCTION_ORDERED) {
    check(&r, &totals);
  }
  MPI_Barrier(MPI_COMM_WORLD);
  if (ls_comm_rank(r.comm) == 0) {
    printf("%s,%d,%d,%lld,%s,%s,%s,%.9f\n", argv[1], ls_comm_size(r.comm),
           ls_comm_node_count(r.comm), (long long)r.config.count, argv[4], argv[5],
           argv[6], seconds);
  }
  charge_at(0.0);
  ls_reduction_destroy(r.reduction);
  ls_comm_destroy(r.comm);
  MPI_Finalize();
  return 0;
}
