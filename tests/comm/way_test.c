#include "comm/way.h"
#include "unit.h"

// The reference network on some nodes with a rank each.
enum { PARAMETERS = 101888, ROW_FLOATS = 272, SHARDS = 8 };
static const double GIGABIT = 119e6, CABLE = 1.7e9, INFINIBAND = 12e9;

static ls_way_nodes nodes(int count)
{
  return (ls_way_nodes){
      .count = count, .ranks = count, .least_ranks = 1, .most_ranks = 1};
}

static ls_reduction_config batch_of(int rows)
{
  return (ls_reduction_config){
      .count = PARAMETERS,
      .shards = SHARDS,
      .band = 1000,
      .rows = {.bytes = (size_t)rows * 1000 * sizeof(float),
               .shard_bytes = (size_t)rows / SHARDS * ROW_FLOATS * sizeof(float),
               .count = rows,
               .products = (double)rows * PARAMETERS}};
}

// Between two nodes: a letter takes what its bytes do, and some latency.
static ls_reduction_exchange choose_of(const ls_way_nodes *some,
                                       const ls_reduction_config *config, double rate,
                                       double latency)
{
  const ls_way_network network = {rate,
                                  latency + ls_way_letter_bytes(some, config) / rate};
  return ls_way_choose(some, config, &network);
}

static ls_reduction_exchange choose(int node_count, int rows, double rate,
                                    double latency)
{
  const ls_way_nodes some = nodes(node_count);
  const ls_reduction_config config = batch_of(rows);

  return choose_of(&some, &config, rate, latency);
}

static void small_batches_send_rows(void **state)
{
  (void)state;
  assert_int_equal(choose(2, 32, CABLE, 20e-6), LS_EXCHANGE_ROWS);
  assert_int_equal(choose(8, 32, CABLE, 20e-6), LS_EXCHANGE_ROWS);
}

static void large_batches_send_sums(void **state)
{
  (void)state;
  assert_int_equal(choose(2, 2048, GIGABIT, 40e-6), LS_EXCHANGE_ROUNDS);
  assert_int_equal(choose(2, 512, CABLE, 20e-6), LS_EXCHANGE_SUMS);
  assert_int_equal(choose(8, 512, INFINIBAND, 2e-6), LS_EXCHANGE_SUMS);
}

static void what_takes_longer_to_send_than_to_compute_is_computed(void **state)
{
  (void)state;
  assert_int_equal(choose(2, 32, GIGABIT, 40e-6), LS_EXCHANGE_FLAGS);
  assert_int_equal(choose(2, 32, CABLE, 60e-6), LS_EXCHANGE_FLAGS);
  assert_int_equal(choose(8, 32, GIGABIT, 40e-6), LS_EXCHANGE_FLAGS);
  assert_int_equal(choose(2, 512, GIGABIT, 40e-6), LS_EXCHANGE_FLAGS);
}

static void a_node_of_many_ranks_had_better_compute(void **state)
{
  const ls_reduction_config config = batch_of(32);
  ls_way_nodes some = {.count = 2, .ranks = 8, .least_ranks = 4, .most_ranks = 4};

  (void)state;
  assert_int_equal(choose_of(&some, &config, CABLE, 20e-6), LS_EXCHANGE_FLAGS);
  some = (ls_way_nodes){.count = 2, .ranks = 8, .least_ranks = 1, .most_ranks = 7};
  assert_int_equal(choose_of(&some, &config, CABLE, 20e-6), LS_EXCHANGE_ROWS);
}

static void nothing_is_said_of_products_that_nobody_knows(void **state)
{
  const ls_way_nodes some = nodes(2);
  ls_reduction_config config = batch_of(32);

  (void)state;
  config.rows.products = 0;
  assert_int_equal(choose_of(&some, &config, GIGABIT, 0.0), LS_EXCHANGE_ROWS);
  assert_int_equal(choose_of(&some, &config, GIGABIT, 1.0), LS_EXCHANGE_ROUNDS);
}

static void flags_are_told_every_few_milliseconds(void **state)
{
  ls_reduction_config config = batch_of(32);

  (void)state;
  assert_int_equal(ls_way_steps_between_flags(1, &config), 18);
  assert_int_equal(ls_way_steps_between_flags(2, &config), 36);
  assert_int_equal(ls_way_steps_between_flags(8, &config), 64);
  config = batch_of(4096);
  assert_int_equal(ls_way_steps_between_flags(1, &config), 1);
  config.rows.products = 0;
  assert_int_equal(ls_way_steps_between_flags(1, &config), 1);
}

// Letters of 512 rows are shorter than sums, but not than those that are not zero.
static void rounds_that_leave_zeros_out_are_preferred(void **state)
{
  const ls_way_nodes some = nodes(4);
  ls_reduction_config config = batch_of(512);

  (void)state;
  config.rows.shard_bytes = 512 / SHARDS * 144 * sizeof(float);
  config.rows.products *= 1.5;
  assert_int_equal(choose_of(&some, &config, GIGABIT, 0.0), LS_EXCHANGE_ROWS);
  config.thin = true;
  assert_int_equal(choose_of(&some, &config, GIGABIT, 0.0), LS_EXCHANGE_ROUNDS);
}

