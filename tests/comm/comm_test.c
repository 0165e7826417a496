#include "base/alloc.h"
#include "everywhere.h"
#include "lockstep/comm.h"
#include "lockstep/span.h"

#include <stdio.h>
#include <string.h>

static ls_comm *comm;

static int is_open(void **state)
{
  (void)state;
  return comm ? 0 : 1;
}

static void agree_passes_where_nobody_fails(void **state)
{
  (void)state;
  (void)ls_fail(LS_E_IO, "an older failure");

  assert_everywhere(ls_comm_agree(comm, LS_OK) == LS_OK);
}

// Each rank that fails has its own status and text.
static ls_status fail_here(int rank)
{
  return ls_fail(rank % 2 ? LS_E_IO : LS_E_FORMAT, "the file of %d", rank);
}

static void agree_gives_every_rank_the_first_failure(void **state)
{
  int rank = ls_comm_rank(comm);
  char expected[64];

  (void)state;
  for (int first = 0; first < ls_comm_size(comm); first++) {
    ls_status status = ls_comm_agree(comm, rank >= first ? fail_here(rank) : LS_OK);
    assert_everywhere(status == (first % 2 ? LS_E_IO : LS_E_FORMAT));
    (void)snprintf(expected, sizeof expected, "rank %d: the file of %d", first, first);
    assert_everywhere(strcmp(ls_status_message(), expected) == 0);
  }
}

static void agree_tells_of_one_rank_alone(void **state)
{
  int rank = ls_comm_rank(comm);
  char expected[64];

  (void)state;
  for (int only = 0; only < ls_comm_size(comm); only++) {
    ls_status status = ls_comm_agree(comm, rank == only ? fail_here(rank) : LS_OK);
    assert_everywhere(status == (only % 2 ? LS_E_IO : LS_E_FORMAT));
    (void)snprintf(expected, sizeof expected, "rank %d: the file of %d", only, only);
    assert_everywhere(strcmp(ls_status_message(), expected) == 0);
  }
}

static void same_passes_equal_bytes(void **state)
{
  (void)state;
  assert_everywhere(ls_comm_same(comm, "digest", 6, "the digest") == LS_OK);
  assert_everywhere(ls_comm_same(comm, "", 0, "nothing") == LS_OK);
}

static void same_names_the_rank_that_differs(void **state)
{
  int last = ls_comm_size(comm) - 1;
  char bytes[] = "digest";
  char expected[64];

  (void)state;
  if (last == 0) {
    skip();
  }
  bytes[5] = ls_comm_rank(comm) == last ? 'x' : 't';
  assert_everywhere(ls_comm_same(comm, bytes, 6, "the digest") == LS_E_DIVERGED);

  (void)snprintf(expected, sizeof expected, "rank %d: the digest differs from rank 0's",
                 last);
  assert_everywhere(strcmp(ls_status_message(), expected) == 0);
}

static void same_notices_another_length(void **state)
{
  size_t bytes = ls_comm_rank(comm) == ls_comm_size(comm) - 1 ? 5 : 6;

  (void)state;
  if (ls_comm_size(comm) == 1) {
    skip();
  }
  assert_everywhere(ls_comm_same(comm, "digest", bytes, "it") == LS_E_DIVERGED);
  assert_everywhere(ls_comm_same(comm, "digest", ls_comm_rank(comm) ? 6 : 5, "it") ==
                    LS_E_DIVERGED);
}

// Counts below, at and above the number of ranks, and some that it does not divide.
static void collect_gives_everybody_all_runs(void **state)
{
  typedef struct item {
    int64_t index;
    char text[5];
  } item;
  item items[41];

  (void)state;
  for (int64_t count = 0; count <= 41; count++) {
    ls_span own = ls_span_part(count, ls_comm_size(comm), ls_comm_rank(comm));
    memset(items, 0, sizeof items);
    for (int64_t i = own.first; i < own.first + own.count; i++) {
      items[i].index = 100 + i;
    }
    assert_everywhere(ls_comm_collect(comm, items, sizeof *items, count) == LS_OK);
    bool complete = true;
    for (int64_t i = 0; i < count; i++) {
      complete = complete && items[i].index == 100 + i;
    }
    assert_everywhere(complete);
  }
}

