#include "reduction_bench.h"

#include "base/alloc.h"
#include "everywhere.h"
#include "reduction_terms.h"

#include <math.h>
#include <string.h>

// The step that all of some shards' ranks have said they are in, or none.
static int step_of(const bench *b, int lo, int hi)
{
  const int *said = ls_reduction_common(b->reduction);

  for (int shard = lo; said && shard < hi; shard++) {
    if (said[shard] != b->step) {
      return -1;
    }
  }
  return b->step;
}

static void fill(void *context, float *out, int part, ls_span piece,
                 const ls_reduction_near *near)
{
  bench *b = context;
  ls_span shards = ls_reduction_part_shards(b->reduction, part);
  int lo = (int)shards.first;
  int hi = (int)(shards.first + shards.count);

  (void)near;
  for (int64_t i = 0; i < piece.count; i++) {
    out[i] = terms_sum(step_of(b, lo, hi), lo, hi, piece.first + i);
    b->fills[part * b->c->count + piece.first + i]++;
    b->late_fills += b->some_ahead > 0;
  }
}

// Some lines of zeros travel: it is not looked for them.
static int64_t fill_thin(void *context, float *lines, uint64_t *map, int part)
{
  enum { ALL = 7 };
  const ls_reduction_near near = {0};
  bench *b = context;
  const int64_t count = b->c->count;
  int64_t kept = 0;

  b->thin_fills++;
  for (int64_t line = 0, first = 0; first < count; line++, first += LS_REDUCTION_LINE) {
    const int64_t left = count - first;
    const int64_t now = left < LS_REDUCTION_LINE ? left : LS_REDUCTION_LINE;
    uint32_t bits[LS_REDUCTION_LINE], any = line % ALL == 0;
    fill(context, lines + kept, part, (ls_span){first, now}, &near);
    memcpy(bits, lines + kept, (size_t)now * sizeof *bits);
    for (int i = 0; i < now; i++) {
      any |= bits[i];
    }
    const uint64_t bit = UINT64_C(1) << (line % 64);
    map[line / 64] = (line % 64 ? map[line / 64] : 0) | (any ? bit : 0);
    kept += any ? now : 0;
  }
  return kept;
}

// Halving keeps the weights small beside the gradient, whose every bit then shows.
// Where that is +0.0 a weight stays as it is, as with plain descent.
float bench_updated(float weight, float gradient)
{
  return gradient == 0.0f && !signbit(gradient) ? weight : 0.5f * weight - gradient;
}

static void update(void *context, float *weights, const float *gradient, ls_span piece)
{
  bench *b = context;
  int64_t own_first = ls_reduction_own(b->reduction).first;

  for (int64_t i = 0; i < piece.count; i++) {
    weights[i] = bench_updated(weights[i], gradient[i]);
    b->slot[piece.first - own_first + i] = gradient[i];
    b->updates[piece.first + i]++;
  }
}

static void update_anywhere(void *context, float *weights, const float *gradient,
                            ls_span piece)
{
  bench *b = context;

  for (int64_t i = 0; i < piece.count; i++) {
    weights[i] = bench_updated(weights[i], gradient[i]);
    b->updates[piece.first + i]++;
  }
}

double bench_measure(const float *x, int64_t count)
{
  double squares = 0.0;

  for (int64_t i = 0; i < count; i++) {
    squares += (double)x[i] * (double)x[i];
  }
  return squares;
}

static void measured(void *context, double squares)
{
  bench *b = context;
  b->squares = squares;
}

static void find_losses(void *context, ls_span shards, double *out)
{
  const bench *b = context;
  const int *said = ls_reduction_common(b->reduction);

  for (int i = 0; i < shards.count; i++) {
    out[i] = terms_leaf_loss(said[shards.first + i], (int)shards.first + i);
  }
}

static void pack(void *context, int shard, char *out)
{
  const bench *b = context;
  const int *said = ls_reduction_common(b->reduction);

  memcpy(out, &said[shard], sizeof *said);
}

static void unpack(void *context, int shard, const char *in)
{
  const bench *b = context;
  int *said = ls_reduction_common(b->reduction);

  memcpy(&said[shard], in, sizeof *said);
}

// How often each shard has been prepared; after what is said of it.
int *bench_prepared(const bench *b)
{
  return (int *)ls_reduction_common(b->reduction) + b->c->shards;
}

static void prepare(void *context, int shard)
{
  const bench *b = context;
  int *prepared = bench_prepared(b);

  prepared[shard]++;
}