static void one_node_shares_few_rows(void **state)
{
  const ls_way_nodes some = {.count = 1, .ranks = 2, .least_ranks = 2, .most_ranks = 2};
  ls_reduction_config config = batch_of(256);

  (void)state;
  assert_int_equal(choose_of(&some, &config, CABLE, 0.0), LS_EXCHANGE_ROWS);
  config = batch_of(257);
  assert_int_equal(choose_of(&some, &config, CABLE, 0.0), LS_EXCHANGE_SUMS);
  config.exchange = LS_EXCHANGE_ROWS;
  assert_int_equal(choose_of(&some, &config, CABLE, 0.0), LS_EXCHANGE_ROWS);
}

static void what_is_asked_for_is_taken_if_it_can_be(void **state)
{
  const ls_way_nodes some = nodes(2);
  ls_reduction_config config = batch_of(32);

  (void)state;
  config.exchange = LS_EXCHANGE_SUMS;
  assert_int_equal(choose_of(&some, &config, GIGABIT, 0.0), LS_EXCHANGE_SUMS);
  config.exchange = LS_EXCHANGE_ROWS;
  assert_int_equal(choose_of(&some, &config, INFINIBAND, 0.0), LS_EXCHANGE_ROWS);
  config = batch_of(32);
  config.rows.shard_bytes = 0; // rows stay on their node
  assert_int_equal(choose_of(&some, &config, INFINIBAND, 0.0), LS_EXCHANGE_SUMS);
  config.exchange = LS_EXCHANGE_FLAGS;
  assert_int_equal(choose_of(&some, &config, INFINIBAND, 0.0), LS_EXCHANGE_FLAGS);
}

// So many letters at once, or one of more bytes than MPI counts, were never tried.
static void too_many_or_too_long_letters_are_not_sent(void **state)
{
  ls_reduction_config config = batch_of(32);
  ls_way_nodes some = nodes(64);

  (void)state;
  config.shards = 1024;
  config.rows.shard_bytes = 64;
  config.rows.products = 5e7;
  assert_int_equal(choose_of(&some, &config, GIGABIT, 0.0), LS_EXCHANGE_ROWS);
  some = nodes(65);
  assert_int_not_equal(choose_of(&some, &config, GIGABIT, 0.0), LS_EXCHANGE_ROWS);
  some = nodes(2);
  config.exchange = LS_EXCHANGE_ROWS;
  config.rows.shard_bytes = (size_t)1 << 22;
  assert_int_equal(choose_of(&some, &config, GIGABIT, 0.0), LS_EXCHANGE_SUMS);
}

// Then no node has a sum that others could use, however fast they are.
static void one_leaf_leaves_sums_no_choice(void **state)
{
  ls_reduction_config config = batch_of(512);
  ls_way_nodes some = nodes(8);

  (void)state;
  config.rows.one_leaf = true;
  assert_int_equal(choose_of(&some, &config, INFINIBAND, 0.0), LS_EXCHANGE_ROWS);
  assert_int_equal(choose_of(&some, &config, INFINIBAND, 0.1), LS_EXCHANGE_FLAGS);
  config.exchange = LS_EXCHANGE_SUMS;
  assert_int_equal(choose_of(&some, &config, INFINIBAND, 0.0), LS_EXCHANGE_ROWS);
  some = nodes(1);
  assert_int_equal(choose_of(&some, &config, CABLE, 0.0), LS_EXCHANGE_ROWS);
  config.exchange = LS_EXCHANGE_FLAGS; // there is nobody to tell
  assert_int_equal(choose_of(&some, &config, CABLE, 0.0), LS_EXCHANGE_ROWS);
}

// It sends nothing, but a slice of rows is updated while it is computed.
static void one_rank_does_as_many_do(void **state)
{
  const ls_way_nodes some = nodes(1);
  ls_reduction_config config = batch_of(256);

  (void)state;
  assert_int_equal(choose_of(&some, &config, CABLE, 0.0), LS_EXCHANGE_ROWS);
  config = batch_of(257);
  assert_int_equal(choose_of(&some, &config, CABLE, 0.0), LS_EXCHANGE_SUMS);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(small_batches_send_rows),
      cmocka_unit_test(large_batches_send_sums),
      cmocka_unit_test(what_takes_longer_to_send_than_to_compute_is_computed),
      cmocka_unit_test(a_node_of_many_ranks_had_better_compute),
      cmocka_unit_test(nothing_is_said_of_products_that_nobody_knows),
      cmocka_unit_test(flags_are_told_every_few_milliseconds),
      cmocka_unit_test(rounds_that_leave_zeros_out_are_preferred),
      cmocka_unit_test(one_node_shares_few_rows),
      cmocka_unit_test(what_is_asked_for_is_taken_if_it_can_be),
      cmocka_unit_test(too_many_or_too_long_letters_are_not_sent),
      cmocka_unit_test(one_leaf_leaves_sums_no_choice),
      cmocka_unit_test(one_rank_does_as_many_do),
  };

  return cmocka_run_group_tests_name("way", tests, NULL, NULL);
}
