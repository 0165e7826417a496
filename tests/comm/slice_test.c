#include "comm/slice.h"
#include "unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct edge_list {
  const char *name;
  int count;
  int64_t edges[12];
} edge_list;

static const edge_list lists[] = {
    {"fine", 11, {0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100}},
    {"uneven", 7, {0, 1, 2, 50, 51, 999, 1000}},
    {"one block", 2, {0, 1024}},
    {"two blocks", 3, {0, 1008, 1024}},
};

enum { LIST_COUNT = sizeof lists / sizeof *lists };

static bool is_edge(const edge_list *list, int64_t place)
{
  for (int i = 0; i < list->count; i++) {
    if (list->edges[i] == place) {
      return true;
    }
  }
  return false;
}

// Slices of a piece follow each other, fill it, and are cut at edges only.
static void check_slices(const edge_list *list, ls_span piece, int parts)
{
  int64_t next = piece.first;

  for (int i = 0; i < parts; i++) {
    ls_span slice = ls_slice_cut(list->edges, list->count, piece, parts, i);
    if (slice.first != next || slice.count < 0 || !is_edge(list, slice.first)) {
      fail_msg("%s, slice %d of %d: [%lld, +%lld), expected to begin at %lld",
               list->name, i, parts, (long long)slice.first, (long long)slice.count,
               (long long)next);
    }
    next = slice.first + slice.count;
  }
  assert_int_equal(next, piece.first + piece.count);
}

static ls_span whole_of(const edge_list *list)
{
  return (ls_span){0, list->edges[list->count - 1]};
}

static void slices_fill_the_vector_in_order_and_begin_at_edges(void **state)
{
  (void)state;
  for (int i = 0; i < LIST_COUNT; i++) {
    for (int parts = 1; parts <= 17; parts++) {
      check_slices(&lists[i], whole_of(&lists[i]), parts);
    }
  }
}

// Between nodes a slice is cut once more.
static void a_slice_is_cut_like_the_vector(void **state)
{
  (void)state;
  for (int i = 0; i < LIST_COUNT; i++) {
    const edge_list *list = &lists[i];
    for (int parts = 1; parts <= 5; parts++) {
      for (int index = 0; index < parts; index++) {
        ls_span slice =
            ls_slice_cut(list->edges, list->count, whole_of(list), parts, index);
        check_slices(list, slice, 1);
        check_slices(list, slice, 3);
      }
    }
  }
}

static void slices_are_nearly_equal_where_edges_allow(void **state)
{
  (void)state;
  for (int i = 0; i < 5; i++) {
    ls_span slice =
        ls_slice_cut(lists[0].edges, lists[0].count, (ls_span){0, 100}, 5, i);
    assert_int_equal(slice.first, 20 * i);
    assert_int_equal(slice.count, 20);
  }
}

static void too_few_edges_leave_slices_empty(void **state)
{
  int empty = 0;

  (void)state;
  for (int i = 0; i < 4; i++) {
    ls_span slice = ls_slice_cut(lists[2].edges, 2, (ls_span){0, 1024}, 4, i);
    empty += ls_span_is_empty(slice);
  }
  assert_int_equal(empty, 3);
}

static void without_edges_slices_are_cut_between_cache_lines(void **state)
{
  const ls_span vector = {0, 1003};

  (void)state;
  for (int parts = 1; parts <= 100; parts++) {
    int64_t next = 0;
    for (int i = 0; i < parts; i++) {
      ls_span slice = ls_slice_cut(NULL, 0, vector, parts, i);
      assert_int_equal(slice.first, next);
      assert_true(slice.first % 16 == 0 || slice.first == vector.count);
      assert_true(llabs(slice.count - vector.count / parts) <= 16);
      next = slice.first + slice.count;
    }
    assert_int_equal(next, vector.count);
  }
}

static void a_slice_without_edges_is_cut_once_more(void **state)
{
  (void)state;
  for (int i = 0; i < 5; i++) {
    ls_span slice = ls_slice_cut(NULL, 0, (ls_span){0, 1003}, 5, i);
    int64_t next = slice.first;
    for (int j = 0; j < 20; j++) {
      ls_span part = ls_slice_cut(NULL, 0, slice, 20, j);
      assert_int_equal(part.first, next);
      next = part.first + part.count;
    }
    assert_int_equal(next, slice.first + slice.count);
  }
}

// What the blocks of a slice cost together.
static double cost_of(const edge_list *list, const double *costs, ls_span slice)
{
  double sum = 0.0;

  for (int i = 0; i + 1 < list->count; i++) {
    bool inside =
        list->edges[i] >= slice.first && list->edges[i] < slice.first + slice.count;
    sum += inside ? costs[i] : 0.0;
  }
  return sum;
}

// Slices follow each other, and none is further than a block from its share.
static void check_costs(const edge_list *list, const double *costs, double largest)
{
  const double all = cost_of(list, costs, whole_of(list));

  for (int parts = 1; parts <= 17; parts++) {
    int64_t next = 0;
    for (int i = 0; i < parts; i++) {
      ls_span slice = ls_slice_cut_by_cost(list->edges, list->count, costs, parts, i);
      assert_int_equal(slice.first, next);
      assert_true(slice.count >= 0 && is_edge(list, slice.first));
      assert_true(fabs(cost_of(list, costs, slice) - all / parts) <= largest);
      next = slice.first + slice.count;
    }
    assert_int_equal(next, list->edges[list->count - 1]);
  }
}

static void slices_by_cost_cost_nearly_the_same(void **state)
{
  static const double equal[] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  static const double middle[] = {0, 0, 1, 5, 9, 9, 5, 1, 0, 0};
  static const double nothing[10] = {0};

  (void)state;
  check_costs(&lists[0], equal, 1);
  check_costs(&lists[0], middle, 9);
  check_costs(&lists[0], nothing, 0);
  check_costs(&lists[1], middle, 9);
  check_costs(&lists[2], equal, 1);
}

static void of_two_halves_by_cost_the_cheap_end_is_the_longer(void **state)
{
  static const double rising[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

  (void)state;
  ls_span first = ls_slice_cut_by_cost(lists[0].edges, lists[0].count, rising, 2, 0);
  assert_int_equal(first.count, 70); // 28 of 55; 60 would be 21
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slices_fill_the_vector_in_order_and_begin_at_edges),
      cmocka_unit_test(a_slice_is_cut_like_the_vector),
      cmocka_unit_test(slices_are_nearly_equal_where_edges_allow),
      cmocka_unit_test(too_few_edges_leave_slices_empty),
      cmocka_unit_test(without_edges_slices_are_cut_between_cache_lines),
      cmocka_unit_test(a_slice_without_edges_is_cut_once_more),
      cmocka_unit_test(slices_by_cost_cost_nearly_the_same),
      cmocka_unit_test(of_two_halves_by_cost_the_cheap_end_is_the_longer),
  };
  return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
