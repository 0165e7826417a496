#include "comm/portions.h"
#include "unit.h"

enum { RANKS = 3, STEPS = 200 };

static const ls_span whole = {7, 32};

// What each of some ranks has; all of them together are all rows.
static void find_all(const ls_portions *of, int ranks, ls_span rows, int64_t *counts)
{
  int64_t next = rows.first;

  for (int rank = 0; rank < ranks; rank++) {
    const ls_portions here = {.ranks = ranks, .of = of->of};
    const ls_span own = ls_portions_of(&here, rank, rows);
    assert_int_equal(own.first, next);
    assert_in_range(own.count, 0, rows.count);
    next += own.count;
    counts[rank] = own.count;
  }
  assert_int_equal(next, rows.first + rows.count);
}

static void portions_begin_equal(void **state)
{
  (void)state;
  int64_t counts[RANKS];
  ls_portions p;

  assert_int_equal(ls_portions_init(&p, RANKS, true), LS_OK);
  find_all(&p, RANKS, whole, counts);
  assert_int_equal(counts[0], 11);
  assert_int_equal(counts[1], 10);
  assert_int_equal(counts[2], 11);
  find_all(&p, RANKS, (ls_span){0, 1}, counts);
  find_all(&p, RANKS, (ls_span){5, 0}, counts);
  ls_portions_clear(&p);
}

// Steps in which a rank takes what its rows cost it.
static void run_steps(ls_portions *p, const int64_t *costs, int64_t *counts)
{
  ls_shared_ride rides[RANKS] = {{0}};

  for (int step = 0; step < STEPS; step++) {
    find_all(p, RANKS, whole, counts);
    for (int rank = 0; rank < RANKS; rank++) {
      rides[rank].nanoseconds = 100 + counts[rank] * costs[rank];
    }
    ls_portions_follow(p, rides);
  }
}

static void who_is_slow_gets_less(void **state)
{
  (void)state;
  const int64_t costs[RANKS] = {1000, 1500, 1000}; // 12, 8 and 12 take as long
  int64_t counts[RANKS];
  ls_portions p;

  assert_int_equal(ls_portions_init(&p, RANKS, true), LS_OK);
  run_steps(&p, costs, counts);
  assert_in_range(counts[0], 11, 13);
  assert_in_range(counts[1], 8, 9);
  // And no longer when it is as quick as the others.
  run_steps(&p, (const int64_t[]){1000, 1000, 1000}, counts);
  assert_in_range(counts[1], 10, 11);
  ls_portions_clear(&p);
}

static void nobody_is_left_with_nothing(void **state)
{
  (void)state;
  int64_t counts[RANKS];
  ls_portions p;

  assert_int_equal(ls_portions_init(&p, RANKS, true), LS_OK);
  run_steps(&p, (const int64_t[]){1000, 1000, 1000000}, counts);
  assert_in_range(counts[2], 2, 3);
  run_steps(&p, (const int64_t[]){1000, 1000, 1000}, counts);
  assert_in_range(counts[2], 10, 11);
  ls_portions_clear(&p);
}

static void one_late_rank_is_no_slow_one(void **state)
{
  (void)state;
  ls_shared_ride rides[RANKS] = {
      {.nanoseconds = 10000}, {.nanoseconds = INT64_C(1) << 50}, {.nanoseconds = 9000}};
  int64_t counts[RANKS];
  ls_portions p;

  assert_int_equal(ls_portions_init(&p, RANKS, true), LS_OK);
  ls_portions_follow(&p, rides);
  find_all(&p, RANKS, whole, counts);
  assert_in_range(counts[1], 10, 11);
  ls_portions_clear(&p);
}

static void without_all_times_nothing_changes(void **state)
{
  (void)state;
  ls_shared_ride rides[RANKS] = {{.nanoseconds = 10}, {.nanoseconds = 1000}, {0}};
  ls_portions p;

  assert_int_equal(ls_portions_init(&p, RANKS, true), LS_OK);
  ls_portions_follow(&p, rides);
  for (int rank = 0; rank < RANKS; rank++) {
    assert_int_equal(p.of[rank], LS_PORTIONS_ALL / RANKS);
  }
  ls_portions_clear(&p);
}

// Ranks that take turns on cores say nothing about these.
static void portions_may_stay_equal(void **state)
{
  (void)state;
  int64_t counts[RANKS];
  ls_portions p;

  assert_int_equal(ls_portions_init(&p, RANKS, false), LS_OK);
  run_steps(&p, (const int64_t[]){1000, 5000, 1000}, counts);
  assert_int_equal(counts[1], 10);
  ls_portions_clear(&p);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(portions_begin_equal),
      cmocka_unit_test(who_is_slow_gets_less),
      cmocka_unit_test(nobody_is_left_with_nothing),
      cmocka_unit_test(one_late_rank_is_no_slow_one),
      cmocka_unit_test(without_all_times_nothing_changes),
      cmocka_unit_test(portions_may_stay_equal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