static void go_ahead(void *context)
{
  bench *b = context;
  b->ahead++;
}

static bool go_some_ahead(void *context)
{
  bench *b = context;
  return ++b->some_ahead < SOME_AHEAD;
}

static ls_reduction_rows rows_of(const reduction_case *c)
{
  const size_t bytes = sizeof(int);

  return (ls_reduction_rows){.bytes = c->common ? 2 * (size_t)c->shards * bytes : 0,
                             .shard_bytes = c->common ? bytes : 0,
                             .count = c->shards,
                             .losses = find_losses,
                             .pack = pack,
                             .unpack = unpack,
                             .prepare = prepare,
                             .ahead = go_ahead,
                             .some_ahead = go_some_ahead};
}

static ls_status create(bench *b, const reduction_case *c)
{
  int64_t edges[EDGES];
  int used = 0;

  for (int64_t edge = 0; edge < c->count; edge += c->block) {
    edges[used++] = edge;
  }
  edges[used++] = c->count;
  ls_reduction_config config = {.kind = c->kind,
                                .count = c->count,
                                .edges = edges,
                                .edge_count = used,
                                .shards = c->shards,
                                .radix = c->radix,
                                .fill = fill,
                                .fill_thin = c->filled ? fill_thin : NULL,
                                .update = c->anywhere ? update_anywhere : update,
                                .anywhere = c->anywhere,
                                .band = c->band,
                                .rows = rows_of(c),
                                .exchange = c->exchange,
                                .thin = c->thin,
                                .measure = c->norms ? bench_measure : NULL,
                                .measured = c->norms ? measured : NULL,
                                .back = c->back,
                                .skip_flags = SKIP_FLAG,
                                .common_flags = SKIP_FLAG};
  return ls_reduction_create(&b->reduction, b->comm, &config);
}

size_t bench_fill_count(const bench *b)
{
  return (size_t)b->c->count * (size_t)ls_reduction_part_count(b->reduction);
}

void bench_open(bench *b, const reduction_case *c)
{
  size_t count = (size_t)c->count;

  *b = (bench){.c = c};
  assert_everywhere(ls_comm_create(&b->comm, c->fake_nodes) == LS_OK);
  assert_everywhere(create(b, c) == LS_OK);
  b->expected = ls_alloc(count, sizeof(float));
  b->bounds = ls_alloc(count, sizeof(float));
  b->summed = ls_alloc(count, sizeof(float));
  b->slot = ls_alloc((size_t)ls_reduction_own(b->reduction).count, sizeof(float));
  b->updates = ls_alloc(count, sizeof(int));
  b->fills = ls_alloc(bench_fill_count(b), sizeof(int));
  b->is_last = ls_reduction_sends(b->reduction) == LS_EXCHANGE_FLAGS
                   ? ls_comm_node_rank(b->comm) == ls_comm_node_size(b->comm) - 1
                   : ls_comm_rank(b->comm) == ls_comm_size(b->comm) - 1;
  assert_everywhere(b->expected && b->bounds && b->summed && b->slot && b->updates &&
                    b->fills);
}

void bench_close(bench *b)
{
  ls_free(b->expected);
  ls_free(b->bounds);
  ls_free(b->summed);
  ls_free(b->slot);
  ls_free(b->updates);
  ls_free(b->fills);
  ls_reduction_destroy(b->reduction);
  ls_comm_destroy(b->comm);
}

ls_reduction_totals bench_step(bench *b, int step, uint64_t flags)
{
  double losses[64];
  ls_span shards = ls_reduction_shards(b->reduction);
  ls_reduction_totals totals;
  int *common = ls_reduction_common(b->reduction);
  int64_t correct = 0;

  for (int i = 0; i < shards.count; i++) {
    losses[i] = terms_leaf_loss(step, (int)shards.first + i);
    correct += shards.first + i + 1;
    if (common) {
      common[shards.first + i] = step;
    }
  }
  ls_reduction_ride ride = {
      .leaf_losses = common ? NULL : losses, .correct = correct, .flags = flags};
  b->step = step;
  b->ahead = 0;
  b->some_ahead = 0;
  b->late_fills = 0;
  b->thin_fills = 0;
  memset(b->fills, 0, bench_fill_count(b) * sizeof *b->fills);
  int64_t allocations = ls_alloc_total();
  ls_reduction_step(b->reduction, &totals, &ride, b);
  assert_everywhere(ls_alloc_total() == allocations);
  return totals;
}
