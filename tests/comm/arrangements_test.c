#include "everywhere.h"
#include "reduction_suite.h"

// All ranks as nodes of their own, and nodes of different sizes.
static const char *const nodes_of[][2] = {
    [4] = {"1,1,1,1", "1,1,2"},           [5] = {"1,1,1,1,1", "2,1,1,1"},
    [6] = {"1,1,1,1,1,1", "3,1,2"},       [7] = {"1,1,1,1,1,1,1", "2,1,1,2,1"},
    [8] = {"1,1,1,1,1,1,1,1", "3,1,2,2"},
};

static void run_bands(int radix, int shards, int64_t band)
{
  for (int i = 0; i < 2; i++) {
    reduction_suite(&(reduction_case){.fake_nodes = nodes_of[everywhere_size()][i],
                                      .shards = shards,
                                      .count = 701,
                                      .block = 16,
                                      .band = band,
                                      .exchange = LS_EXCHANGE_ROUNDS,
                                      .radix = radix});
  }
}

static void run(int radix, int shards)
{
  run_bands(radix, shards, 0);
}

static void halving_has_the_canonical_bits(void **state)
{
  (void)state;
  run(2, 8);
}

static void thirds_have_the_canonical_bits(void **state)
{
  (void)state;
  run(3, 13);
}

static void one_stage_has_the_canonical_bits(void **state)
{
  (void)state;
  run(8, 8);
}

static void pieces_shorter_than_a_block_have_the_canonical_bits(void **state)
{
  (void)state;
  for (int radix = 2; radix <= 7; radix++) {
    reduction_suite(
        &(reduction_case){.fake_nodes = nodes_of[everywhere_size()][radix % 2],
                          .shards = 8,
                          .count = 1500,
                          .block = 1000,
                          .radix = radix});
  }
}

static void rounds_have_the_canonical_bits(void **state)
{
  (void)state;
  for (int64_t band = 8; band < 400; band *= 3) {
    run_bands(8, 8, band);
    run_bands(8, 13, band);
  }
}

static void bands_in_many_stages_have_the_canonical_bits(void **state)
{
  (void)state;
  run_bands(2, 8, 16);
}

static void what_need_not_travel_leaves_the_canonical_bits(void **state)
{
  (void)state;
  for (int radix = 2; radix <= 7; radix++) {
    reduction_suite(
        &(reduction_case){.fake_nodes = nodes_of[everywhere_size()][radix % 2],
                          .shards = 13,
                          .count = 1501,
                          .block = 16,
                          .band = radix % 3 * 100,
                          .exchange = LS_EXCHANGE_ROUNDS,
                          .radix = radix,
                          .thin = true});
  }
}

// Slices begin at edges, which are no cache lines, and pieces of them end at any.
static void norms_have_the_canonical_bits(void **state)
{
  (void)state;
  for (int i = 0; i < 24; i++) {
    reduction_suite(
        &(reduction_case){.fake_nodes = nodes_of[everywhere_size()][i % 2],
                          .shards = 8 + i % 3 * 5,
                          .count = 1501,
                          .block = 7 * (1 + i % 5),
                          .exchange = LS_EXCHANGE_SUMS,
                          .radix = 2 + i / 4,
                          .thin = i % 4 < 2,
                          .norms = true,
                          .back = i % 8 < 6 ? LS_BACK_SUMS : LS_BACK_WEIGHTS});
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(halving_has_the_canonical_bits),
      cmocka_unit_test(thirds_have_the_canonical_bits),
      cmocka_unit_test(one_stage_has_the_canonical_bits),
      cmocka_unit_test(pieces_shorter_than_a_block_have_the_canonical_bits),
      cmocka_unit_test(rounds_have_the_canonical_bits),
      cmocka_unit_test(bands_in_many_stages_have_the_canonical_bits),
      cmocka_unit_test(what_need_not_travel_leaves_the_canonical_bits),
      cmocka_unit_test(norms_have_the_canonical_bits),
  };

  everywhere_begin();
  int failed = cmocka_run_group_tests_name("arrangements", tests, NULL, NULL);
  everywhere_end();
  return failed;
}
