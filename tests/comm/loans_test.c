#include "comm/loans_private.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>

enum {
  RANKS = 3,
  SHARDS = 8,
  ROWS = 480,
  MOST = ROWS / RANKS / 4, // rows that are lent at a border,
  GROUP = MOST / 4,        // in groups
  STEPS = 200
};

static const ls_reduction_config config = {
    .shards = SHARDS, .rows = {.count = ROWS, .row_bytes = sizeof(int)}};

// Each rank's view of the same loans.
static void begin_all(ls_loans *all)
{
  for (int rank = 0; rank < RANKS; rank++) {
    assert_int_equal(ls_loans_init(&all[rank], RANKS, rank, &config), LS_OK);
    assert_true(ls_loans_are_possible(&all[rank]));
  }
}

static void end_all(ls_loans *all)
{
  for (int rank = 0; rank < RANKS; rank++) {
    ls_loans_clear(&all[rank]);
  }
}

// How many rows each rank runs in a step of so many.
static void count_rows(ls_loans *all, int64_t rows, int64_t *counts)
{
  int64_t before = 0;

  for (int rank = 0; rank < RANKS; rank++) {
    ls_loans_begin(&all[rank], rows);
    const int64_t first = ls_loans_count(&all[rank], LS_BORDER_BEFORE);
    const int64_t last = ls_loans_count(&all[rank], LS_BORDER_AFTER);
    assert_int_equal(first, -before);
    assert_int_equal(first % GROUP, 0);
    assert_in_range(first + MOST, 0, 2 * MOST);
    assert_in_range(last + MOST, 0, 2 * MOST);
    counts[rank] = ROWS / RANKS + first + last;
    before = last;
  }
  assert_int_equal(before, 0);
}

static void follow_all(ls_loans *all, const ls_shared_ride *rides)
{
  for (int rank = 0; rank < RANKS; rank++) {
    ls_loans_follow(&all[rank], rides);
  }
}

// Steps in which a row costs its rank so much to run, and once more for its gradient.
static void run_steps(ls_loans *all, const int64_t *costs, int64_t *counts)
{
  ls_shared_ride rides[RANKS] = {{0}};

  for (int step = 0; step < STEPS; step++) {
    count_rows(all, ROWS, counts);
    for (int rank = 0; rank < RANKS; rank++) {
      rides[rank].nanoseconds = (counts[rank] + ROWS / RANKS) * costs[rank];
    }
    follow_all(all, rides);
  }
}

static void nothing_is_lent_at_first(void **state)
{
  (void)state;
  ls_loans all[RANKS];
  int64_t counts[RANKS];

  begin_all(all);
  count_rows(all, ROWS, counts);
  for (int rank = 0; rank < RANKS; rank++) {
    assert_int_equal(counts[rank], ROWS / RANKS);
    assert_int_equal(ls_loans_room(&all[rank]), MOST);
  }
  end_all(all);
}

static void who_is_slow_lends_until_all_are_equally_late(void **state)
{
  (void)state;
  const int64_t costs[RANKS] = {1000, 1300, 1150};
  ls_loans all[RANKS];
  int64_t counts[RANKS];

  begin_all(all);
  run_steps(all, costs, counts);
  for (int rank = 1; rank < RANKS; rank++) {
    const int64_t before = (counts[rank - 1] + ROWS / RANKS) * costs[rank - 1];
    const int64_t own = (counts[rank] + ROWS / RANKS) * costs[rank];
    assert_in_range(llabs(own - before), 0, 2 * GROUP * 1100);
  }
  assert_true(counts[1] < ROWS / RANKS - GROUP);
  // And no longer when it is as quick as the others.
  run_steps(all, (const int64_t[]){1000, 1000, 1000}, counts);
  assert_in_range(counts[1], ROWS / RANKS - GROUP, ROWS / RANKS + GROUP);
  end_all(all);
}

static void no_rank_lends_more_than_half_of_its_rows(void **state)
{
  (void)state;
  ls_loans all[RANKS];
  int64_t counts[RANKS];

  begin_all(all);
  run_steps(all, (const int64_t[]){1000, 1000000, 1000}, counts);
  assert_int_equal(counts[1], ROWS / RANKS - 2 * MOST);
  run_steps(all, (const int64_t[]){1000000, 1000, 1000000}, counts);
  assert_int_equal(counts[1], ROWS / RANKS + 2 * MOST);
  end_all(all);
}

static void nothing_is_lent_of_a_short_batch(void **state)
{
  (void)state;
  ls_loans all[RANKS];
  int64_t counts[RANKS];

  begin_all(all);
  run_steps(all, (const int64_t[]){1000, 2000, 1000}, counts);
  count_rows(all, ROWS - 1, counts);
  for (int rank = 0; rank < RANKS; rank++) {
    assert_int_equal(counts[rank], ROWS / RANKS);
    assert_int_equal(ls_loans_nanoseconds(&all[rank]), 0);
  }
  end_all(all);
}

static void waiting_for_others_is_no_work(void **state)
{
  (void)state;
  ls_loans all[RANKS];

  begin_all(all);
  ls_loans_begin(&all[0], ROWS);
  all[0].begun -= 100;
  assert_true(ls_loans_nanoseconds(&all[0]) >= INT64_C(100000000000));
  all[0].waited = 3600;
  assert_true(ls_loans_nanoseconds(&all[0]) < 0);
  end_all(all);
}

