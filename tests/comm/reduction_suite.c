#include "reduction_suite.h"

#include "base/alloc.h"
#include "base/random.h"
#include "base/tree.h"
#include "everywhere.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { SKIP_FLAG = 1, OTHER_FLAG = 256, EDGES = 512 };

// What the last rank raises in each step; of nodes that work apart, the last of each.
static const uint64_t steps[] = {0, 0, SKIP_FLAG, 0};

enum { STEPS = sizeof steps / sizeof *steps };

// A run as this rank sees it, and what a serial program makes of it.
typedef struct bench {
  const reduction_case *c;
  ls_comm *comm;
  ls_reduction *reduction;
  float *expected; /* [count] weights */
  float *bounds;   /* [count] sums of magnitudes, for rounding */
  float *slot;     /* [own.count] the last gradient */
  float *summed;   /* [count] the last gradient, from the serial program */
  int *updates;    /* [count] how often this rank has updated each weight */
  int *fills;      /* [part_count][count] how often each was filled in this step */
  double squares;  /* of the last gradient, as this rank has learnt it */
  int step;
  bool is_last;
} bench;

// Whether a gradient is +0.0 or -0.0: in a step some 40 in a row are for every shard,
// and then 40 for the first of them.
static bool is_zero(float *zero, int step, int shard, int64_t place)
{
  int64_t kind = (place / 40 + step) % 6;

  *zero = kind == 4 ? -0.0f : 0.0f;
  return step >= 0 && place >= 0 &&
         (kind == 2 || (kind == 3 && shard < 4) || (kind == 4 && place % 3 == 0));
}

// Leaf gradients of every size and sign, as a function of (step, shard, place).
static float leaf(int step, int shard, int64_t place)
{
  uint32_t words[4];
  float zero;

  if (is_zero(&zero, step, shard, place)) {
    return zero;
  }
  ls_random_words(words, (uint64_t)step, (uint64_t)shard, (uint64_t)place);
  return (ls_random_unit(words[0]) - 0.5f) * ldexpf(1.0f, (int)(words[1] % 24));
}

static double leaf_loss(int step, int shard)
{
  return 1e9 * (double)leaf(step, shard, -1) + 1e-3;
}

static int split(int lo, int hi)
{
  int half = 1;

  while (2 * half < hi - lo) {
    half *= 2;
  }
  return lo + half;
}

static float canonical_sum(int step, int lo, int hi, int64_t place)
{
  if (hi - lo == 1) {
    return leaf(step, lo, place);
  }
  int middle = split(lo, hi);
  return canonical_sum(step, lo, middle, place) +
         canonical_sum(step, middle, hi, place);
}

static double canonical_loss(int step, int lo, int hi)
{
  if (hi - lo == 1) {
    return leaf_loss(step, lo);
  }
  int middle = split(lo, hi);
  return canonical_loss(step, lo, middle) + canonical_loss(step, middle, hi);
}

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
    out[i] = canonical_sum(step_of(b, lo, hi), lo, hi, piece.first + i);
    b->fills[part * b->c->count + piece.first + i]++;
  }
}

// Halving keeps the weights small beside the gradient, whose every bit then shows.
// Where that is +0.0 a weight stays as it is, as with plain descent.
static float updated(float weight, float gradient)
{
  return gradient == 0.0f && !signbit(gradient) ? weight : 0.5f * weight - gradient;
}

static void update(void *context, float *weights, const float *gradient, ls_span piece)
{
  bench *b = context;
  int64_t own_first = ls_reduction_own(b->reduction).first;

  for (int64_t i = 0; i < piece.count; i++) {
    weights[i] = updated(weights[i], gradient[i]);
    b->slot[piece.first - own_first + i] = gradient[i];
    b->updates[piece.first + i]++;
  }
}

static double measure(const float *x, int64_t count)
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

static double squares_of_blocks(const bench *b)
{
  double squares[EDGES];
  int blocks = 0;

  for (int64_t at = 0; at < b->c->count; at += b->c->block) {
    int64_t rest = b->c->count - at;
    squares[blocks++] =
        measure(b->summed + at, rest < b->c->block ? rest : b->c->block);
  }
  return ls_tree_sum(squares, blocks);
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
static int *prepared_of(const bench *b)
{
  return (int *)ls_reduction_common(b->reduction) + b->c->shards;
}

static void prepare(void *context, int shard)
{
  const bench *b = context;
  int *prepared = prepared_of(b);

  prepared[shard]++;
}

static ls_reduction_rows rows_of(const reduction_case *c)
{
  const size_t bytes = sizeof(int);

  return (ls_reduction_rows){.bytes = c->common ? 2 * (size_t)c->shards * bytes : 0,
                             .shard_bytes = c->common ? bytes : 0,
                             .count = c->shards,
                             .pack = pack,
                             .unpack = unpack,
                             .prepare = prepare};
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
                                .update = update,
                                .band = c->band,
                                .rows = rows_of(c),
                                .exchange = c->exchange,
                                .thin = c->thin,
                                .measure = c->norms ? measure : NULL,
                                .measured = c->norms ? measured : NULL,
                                .back = c->back,
                                .skip_flags = SKIP_FLAG,
                                .common_flags = SKIP_FLAG};
  return ls_reduction_create(&b->reduction, b->comm, &config);
}

