#include "unit.h"

#include "lockstep/schedule_guide.h"

#include "base/alloc.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

// What a rate is at a step: boundaries, ends, cycles, long runs, metrics.

static ls_schedule *make_for(const char *text, const ls_schedule_run *run)
{
  ls_schedule *parsed, *resolved;
  if (ls_schedule_parse(&parsed, text, NULL) != LS_OK ||
      ls_schedule_resolve(&resolved, parsed, run) != LS_OK) {
    fail_msg("%s: %s", text, ls_status_message());
  }
  ls_schedule_destroy(parsed);
  return resolved;
}

// With a base rate of 1, rates are factors.
static ls_schedule *make(const char *text)
{
  return make_for(text, &(ls_schedule_run){1.0, 100, 10});
}

typedef struct expected {
  const char *text;
  int64_t step;
  double factor;
} expected;

static void check(const expected *wants, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    ls_schedule *schedule = make(wants[i].text);
    double got = ls_schedule_at(schedule, wants[i].step, NULL);
    if (!(fabs(got - wants[i].factor) <= 1e-15)) {
      fail_msg("%s at %lld: %.17g, want %.17g", wants[i].text, (long long)wants[i].step,
               got, wants[i].factor);
    }
    ls_schedule_destroy(schedule);
  }
}

#define CHECK(wants) check(wants, sizeof(wants) / sizeof(wants)[0])

static void a_new_stage_rules_from_its_first_step(void **state)
{
  (void)state;
  const expected wants[] = {
      {"constant for 10 then constant(0.5)", 9, 1.0},
      {"constant for 10 then constant(0.5)", 10, 0.5},
      {"warmup for 10 then cosine", 0, 0.1},
      {"warmup for 10 then cosine", 9, 1.0},
      {"warmup for 10 then cosine", 10, 1.0},
      {"warmup for 10 then cosine", 55, 0.5},
      {"constant for 1ep then step(every=1ep, factor=0.5)", 19, 1.0},
      {"constant for 1ep then step(every=1ep, factor=0.5)", 20, 0.5},
      {"multistep(factor=0.1, at=5ep|8ep) * warmup(over=2ep)", 9, 0.5},
      {"multistep(factor=0.1, at=5ep|8ep) * warmup(over=2ep)", 50, 0.1},
      {"multistep(factor=0.5, at=5|5|12)", 5, 0.25},
      {"cosine(over=50) from 25", 0, 0.5},
      {"constant for 20 then linear(1, 0) from 20", 20, 0.8},
      {"constant for 20 then linear(1, 0) from 20", 100, 0.0},
      {"piecewise(values=1|0.5, at=10)", 10, 0.5},
      {"piecewise(values=1|0.5, at=10, side=old)", 10, 1.0},
  };
  CHECK(wants);
}

static void boundaries_are_added_up_and_rounded_once(void **state)
{
  (void)state;
  ls_schedule_run run = {1.0, 10, 5};
  ls_schedule *schedule = make_for(
      "constant for 33.3% then constant for 33.3% then constant for 33.4%", &run);
  assert_int_equal(ls_schedule_stage_get(schedule, 0).end, 3);
  assert_int_equal(ls_schedule_stage_get(schedule, 1).end, 7);
  assert_int_equal(ls_schedule_stage_get(schedule, 2).end, 10);
  ls_schedule_destroy(schedule);

  // 0.5ep of 5 steps each are 2.5, 5, 7.5: halves go up, though 0.7 * 5 is no half.
  schedule = make_for("constant for 0.5ep then constant for 0.5ep then constant for "
                      "0.5ep then constant",
                      &run);
  assert_int_equal(ls_schedule_stage_get(schedule, 0).end, 3);
  assert_int_equal(ls_schedule_stage_get(schedule, 1).end, 5);
  assert_int_equal(ls_schedule_stage_get(schedule, 2).end, 8);
  ls_schedule_destroy(schedule);
}

