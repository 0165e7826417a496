#include "comm/slice.h"
#include "unit.h"

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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slices_fill_the_vector_in_order_and_begin_at_edges),
      cmocka_unit_test(a_slice_is_cut_like_the_vector),
      cmocka_unit_test(slices_are_nearly_equal_where_edges_allow),
      cmocka_unit_test(too_few_edges_leave_slices_empty),
      cmocka_unit_test(without_edges_slices_are_cut_between_cache_lines),
      cmocka_unit_test(a_slice_without_edges_is_cut_once_more),
  };
  return cmocka_run_group_tests_name("slice", tests, NULL, NULL);
}
