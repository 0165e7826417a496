#include "reduction_suite.h"

#include "base/alloc.h"
#include "base/tree.h"
#include "everywhere.h"
#include "reduction_bench.h"
#include "reduction_terms.h"

#include <float.h>
#include <math.h>
#include <mpi.h>
#include <string.h>

enum { OTHER_FLAG = 256 };

// What the last rank raises in each step; of nodes that work apart, the last of each.
static const uint64_t steps[] = {0, 0, SKIP_FLAG, 0};

enum { STEPS = sizeof steps / sizeof *steps };

static double squares_of_blocks(const bench *b)
{
  double squares[EDGES];
  int blocks = 0;

  for (int64_t at = 0; at < b->c->count; at += b->c->block) {
    int64_t rest = b->c->count - at;
    squares[blocks++] =
        bench_measure(b->summed + at, rest < b->c->block ? rest : b->c->block);
  }
  return ls_tree_sum(squares, blocks);
}

// Rank 0's parameters reach everybody.
static void begin_weights(bench *b)
{
  float *weights = ls_reduction_weights(b->reduction);

  for (int64_t i = 0; i < b->c->count; i++) {
    b->expected[i] = terms_leaf(-1, 0, i);
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
      magnitudes += fabsf(terms_leaf(step, shard, i));
    }
    b->summed[i] = terms_sum(step, 0, b->c->shards, i);
    b->expected[i] = bench_updated(b->expected[i], b->summed[i]);
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

// By one rank of each node in each step, whichever.
static bool each_weight_was_updated_somewhere(const bench *b, int times)
{
  const size_t count = (size_t)b->c->count;
  int *all = ls_alloc(count, sizeof *all);

  assert_everywhere(all != NULL);
  MPI_Allreduce(b->updates, all, (int)count, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
  bool right = true;
  for (size_t i = 0; i < count; i++) {
    right = right && all[i] == times * ls_comm_node_count(b->comm);
  }
  ls_free(all);
  return right;
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

static bool each_part_was_filled(const bench *b, bool applied)
{
  ls_span own = ls_reduction_own(b->reduction);

  for (size_t i = 0; i < bench_fill_count(b); i++) {
    // Where rows are common, a rank fills its own slice and, unless that may be done
    // anywhere, no more.
    bool wanted = !ls_reduction_common(b->reduction) ||
                  ((int64_t)i >= own.first && (int64_t)i < own.first + own.count);
    if (b->fills[i] > 1 ||
        (applied && !b->c->anywhere && wanted != (b->fills[i] > 0))) {
      return false;
    }
  }
  return true;
}

// Rows of other nodes' shards are asked for once a step, and those of this one's never.
static bool others_were_prepared(const bench *b)
{
  const int *prepared = bench_prepared(b);
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

// The ranks of a node have its rows among them, and nodes all, or all of them each.
static bool portions_are_all_rows(const bench *b)
{
  enum { ROWS = 5 }; // a shard has as many
  int first_row[65];
  ls_span spans[16];
  const int64_t all = b->c->shards * ROWS;
  int64_t end = all;
  bool right = true;

  if (!ls_reduction_common(b->reduction)) {
    return true;
  }
  for (int shard = 0; shard <= b->c->shards; shard++) {
    first_row[shard] = shard * ROWS;
  }
  const ls_span own = ls_reduction_portion(b->reduction, first_row);
  MPI_Allgather(&own, 2, MPI_INT64_T, spans, 2, MPI_INT64_T, MPI_COMM_WORLD);
  for (int rank = 0; rank < ls_comm_size(b->comm); rank++) {
    right =
        right && spans[rank].count >= 0 && spans[rank].first == (end == all ? 0 : end);
    end = spans[rank].first + spans[rank].count;
  }
  return right && end == all;
}

static bool totals_are_right(const bench *b, const ls_reduction_totals *totals,
                             int step, uint64_t flags)
{
  int64_t shards = b->c->shards;
  double loss = terms_loss(step, 0, b->c->shards);
  double magnitude = 0.0;

  for (int shard = 0; shard < b->c->shards; shard++) {
    magnitude += fabs(terms_leaf_loss(step, shard));
  }
  // The plain path carries the loss in two floats.
  double slack = b->c->kind == LS_REDUCTION_ORDERED
                     ? 0.0
                     : magnitude * (double)FLT_EPSILON * (double)b->c->shards;
  return fabs(totals->loss - loss) <= slack && totals->flags == flags &&
         totals->correct == shards * (shards + 1) / 2 &&
         totals->applied == ((flags & SKIP_FLAG) == 0);
}

// Not of common rows, not where sums leave in rounds, and no more than there is.
static bool some_was_done_ahead_where_it_may_be(const bench *b)
{
  bool may = b->c->kind == LS_REDUCTION_ORDERED &&
             ls_reduction_sends(b->reduction) == LS_EXCHANGE_SUMS &&
             ls_comm_node_count(b->comm) > 1;

  return b->late_fills == 0 && b->some_ahead <= (may ? SOME_AHEAD : 0);
}

static void check_step(bench *b, int step, int *applied)
{
  bool first = ls_comm_rank(b->comm) == 0;
  uint64_t own = (b->is_last ? steps[step] : 0) | (first ? OTHER_FLAG : 0);
  uint64_t flags = steps[step] | OTHER_FLAG;
  bool applies = (flags & SKIP_FLAG) == 0;

  ls_reduction_totals totals = bench_step(b, step, own);
  assert_everywhere(totals_are_right(b, &totals, step, flags));
  assert_everywhere(each_part_was_filled(b, applies));
  assert_everywhere(others_were_prepared(b));
  assert_everywhere(portions_are_all_rows(b));
  // Who has a node for itself waits for nobody there.
  bool waits = ls_reduction_common(b->reduction) && ls_comm_node_size(b->comm) > 1;
  assert_everywhere(b->ahead == (waits ? 1 : 0));
  assert_everywhere(some_was_done_ahead_where_it_may_be(b));
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
  assert_everywhere(b->c->anywhere ? each_weight_was_updated_somewhere(b, *applied)
                                   : each_own_weight_was_updated(b, *applied));
  assert_everywhere(b->c->anywhere || values_are_right(b, b->slot, b->summed,
                                                       ls_reduction_own(b->reduction)));
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

  bench_open(&b, c);
  begin_weights(&b);
  for (int step = 0; step < STEPS; step++) {
    check_step(&b, step, &applied);
  }
  if (!c->anywhere) {
    check_slots(&b);
  }
  bench_close(&b);
  assert_everywhere(ls_alloc_live() == live);
}