static size_t fill_count(const bench *b)
{
  return (size_t)b->c->count * (size_t)ls_reduction_part_count(b->reduction);
}

static void open(bench *b, const reduction_case *c)
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
  b->fills = ls_alloc(fill_count(b), sizeof(int));
  b->is_last = ls_reduction_sends(b->reduction) == LS_EXCHANGE_FLAGS
                   ? ls_comm_node_rank(b->comm) == ls_comm_node_size(b->comm) - 1
                   : ls_comm_rank(b->comm) == ls_comm_size(b->comm) - 1;
  assert_everywhere(b->expected && b->bounds && b->summed && b->slot && b->updates &&
                    b->fills);
}

static void close(bench *b)
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

// Rank 0's parameters reach everybody.
static void begin_weights(bench *b)
{
  float *weights = ls_reduction_weights(b->reduction);

  for (int64_t i = 0; i < b->c->count; i++) {
    b->expected[i] = leaf(-1, 0, i);
  }
  if (ls_comm_rank(b->comm) == 0) {
    memcpy(weights, b->expected, (size_t)b->c->count * sizeof *weights);
  }
  ls_reduction_share(b->reduction);
  assert_everywhere(
      memcmp(weights, b->expected, (size_t)b->c->count * sizeof *weights) == 0);
}

static void expect_step(bench *b, int step)
{
  for (int64_t i = 0; i < b->c->count; i++) {
    float magnitudes = 0.0f;
    for (int shard = 0; shard < b->c->shards; shard++) {
      magnitudes += fabsf(leaf(step, shard, i));
    }
    b->summed[i] = canonical_sum(step, 0, b->c->shards, i);
    b->expected[i] = updated(b->expected[i], b->summed[i]);
    b->bounds[i] = 0.5f * b->bounds[i] + (float)(b->c->shards + 2) * FLT_EPSILON *
                                             (magnitudes + fabsf(b->expected[i]));
  }
}

// A sum of n terms in any order is within n eps of the sum of magnitudes.
static bool values_are_right(const bench *b, const float *actual, const float *expected,
                             ls_span piece)
{
  for (int64_t i = 0; i < piece.count; i++) {
    float value = expected[piece.first + i];
    bool right = b->c->kind == LS_REDUCTION_ORDERED
                     ? memcmp(&actual[i], &value, sizeof value) == 0
                     : fabsf(actual[i] - value) <= b->bounds[piece.first + i];
    if (!right) {
      print_error("float %lld: %a, expected %a\n", (long long)(piece.first + i),
                  (double)actual[i], (double)value);
      return false;
    }
  }
  return true;
}

static bool each_own_weight_was_updated(const bench *b, int times)
{
  ls_span own = ls_reduction_own(b->reduction);

  for (int64_t i = 0; i < b->c->count; i++) {
    bool is_own = i >= own.first && i < own.first + own.count;
    if (b->updates[i] != (is_own ? times : 0)) {
      return false;
    }
  }
  return true;
}

static ls_reduction_totals run_step(bench *b, int step, uint64_t flags)
{
  double losses[64];
  ls_span shards = ls_reduction_shards(b->reduction);
  ls_reduction_totals totals;
  int *common = ls_reduction_common(b->reduction);
  int64_t correct = 0;

  for (int i = 0; i < shards.count; i++) {
    losses[i] = leaf_loss(step, (int)shards.first + i);
    correct += shards.first + i + 1;
    if (common) {
      common[shards.first + i] = step;
    }
  }
  ls_reduction_ride ride = {.leaf_losses = losses, .correct = correct, .flags = flags};
  b->step = step;
  memset(b->fills, 0, fill_count(b) * sizeof *b->fills);
  int64_t allocations = ls_alloc_total();
  ls_reduction_step(b->reduction, &totals, &ride, b);
  assert_everywhere(ls_alloc_total() == allocations);
  return totals;
}