static void the_last_value_stays_past_the_end(void **state)
{
  (void)state;
  const expected wants[] = {
      {"cosine(end=0.25)", 100, 0.25},
      {"cosine(end=0.25)", INT64_MAX, 0.25},
      {"linear(1, 0) for 10", 10, 0.0},
      {"linear(1, 0) for 10", 50, 0.0},
      {"exponential(rate=0.5) for 3", 2, 0.25},
      {"exponential(rate=0.5) for 3", 3, 0.25},
      {"step(every=5, factor=0.5) for 10", 10, 0.5},
      {"cosine_restarts(first=10) for 10", 1000, 0.5 * (1.0 + cos(0.9 * acos(-1.0)))},
      {"cosine_restarts(cycles=4)", 100, 0.0},
      {"cosine_restarts(cycles=4)", 25, 1.0},
      {"one_cycle", 99, 1.0 / 250000.0},
      {"one_cycle", 100000, 1.0 / 250000.0},
      {"(linear(1, 0.5) for 5 then constant(0.25)) for 5", 7, 0.5},
      {"cosine(over=20) for 10 then constant", 10, 1.0},
      {"exponential(rate=0.5)", 200, pow(0.5, 200)},
      {"linear(0, 1)", INT64_MAX, 1.0},
  };
  CHECK(wants);
}

static void restarts_are_counted_in_integers(void **state)
{
  (void)state;
  const expected wants[] = {
      {"cosine_restarts(first=1, t_mul=3)", 121, 1.0},
      {"cosine_restarts(first=1, t_mul=3)", 29524, 1.0},
      {"cosine_restarts(first=1, t_mul=10)", 111111, 1.0},
      {"cosine_restarts(first=1, t_mul=3)", 120,
       0.5 * (1.0 + cos(acos(-1.0) * 80.0 / 81.0))},
      {"cosine_restarts(first=5, t_mul=2, limit=2)", 15, 0.0},
      {"cosine_restarts(first=10, m_mul=0.5, end=0.2)", 20, 0.4},
      {"cosine_restarts(first=10, top_mul=0.5, end=0.2)", 20, 0.25},
      {"polynomial(over=20, cycle)", 20, 0.0},
      {"polynomial(over=20, cycle)", 21, 0.475},
      {"cyclic(low=0.5, up=10)", 30, 1.0},
      {"cyclic(low=0.5, up=10, mode=triangular2)", 30, 0.75},
      // 3^39 steps and more: a double could not tell these from their neighbours.
      {"cosine_restarts(first=1, t_mul=3)", 6078832729528464400, 1.0},
      {"step(every=9007199254740993, factor=0.5)", 9007199254740992, 1.0},
      {"step(every=9007199254740993, factor=0.5)", 9007199254740993, 0.5},
  };
  CHECK(wants);
}

static void rates_do_not_depend_on_the_length_of_the_run_alone(void **state)
{
  (void)state;
  ls_schedule *shorter = make("warmup for 10 then exponential(rate=0.5, every=20)");
  ls_schedule *longer =
      make_for(ls_schedule_text(shorter), &(ls_schedule_run){1.0, 1000, 77});

  assert_string_equal(ls_schedule_text(shorter), ls_schedule_text(longer));
  for (int64_t step = 0; step < 200; step++) {
    assert_true(ls_schedule_at(shorter, step, NULL) ==
                ls_schedule_at(longer, step, NULL));
  }
  ls_schedule_destroy(shorter);
  ls_schedule_destroy(longer);
}

static void absolute_floors_are_rates(void **state)
{
  (void)state;
  ls_schedule_run run = {0.3, 100, 10};
  ls_schedule *schedule = make_for("cosine(end=0.007abs)", &run);
  ls_schedule *again = make_for(ls_schedule_text(schedule), &run);

  assert_true(fabs(ls_schedule_at(schedule, 100, NULL) - 0.007) <= 1e-18);
  for (int64_t step = 0; step <= 100; step++) {
    assert_true(ls_schedule_at(schedule, step, NULL) ==
                ls_schedule_at(again, step, NULL));
  }
  ls_schedule_destroy(schedule);
  ls_schedule_destroy(again);
}

