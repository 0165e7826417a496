#include "base/alloc.h"
#include "comm/comm_private.h"
#include "everywhere.h"
#include "lockstep/reduction.h"
#include "reduction_bench.h"
#include "reduction_suite.h"

#include <string.h>
#include <time.h>

// Pretended nodes for each number of ranks; NULL is the machine as it is.
static const char *const nodes_of[][8] = {
    {0},
    {"1"},
    {"1,1", "2"},
    {"2,1", "1,2", "1,1,1"},
    {"2,2", "3,1", "1,3", "1,2,1", "1,1,1,1"},
    {"3,2", "2,3", "1,4", "4,1", "2,1,2", "1,1,1,1,1"},
};

// One after another: as the machine is, then each pretended division.
static void run_on_all_nodes(reduction_case c)
{
  const char *const *nodes = nodes_of[everywhere_size()];

  c.fake_nodes = NULL;
  reduction_suite(&c);
  for (int i = 0; nodes[i]; i++) {
    c.fake_nodes = nodes[i];
    reduction_suite(&c);
  }
}

static void the_ordered_sum_has_the_canonical_bits(void **state)
{
  (void)state;
  // 2,001 floats are divided by nothing; a chunk is 1,024.
  run_on_all_nodes((reduction_case){.shards = 8, .count = 2001, .block = 16});
}

static void bands_of_any_width_have_the_canonical_bits(void **state)
{
  (void)state;
  for (int64_t band = 1; band < 3000; band *= 7) {
    run_on_all_nodes((reduction_case){.shards = 8,
                                      .count = 2001,
                                      .block = 16,
                                      .band = band,
                                      .exchange = LS_EXCHANGE_ROUNDS});
  }
}

// Between nodes, where a message is limited.
static void wide_bands_are_several_messages(void **state)
{
  (void)state;
  run_on_all_nodes((reduction_case){.shards = 8,
                                    .count = 40000,
                                    .block = 1000,
                                    .band = 30000,
                                    .exchange = LS_EXCHANGE_ROUNDS});
  run_on_all_nodes((reduction_case){
      .shards = 8, .count = 40000, .block = 1000, .exchange = LS_EXCHANGE_SUMS});
}

static void run_thin(reduction_case c, ls_reduction_exchange exchange)
{
  c.thin = true;
  c.exchange = exchange;
  run_on_all_nodes(c);
}

static void what_need_not_travel_leaves_the_canonical_bits(void **state)
{
  (void)state;
  for (int64_t band = 0; band < 3000; band = 7 * band + 50) {
    run_thin((reduction_case){.shards = 8, .count = 2001, .block = 16, .band = band},
             LS_EXCHANGE_ROUNDS);
  }
  run_thin((reduction_case){.shards = 13, .count = 40000, .block = 1000, .band = 30000},
           LS_EXCHANGE_ROUNDS);
  run_thin((reduction_case){.shards = 8, .count = 40000, .block = 1000},
           LS_EXCHANGE_ROUNDS);
}

static void sums_at_once_leave_the_canonical_bits_without_zeros(void **state)
{
  static const int64_t counts[] = {1, 100, 1024, 2001, 4096, 40000};

  (void)state;
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    reduction_case c = {
        .shards = 8 + 5 * (int)(i % 2), .count = counts[i], .block = 100};
    run_thin(c, LS_EXCHANGE_SUMS);
    c.band = 500;
    run_thin(c, LS_EXCHANGE_SUMS);
  }
}

static void sums_that_are_not_split_have_the_canonical_bits(void **state)
{
  reduction_case c = {
      .shards = 8, .count = 2001, .block = 16, .exchange = LS_EXCHANGE_SUMS};

  (void)state;
  for (c.radix = 1; c.radix <= 2; c.radix++) {
    run_on_all_nodes(c);
    run_thin(c, LS_EXCHANGE_SUMS);
    c.norms = true;
    run_on_all_nodes(c);
    run_thin(c, LS_EXCHANGE_SUMS);
    c.norms = false;
  }
}

static void sums_filled_where_they_are_sent_from_have_the_canonical_bits(void **state)
{
  static const int64_t counts[] = {1, 100, 1024, 2001, 40000};

  (void)state;
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    reduction_case c = {
        .shards = 8, .count = counts[i], .block = 100, .radix = 1, .filled = true};
    run_thin(c, LS_EXCHANGE_SUMS);
    c.norms = true;
    run_thin(c, LS_EXCHANGE_SUMS);
  }
}