static void one_late_step_is_no_slow_rank(void **state)
{
  (void)state;
  const ls_shared_ride rides[RANKS] = {
      {.nanoseconds = 10000}, {.nanoseconds = INT64_C(1) << 50}, {.nanoseconds = 9000}};
  const ls_shared_ride unknown[RANKS] = {{.nanoseconds = 10}, {0}, {.nanoseconds = 10}};
  ls_loans all[RANKS];
  int64_t counts[RANKS];

  begin_all(all);
  follow_all(all, unknown);
  count_rows(all, ROWS, counts);
  assert_int_equal(counts[1], ROWS / RANKS);
  follow_all(all, rides);
  count_rows(all, ROWS, counts);
  assert_int_equal(counts[1], ROWS / RANKS);
  assert_true(all[0].shifts[1] > 0); // part of a group
  end_all(all);
}

// Rows that are too few for all to keep some of theirs.
static void few_rows_are_not_lent(void **state)
{
  (void)state;
  ls_reduction_config few = config;
  ls_loans loans;

  for (few.rows.count = 0; few.rows.count < 200; few.rows.count++) {
    for (int ranks = 1; ranks <= SHARDS; ranks++) {
      assert_int_equal(ls_loans_init(&loans, ranks, 0, &few), LS_OK);
      if (ls_loans_are_possible(&loans)) {
        assert_true(ranks > 1);
        assert_true(2 * loans.most <= SHARDS / ranks * (few.rows.count / SHARDS));
      }
      ls_loans_clear(&loans);
    }
  }
  few = config;
  few.rows.row_bytes = 0;
  assert_int_equal(ls_loans_init(&loans, RANKS, 0, &few), LS_OK);
  assert_false(ls_loans_are_possible(&loans));
  ls_loans_clear(&loans);
}

typedef struct node {
  pthread_barrier_t barrier;
  void *memory;
  int wrong;
} node;

typedef struct rank {
  node *node;
  int own;
} rank;

static int64_t row_of(int step, int own, ls_border border)
{
  const int after = own + (border == LS_BORDER_AFTER);
  return 1000 * step + 10 * after;
}

// What this rank runs of others', or has lent, as `sign` says.
static int look_at_places(const ls_loans *loans, int step, int sign)
{
  int wrong = 0;

  for (ls_border border = LS_BORDER_BEFORE; border < LS_BORDERS; border++) {
    const int64_t count = ls_loans_count(loans, border) * sign;
    int *rows = count > 0 ? ls_loans_place(loans, border) : NULL;
    for (int i = 0; i < count; i++) {
      const int value = (int)row_of(step, loans->own, border) + i;
      wrong += sign < 0 && rows[i] != value;
      rows[i] = value;
    }
  }
  return wrong;
}

static void *run(void *context)
{
  const rank *r = context;
  ls_loans loans;
  int wrong = ls_loans_init(&loans, RANKS, r->own, &config) != LS_OK;

  ls_loans_lay_out(&loans, r->node->memory);
  for (int step = 0; step < STEPS; step++) {
    const ls_shared_ride rides[RANKS] = {{.nanoseconds = 100 + 50 * (step / 20 % 3)},
                                         {.nanoseconds = 100 + 60 * (step / 30 % 2)},
                                         {.nanoseconds = 120}};
    (void)pthread_barrier_wait(&r->node->barrier);
    ls_loans_begin(&loans, ROWS);
    wrong += look_at_places(&loans, step, 1);
    ls_loans_hand_over(&loans);
    ls_loans_await(&loans);
    wrong += look_at_places(&loans, step, -1);
    (void)pthread_barrier_wait(&r->node->barrier);
    ls_loans_follow(&loans, rides);
  }
  ls_loans_clear(&loans);
  (void)__atomic_fetch_add(&r->node->wrong, wrong, __ATOMIC_SEQ_CST);
  return NULL;
}

static void what_is_lent_comes_back(void **state)
{
  (void)state;
  ls_loans loans;
  node n = {.wrong = 0};
  rank ranks[RANKS];
  pthread_t threads[RANKS];

  assert_int_equal(ls_loans_init(&loans, RANKS, 0, &config), LS_OK);
  n.memory = ls_alloc(ls_loans_bytes(&loans), 1);
  assert_non_null(n.memory);
  assert_int_equal(pthread_barrier_init(&n.barrier, NULL, RANKS), 0);
  for (int i = 0; i < RANKS; i++) {
    ranks[i] = (rank){&n, i};
    assert_int_equal(pthread_create(&threads[i], NULL, run, &ranks[i]), 0);
  }
  for (int i = 0; i < RANKS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  }
  assert_int_equal(n.wrong, 0);
  (void)pthread_barrier_destroy(&n.barrier);
  ls_free(n.memory);
  ls_loans_clear(&loans);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_is_lent_at_first),
      cmocka_unit_test(who_is_slow_lends_until_all_are_equally_late),
      cmocka_unit_test(no_rank_lends_more_than_half_of_its_rows),
      cmocka_unit_test(nothing_is_lent_of_a_short_batch),
      cmocka_unit_test(waiting_for_others_is_no_work),
      cmocka_unit_test(one_late_step_is_no_slow_rank),
      cmocka_unit_test(few_rows_are_not_lent),
      cmocka_unit_test(what_is_lent_comes_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