static void largest_is_found_element_by_element(void **state)
{
  int rank = ls_comm_rank(comm);
  int size = ls_comm_size(comm);
  double values[3] = {rank, -rank, rank == size / 2 ? 7.0 : -7.0};

  (void)state;
  ls_comm_largest(comm, values, 3);
  assert_everywhere(values[0] == size - 1 && values[1] == 0.0 && values[2] == 7.0);
}

static void means_are_taken_element_by_element(void **state)
{
  int rank = ls_comm_rank(comm);
  int size = ls_comm_size(comm);
  double values[3] = {2.0 * rank, -2.0 * rank, 0.5};

  (void)state;
  ls_comm_mean(comm, values, 3);
  assert_everywhere(values[0] == size - 1 && values[1] == 1 - size && values[2] == 0.5);
}

static void broadcasts_come_from_the_first_rank(void **state)
{
  int all = ls_comm_rank(comm) + 10;
  int node = ls_comm_node_rank(comm) + 20;

  (void)state;
  ls_comm_broadcast(comm, &all, sizeof all);
  ls_comm_node_broadcast(comm, &node, sizeof node);
  ls_comm_broadcast(comm, NULL, 0);
  assert_everywhere(all == 10 && node == 20);
}

static void fake_nodes_are_runs_of_ranks(void **state)
{
  ls_comm *split = NULL;
  char text[32];
  int size = everywhere_size();
  int first = size - size / 2;

  (void)state;
  if (size == 1) {
    skip();
  }
  (void)snprintf(text, sizeof text, "%d,%d", first, size - first);
  assert_everywhere(ls_comm_create(&split, text) == LS_OK);
  bool second = everywhere_rank() >= first;
  assert_everywhere(ls_comm_rank(split) == everywhere_rank());
  assert_everywhere(ls_comm_node_count(split) == 2);
  assert_everywhere(ls_comm_node_index(split) == second);
  assert_everywhere(ls_comm_node_rank(split) == everywhere_rank() - second * first);
  assert_everywhere(ls_comm_node_size(split) == (second ? size - first : first));
  ls_comm_destroy(split);
}

static void fake_nodes_that_do_not_add_up_are_refused(void **state)
{
  const char *const texts[] = {"",   "0",   "x",  "9",          "1,",
                               ",1", "1;1", "-1", "1,1,1,1,1,1"};

  (void)state;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    ls_comm *none = NULL;
    assert_everywhere(ls_comm_create(&none, texts[i]) == LS_E_ARG);
    assert_everywhere(none == NULL);
    assert_everywhere(strstr(ls_status_message(), "--fake-nodes") != NULL);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(agree_passes_where_nobody_fails),
      cmocka_unit_test(agree_gives_every_rank_the_first_failure),
      cmocka_unit_test(agree_tells_of_one_rank_alone),
      cmocka_unit_test(same_passes_equal_bytes),
      cmocka_unit_test(same_names_the_rank_that_differs),
      cmocka_unit_test(same_notices_another_length),
      cmocka_unit_test(collect_gives_everybody_all_runs),
      cmocka_unit_test(largest_is_found_element_by_element),
      cmocka_unit_test(means_are_taken_element_by_element),
      cmocka_unit_test(broadcasts_come_from_the_first_rank),
      cmocka_unit_test(fake_nodes_are_runs_of_ranks),
      cmocka_unit_test(fake_nodes_that_do_not_add_up_are_refused),
  };

  everywhere_begin();
  ls_status status = ls_comm_create(&comm, NULL);
  int failed =
      status == LS_OK ? cmocka_run_group_tests_name("comm", tests, is_open, NULL) : 1;
  ls_comm_destroy(comm);
  failed += ls_alloc_live() != 0;
  everywhere_end();
  return failed;
}