// Where that is the sum that both of two nodes send each other.
static void two_ranks_of_a_node_each_fill_where_they_send_from(void **state)
{
  reduction_case c = {.fake_nodes = "1,1",
                      .shards = 8,
                      .count = 2001,
                      .block = 100,
                      .radix = 1,
                      .exchange = LS_EXCHANGE_SUMS,
                      .thin = true,
                      .filled = true};
  bench b;

  (void)state;
  if (everywhere_size() != 2) {
    return;
  }
  for (int i = 0; i < 2; i++, c.shards = 13) { // of six shards there are two sums
    bench_open(&b, &c);
    (void)bench_step(&b, 0, 0);
    const int filled = b.thin_fills;
    bench_close(&b);
    assert_everywhere(filled == (i == 0));
  }
}

static void run_norms(reduction_case c)
{
  static const ls_reduction_back backs[] = {LS_BACK_WEIGHTS, LS_BACK_SUMS};

  c.norms = true;
  for (size_t i = 0; i < sizeof backs / sizeof *backs; i++) {
    c.back = backs[i];
    run_on_all_nodes(c);
    run_thin(c, LS_EXCHANGE_SUMS);
  }
}

static void norms_have_the_canonical_bits(void **state)
{
  reduction_case c = {
      .shards = 13, .count = 12000, .block = 1000, .band = 3000, .norms = true};

  (void)state;
  run_norms((reduction_case){.shards = 8, .count = 2001, .block = 7, .radix = 2});
  run_norms((reduction_case){.shards = 8, .count = 2001, .block = 7, .radix = 8});
  run_norms((reduction_case){.shards = 8, .count = 1500, .block = 1000, .radix = 8});
  run_on_all_nodes(c);
  run_thin(c, LS_EXCHANGE_SUMS);
  run_thin(c, LS_EXCHANGE_ROUNDS);
}

static void common_rows_have_the_canonical_bits(void **state)
{
  (void)state;
  for (int64_t band = 0; band < 3000; band += 1400) {
    run_on_all_nodes((reduction_case){.shards = 8,
                                      .count = 2001,
                                      .block = 16,
                                      .band = band,
                                      .common = true,
                                      .exchange = LS_EXCHANGE_ROWS});
  }
  run_on_all_nodes((reduction_case){.shards = 13,
                                    .count = 333,
                                    .block = 7,
                                    .common = true,
                                    .exchange = LS_EXCHANGE_ROWS});
}

static void bands_that_anybody_may_claim_have_the_canonical_bits(void **state)
{
  reduction_case c = {.shards = 8,
                      .count = 2001,
                      .block = 16,
                      .anywhere = true,
                      .common = true,
                      .exchange = LS_EXCHANGE_ROWS};

  (void)state;
  run_on_all_nodes(c);
  c.band = 50;
  run_on_all_nodes(c);
  c.exchange = LS_EXCHANGE_FLAGS;
  run_on_all_nodes(c);
}

static void nodes_that_work_apart_have_the_canonical_bits(void **state)
{
  (void)state;
  for (int shards = 8; shards < 14; shards += 5) {
    reduction_case c = {.shards = shards,
                        .count = 2001,
                        .block = 16,
                        .band = 1400,
                        .exchange = LS_EXCHANGE_FLAGS};
    run_on_all_nodes(c);
    c.common = true;
    run_on_all_nodes(c);
  }
}

static void what_is_quickest_has_the_canonical_bits(void **state)
{
  (void)state;
  run_on_all_nodes((reduction_case){
      .shards = 8, .count = 2001, .block = 16, .band = 100, .common = true});
}

static void odd_numbers_of_shards_have_the_canonical_bits(void **state)
{
  (void)state;
  run_on_all_nodes((reduction_case){.shards = 5, .count = 333, .block = 7});
  run_on_all_nodes((reduction_case){.shards = 13, .count = 333, .block = 7});
}

static void coarse_edges_leave_ranks_without_a_slice(void **state)
{
  (void)state;
  run_on_all_nodes((reduction_case){.shards = 8, .count = 1500, .block = 1000});
  run_on_all_nodes((reduction_case){.shards = 8, .count = 100, .block = 100});
}