static void plateau_counts_from_the_start_of_its_stage(void **state)
{
  (void)state;
  // An epoch of 10 steps; the loss never gets better after the first.
  ls_metric_row rows[9];
  for (int i = 0; i < 9; i++) {
    rows[i] = (ls_metric_row){10 * (i + 1), NAN, NAN, i == 5 ? NAN : 1.0, NAN};
  }
  ls_metric_history history = {rows, 9};
  ls_schedule *alone = make("plateau(factor=0.5, patience=1)");
  ls_schedule *later = make("constant for 3ep then plateau(factor=0.5, patience=1)");
  ls_schedule *product = make("plateau(factor=0.5, patience=1) * constant(0.1)");

  assert_true(ls_schedule_needs_history(alone));
  assert_true(ls_schedule_at(alone, 29, &history) == 1.0);
  assert_true(ls_schedule_at(alone, 30, &history) == 0.5);
  assert_true(ls_schedule_at(alone, 50, &history) == 0.25);
  assert_true(ls_schedule_at(alone, 70, &history) == 0.125); // NaN counts as bad
  assert_true(ls_schedule_at(later, 30, &history) == 1.0);   // not the epoch before
  assert_true(ls_schedule_at(later, 59, &history) == 1.0);
  assert_true(ls_schedule_at(later, 60, &history) == 0.5);
  assert_true(ls_schedule_at(product, 30, &history) == 0.05);
  ls_schedule_destroy(alone);
  ls_schedule_destroy(later);
  ls_schedule_destroy(product);
}

static void an_infinite_metric_is_better_than_nothing_only_if_it_can_be(void **state)
{
  (void)state;
  ls_metric_row rows[2] = {{10, NAN, NAN, INFINITY, INFINITY},
                           {20, NAN, NAN, INFINITY, 0.5}};
  ls_metric_history history = {rows, 2};
  ls_schedule *less = make("plateau(factor=0.5, patience=0)");
  ls_schedule *more = make("plateau(val_accuracy, factor=0.5, patience=0)");

  assert_true(ls_schedule_at(less, 10, &history) == 0.5); // as ReduceLROnPlateau
  assert_true(ls_schedule_at(less, 20, &history) == 0.25);
  assert_true(ls_schedule_at(more, 10, &history) == 1.0);
  assert_true(ls_schedule_at(more, 20, &history) == 0.5);
  ls_schedule_destroy(less);
  ls_schedule_destroy(more);
}

static void a_long_run_is_evaluated_quickly_and_without_memory(void **state)
{
  (void)state;
  ls_schedule *schedule = make_for(
      "warmup for 500 then cosine_restarts(first=10, t_mul=1.5) * step(every=1ep)",
      &(ls_schedule_run){0.1, 28125, 1875});
  int64_t allocations = ls_alloc_total();
  clock_t start = clock();
  double sum = 0.0;
  for (int64_t step = 0; step < 28125; step++) {
    sum += ls_schedule_at(schedule, step, NULL);
  }
  double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;

  assert_true(sum > 0.0);
  assert_int_equal(ls_alloc_total(), allocations);
  print_message("28125 steps in %.1f ms\n", 1e3 * seconds);
  assert_true(seconds < 0.2); // a few ms; room for a busy machine and sanitizers
  ls_schedule_destroy(schedule);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_new_stage_rules_from_its_first_step),
      cmocka_unit_test(boundaries_are_added_up_and_rounded_once),
      cmocka_unit_test(the_last_value_stays_past_the_end),
      cmocka_unit_test(restarts_are_counted_in_integers),
      cmocka_unit_test(rates_do_not_depend_on_the_length_of_the_run_alone),
      cmocka_unit_test(absolute_floors_are_rates),
      cmocka_unit_test(plateau_counts_from_the_start_of_its_stage),
      cmocka_unit_test(an_infinite_metric_is_better_than_nothing_only_if_it_can_be),
      cmocka_unit_test(a_long_run_is_evaluated_quickly_and_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