static bool each_part_was_filled(const bench *b, bool applied)
{
  ls_span own = ls_reduction_own(b->reduction);

  for (size_t i = 0; i < fill_count(b); i++) {
    // Where rows are common, a rank fills its own slice and no more.
    bool wanted = !ls_reduction_common(b->reduction) ||
                  ((int64_t)i >= own.first && (int64_t)i < own.first + own.count);
    if (b->fills[i] > 1 || (applied && wanted != (b->fills[i] > 0))) {
      return false;
    }
  }
  return true;
}

// Rows of other nodes' shards are asked for once a step, and those of this one's never.
static bool others_were_prepared(const bench *b)
{
  const int *prepared = prepared_of(b);
  int all = 0, once = 0;

  if (!ls_reduction_common(b->reduction)) {
    return true;
  }
  for (int shard = 0; shard < b->c->shards; shard++) {
    all += prepared[shard] == b->step + 1;
    once += prepared[shard] == 0;
  }
  bool travel = ls_reduction_sends(b->reduction) == LS_EXCHANGE_ROWS &&
                ls_comm_node_count(b->comm) > 1;
  return all + once == b->c->shards && travel == (all > 0);
}

static bool totals_are_right(const bench *b, const ls_reduction_totals *totals,
                             int step, uint64_t flags)
{
  int64_t shards = b->c->shards;
  double loss = canonical_loss(step, 0, b->c->shards);
  double magnitude = 0.0;

  for (int shard = 0; shard < b->c->shards; shard++) {
    magnitude += fabs(leaf_loss(step, shard));
  }
  // The plain path carries the loss in two floats.
  double slack = b->c->kind == LS_REDUCTION_ORDERED
                     ? 0.0
                     : magnitude * (double)FLT_EPSILON * (double)b->c->shards;
  return fabs(totals->loss - loss) <= slack && totals->flags == flags &&
         totals->correct == shards * (shards + 1) / 2 &&
         totals->applied == ((flags & SKIP_FLAG) == 0);
}

static void check_step(bench *b, int step, int *applied)
{
  bool first = ls_comm_rank(b->comm) == 0;
  uint64_t own = (b->is_last ? steps[step] : 0) | (first ? OTHER_FLAG : 0);
  uint64_t flags = steps[step] | OTHER_FLAG;
  bool applies = (flags & SKIP_FLAG) == 0;

  ls_reduction_totals totals = run_step(b, step, own);
  assert_everywhere(totals_are_right(b, &totals, step, flags));
  assert_everywhere(each_part_was_filled(b, applies));
  assert_everywhere(others_were_prepared(b));
  if (applies) {
    expect_step(b, step);
    (*applied)++;
    // Who is no peer updates nothing, and learns no norm.
    double squares = squares_of_blocks(b);
    bool learns = b->c->norms && ls_reduction_own(b->reduction).count > 0;
    assert_everywhere(!learns || memcmp(&b->squares, &squares, sizeof squares) == 0);
  }
  const float *weights = ls_reduction_weights(b->reduction);
  ls_span all = {0, b->c->count};
  assert_everywhere(values_are_right(b, weights, b->expected, all));
  assert_everywhere(each_own_weight_was_updated(b, *applied));
  assert_everywhere(
      values_are_right(b, b->slot, b->summed, ls_reduction_own(b->reduction)));
  ls_comm_barrier(b->comm); // before anybody's next step changes the weights
}

// What ranks hold of a slot comes together on rank 0, and back.
static void check_slots(bench *b)
{
  bool first = ls_comm_rank(b->comm) == 0;
  ls_span own = ls_reduction_own(b->reduction);
  float *all = ls_alloc((size_t)b->c->count, sizeof *all);
  float *back = ls_alloc((size_t)own.count, sizeof *back);

  assert_everywhere(all && back);
  ls_reduction_collect(b->reduction, first ? all : NULL, b->slot);
  ls_span whole = {0, first ? b->c->count : 0};
  assert_everywhere(values_are_right(b, all, b->summed, whole));
  ls_reduction_deal(b->reduction, back, first ? all : NULL);
  assert_everywhere(memcmp(back, b->slot, (size_t)own.count * sizeof *back) == 0);
  ls_free(all);
  ls_free(back);
}

void reduction_suite(const reduction_case *c)
{
  int64_t live = ls_alloc_live();
  int applied = 0;
  bench b;

  open(&b, c);
  begin_weights(&b);
  for (int step = 0; step < STEPS; step++) {
    check_step(&b, step, &applied);
  }
  check_slots(&b);
  close(&b);
  assert_everywhere(ls_alloc_live() == live);
}