static void one_float_is_enough(void **state)
{
  (void)state;
  run_on_all_nodes((reduction_case){.shards = 8, .count = 1, .block = 1});
  run_norms((reduction_case){.shards = 8, .count = 1, .block = 1, .radix = 2});
  run_norms((reduction_case){.shards = 13, .count = 1, .block = 1, .radix = 8});
}

static void plain_allreduce_is_right_to_rounding(void **state)
{
  reduction_case c = {
      .kind = LS_REDUCTION_MPI, .shards = 8, .count = 2001, .block = 16};

  (void)state;
  run_on_all_nodes(c);
  c.shards = 13;
  run_on_all_nodes(c);
}

static void more_ranks_than_shards_are_refused_everywhere(void **state)
{
  const int64_t edges[] = {0, 8};
  ls_reduction *none = NULL;
  ls_comm *comm = NULL;
  ls_reduction_config config = {
      .count = 8, .edges = edges, .edge_count = 2, .shards = everywhere_size() - 1};

  (void)state;
  if (everywhere_size() == 1) {
    skip();
  }
  assert_everywhere(ls_comm_create(&comm, NULL) == LS_OK);
  assert_everywhere(ls_reduction_create(&none, comm, &config) == LS_E_ARG);
  assert_everywhere(none == NULL);
  assert_everywhere(strstr(ls_status_message(), "--shards") != NULL);
  ls_comm_destroy(comm);
}

// Unless ranks take turns on cores, when times tell nothing about them.
static void who_is_slow_gets_fewer_rows(void **state)
{
  enum { SHARDS = 8, STEPS = 50 };
  const reduction_case c = {.shards = SHARDS, .count = 64, .block = 16, .common = true};
  int first_row[SHARDS + 1];
  const bool is_slow = everywhere_rank() == everywhere_size() - 1;
  bench b;

  (void)state;
  for (int shard = 0; shard <= SHARDS; shard++) {
    first_row[shard] = 10 * shard;
  }
  bench_open(&b, &c);
  const ls_span before = ls_reduction_portion(b.reduction, first_row);
  for (int step = 0; step < STEPS; step++) {
    const struct timespec pause = {.tv_nsec = is_slow ? 1000000 : 0};
    (void)nanosleep(&pause, NULL);
    (void)bench_step(&b, step, 0);
  }
  const ls_span after = ls_reduction_portion(b.reduction, first_row);
  const bool follows = b.comm->has_core_each && everywhere_size() > 1;
  assert_everywhere(follows && is_slow ? after.count < before.count / 2
                    : follows          ? after.count > before.count
                                       : after.count == before.count);
  bench_close(&b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_ordered_sum_has_the_canonical_bits),
      cmocka_unit_test(bands_of_any_width_have_the_canonical_bits),
      cmocka_unit_test(wide_bands_are_several_messages),
      cmocka_unit_test(what_need_not_travel_leaves_the_canonical_bits),
      cmocka_unit_test(sums_at_once_leave_the_canonical_bits_without_zeros),
      cmocka_unit_test(sums_that_are_not_split_have_the_canonical_bits),
      cmocka_unit_test(sums_filled_where_they_are_sent_from_have_the_canonical_bits),
      cmocka_unit_test(two_ranks_of_a_node_each_fill_where_they_send_from),
      cmocka_unit_test(norms_have_the_canonical_bits),
      cmocka_unit_test(common_rows_have_the_canonical_bits),
      cmocka_unit_test(bands_that_anybody_may_claim_have_the_canonical_bits),
      cmocka_unit_test(who_is_slow_gets_fewer_rows),
      cmocka_unit_test(nodes_that_work_apart_have_the_canonical_bits),
      cmocka_unit_test(what_is_quickest_has_the_canonical_bits),
      cmocka_unit_test(odd_numbers_of_shards_have_the_canonical_bits),
      cmocka_unit_test(coarse_edges_leave_ranks_without_a_slice),
      cmocka_unit_test(one_float_is_enough),
      cmocka_unit_test(plain_allreduce_is_right_to_rounding),
      cmocka_unit_test(more_ranks_than_shards_are_refused_everywhere),
  };

  everywhere_begin();
  int failed = cmocka_run_group_tests_name("reduction", tests, NULL, NULL);
  everywhere_end();
  return failed;
}
