#include "everywhere.h"
#include "lockstep/reduction.h"

#include <string.h>

enum { FLOATS = 16, SHARDS = 4, NOT_FINITE = 1, FAILED = 2, DIVERGED = 4, STOP = 256 };
// Products of a step of 1.2 ms, as comm/way.c estimates: nodes tell each other every
// third.
enum { PRODUCTS = 18000000, EVERY = 3 };

static void fill(void *context, float *out, int part, ls_span piece,
                 const ls_reduction_near *near)
{
  (void)context;
  (void)part;
  (void)near;
  memset(out, 0, (size_t)piece.count * sizeof *out);
}

static void update(void *context, float *weights, const float *gradient, ls_span piece)
{
  (void)context;
  for (int64_t i = 0; i < piece.count; i++) {
    weights[i] += 1 + gradient[i];
  }
}

// Two nodes, the second of one rank.
typedef struct bench {
  ls_comm *comm;
  ls_reduction *reduction;
  bool second; /* node */
} bench;

static void open(bench *b)
{
  static const char *const nodes[] = {[2] = "1,1", [3] = "2,1", [4] = "3,1"};
  static const int64_t edges[] = {0, FLOATS};
  const ls_reduction_config config = {.kind = LS_REDUCTION_ORDERED,
                                      .count = FLOATS,
                                      .edges = edges,
                                      .edge_count = 2,
                                      .shards = SHARDS,
                                      .fill = fill,
                                      .update = update,
                                      .rows.products = PRODUCTS,
                                      .exchange = LS_EXCHANGE_FLAGS,
                                      .skip_flags = NOT_FINITE | FAILED | DIVERGED,
                                      .common_flags = NOT_FINITE,
                                      .diverged_flag = DIVERGED};

  *b = (bench){0};
  assert_everywhere(ls_comm_create(&b->comm, nodes[everywhere_size()]) == LS_OK);
  assert_everywhere(ls_reduction_create(&b->reduction, b->comm, &config) == LS_OK);
  assert_everywhere(ls_reduction_sends(b->reduction) == LS_EXCHANGE_FLAGS);
  b->second = ls_comm_node_index(b->comm) == 1;
}

static void close(bench *b)
{
  ls_reduction_destroy(b->reduction);
  ls_comm_destroy(b->comm);
}

// Runs a step; whether all that it tells is these flags.
static bool says(bench *b, uint64_t raised, uint64_t flags)
{
  const double losses[SHARDS] = {0};
  const ls_reduction_ride ride = {.leaf_losses = losses, .flags = raised};
  ls_reduction_totals totals;

  ls_reduction_step(b->reduction, &totals, &ride, NULL);
  return totals.flags == flags &&
         totals.applied == ((flags & (NOT_FINITE | FAILED | DIVERGED)) == 0);
}

static void a_request_is_seen_by_all_in_the_same_step(void **state)
{
  bench b;

  (void)state;
  open(&b);
  for (int when = 0; when < EVERY; when++) {
    for (int step = 0; step < EVERY; step++) {
      uint64_t own = b.second && step == when ? STOP : 0;
      assert_everywhere(says(&b, own, step == EVERY - 1 ? STOP : 0));
    }
  }
  assert_everywhere(says(&b, 0, 0));
  close(&b);
}

static void what_all_raise_counts_at_once(void **state)
{
  bench b;

  (void)state;
  open(&b);
  for (int step = 0; step < 2 * EVERY; step++) {
    uint64_t flags = step % 2 == 0 ? NOT_FINITE : 0;
    assert_everywhere(says(&b, flags, flags));
    assert_everywhere(ls_reduction_weights(b.reduction)[0] == (float)((step + 1) / 2));
  }
  close(&b);
}

static void what_all_raise_lets_them_tell(void **state)
{
  bench b;

  (void)state;
  open(&b);
  assert_everywhere(says(&b, b.second ? STOP : 0, 0));
  assert_everywhere(says(&b, NOT_FINITE, NOT_FINITE | STOP));
  for (int step = 0; step < EVERY; step++) {
    assert_everywhere(says(&b, b.second ? 0 : STOP, step == EVERY - 1 ? STOP : 0));
  }
  close(&b);
}

// Its node has not updated, and so tells at once; the other learns of it when it asks.
static void nobody_goes_on_without_a_rank_that_failed(void **state)
{
  bench b;

  (void)state;
  open(&b);
  bool right = true;
  if (b.second) {
    right = says(&b, FAILED, FAILED);
  } else {
    for (int step = 0; step < EVERY; step++) {
      right = right && says(&b, 0, step == EVERY - 1 ? FAILED : 0);
    }
  }
  assert_everywhere(right);
  close(&b);
}

static void who_has_not_computed_the_same_is_found_out(void **state)
{
  bench b;

  (void)state;
  open(&b);
  bool right = true;
  if (b.second) {
    right = says(&b, NOT_FINITE, NOT_FINITE | DIVERGED);
  } else {
    for (int step = 0; step < EVERY; step++) {
      right = right && says(&b, 0, step == EVERY - 1 ? DIVERGED : 0);
    }
  }
  assert_everywhere(right);
  close(&b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_request_is_seen_by_all_in_the_same_step),
      cmocka_unit_test(what_all_raise_counts_at_once),
      cmocka_unit_test(what_all_raise_lets_them_tell),
      cmocka_unit_test(who_has_not_computed_the_same_is_found_out),
      cmocka_unit_test(nobody_goes_on_without_a_rank_that_failed),
  };

  everywhere_begin();
  int failed = cmocka_run_group_tests_name("apart", tests, NULL, NULL);
  everywhere_end();
  return failed;
}
