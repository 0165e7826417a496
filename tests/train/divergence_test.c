/**
 * Copies of the weights that differ in one bit, wherever it is, are found and named.
 */

#include "everywhere.h"
#include "train/divergence.h"

#include <stdio.h>
#include <string.h>

// No multiple of a word, a block or a cache line.
enum { COUNT = 53, STEP = 40 };

typedef struct bench {
  ls_comm *comm;
  ls_divergence_config config;
} bench;

static void open(bench *b, ls_reduction_kind kind, const char *fake_nodes)
{
  const int64_t edges[] = {0, COUNT};

  assert_everywhere(ls_comm_create(&b->comm, fake_nodes) == LS_OK);
  ls_reduction_config reduction = {
      .kind = kind, .count = COUNT, .edges = edges, .edge_count = 2, .shards = 8};
  b->config = (ls_divergence_config){.comm = b->comm,
                                     .count = COUNT,
                                     .copy_per_rank = kind == LS_REDUCTION_MPI,
                                     .resolved = "constant",
                                     .base_rate = 0.1};
  assert_everywhere(ls_reduction_create(&b->config.reduction, b->comm, &reduction) ==
                    LS_OK);
  if (ls_comm_rank(b->comm) == 0) {
    float *weights = ls_reduction_weights(b->config.reduction);
    for (int i = 0; i < COUNT; i++) {
      weights[i] = 0.25f * (float)i;
    }
  }
  ls_reduction_share(b->config.reduction);
}

static void close(bench *b)
{
  ls_reduction_destroy(b->config.reduction);
  ls_comm_destroy(b->comm);
}

static void flip(const bench *b, int place, int bit)
{
  float *weight = ls_reduction_weights(b->config.reduction) + place;
  uint32_t bits = 0;

  memcpy(&bits, weight, sizeof bits);
  bits ^= UINT32_C(1) << bit;
  memcpy(weight, &bits, sizeof bits);
}

static void every_bit_of_every_weight_counts(void **state)
{
  bench b;

  (void)state;
  if (everywhere_size() == 1) {
    skip();
  }
  open(&b, LS_REDUCTION_MPI, NULL);
  assert_everywhere(ls_divergence_check(&b.config, STEP, 0.5f) == LS_OK);
  for (int place = 0; place < COUNT; place++) {
    int odd = place % everywhere_size();
    bool own = ls_comm_rank(b.comm) == odd;
    if (own) {
      flip(&b, place, place % 32);
    }
    assert_everywhere(ls_divergence_check(&b.config, STEP, 0.5f) == LS_E_DIVERGED);
    if (own) {
      flip(&b, place, place % 32);
    }
  }
  assert_everywhere(ls_divergence_check(&b.config, STEP, 0.5f) == LS_OK);
  close(&b);
}

static void two_changes_do_not_hide_each_other(void **state)
{
  bench b;

  (void)state;
  if (everywhere_size() == 1) {
    skip();
  }
  open(&b, LS_REDUCTION_MPI, NULL);
  // In words of the same lane, and in two lanes.
  const int pairs[][2] = {{0, 8}, {0, 2}, {1, 52}, {48, 50}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    for (int at = 0; at < 2 && ls_comm_rank(b.comm) == 0; at++) {
      flip(&b, pairs[i][at], 31);
    }
    assert_everywhere(ls_divergence_check(&b.config, STEP, 0.5f) == LS_E_DIVERGED);
  }
  close(&b);
}

static void the_odd_one_is_named_or_all_without_a_majority(void **state)
{
  bench b;
  char named[64];
  int size = everywhere_size();

  (void)state;
  if (size == 1) {
    skip();
  }
  open(&b, LS_REDUCTION_MPI, NULL);
  if (ls_comm_rank(b.comm) == size - 1) {
    flip(&b, 20, 0);
  }
  assert_everywhere(ls_divergence_check(&b.config, STEP, 0.5f) == LS_E_DIVERGED);
  const char *text = ls_status_message();
  (void)snprintf(named, sizeof named, "rank %d (", size - 1);
  assert_everywhere(strstr(text, "after step 40 differ") && strstr(text, named));
  assert_everywhere((strstr(text, "rank 0 (") != NULL) == (size == 2));
  assert_everywhere(strstr(text, size == 2 ? " from each other" : " from all others") !=
                    NULL);
  close(&b);
}

static void nodes_are_named_by_their_first_rank(void **state)
{
  bench b;

  (void)state;
  if (everywhere_size() != 4) {
    skip();
  }
  open(&b, LS_REDUCTION_ORDERED, "1,2,1");
  assert_everywhere(ls_divergence_check(&b.config, STEP, 0.5f) == LS_OK);
  if (ls_comm_rank(b.comm) == 1) {
    flip(&b, 52, 7);
  }
  assert_everywhere(ls_divergence_check(&b.config, STEP, 0.5f) == LS_E_DIVERGED);
  const char *text = ls_status_message();
  assert_everywhere(strstr(text, "the node of rank 1 (") && !strstr(text, "rank 0 (") &&
                    !strstr(text, "rank 3 ("));
  close(&b);
}

static void what_the_rate_comes_from_is_compared_on_every_rank(void **state)
{
  bench b;

  (void)state;
  if (everywhere_size() == 1) {
    skip();
  }
  open(&b, LS_REDUCTION_ORDERED, NULL);
  bool odd = ls_comm_rank(b.comm) == everywhere_size() - 1;
  ls_divergence_config config = b.config;
  assert_everywhere(ls_divergence_check(&config, STEP, 0.5f) == LS_OK);
  assert_everywhere(ls_divergence_check(&config, STEP + odd, 0.5f) == LS_E_DIVERGED);
  assert_everywhere(ls_divergence_check(&config, STEP, odd ? 0.5f : 0.50000006f) ==
                    LS_E_DIVERGED);
  config.resolved = odd ? "constants" : "constant";
  assert_everywhere(ls_divergence_check(&config, STEP, 0.5f) == LS_E_DIVERGED);
  config = b.config;
  config.base_rate = odd ? 0.1 : 0.2;
  assert_everywhere(ls_divergence_check(&config, STEP, 0.5f) == LS_E_DIVERGED);
  close(&b);
}

// A rank alone, or one node alone, has nobody to differ from.
static void one_copy_never_differs(void **state)
{
  bench b;

  (void)state;
  open(&b, LS_REDUCTION_ORDERED, NULL);
  if (ls_comm_rank(b.comm) == 0) {
    flip(&b, 3, 3);
  }
  assert_everywhere(ls_divergence_check(&b.config, STEP, 0.5f) == LS_OK);
  close(&b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_bit_of_every_weight_counts),
      cmocka_unit_test(two_changes_do_not_hide_each_other),
      cmocka_unit_test(the_odd_one_is_named_or_all_without_a_majority),
      cmocka_unit_test(nodes_are_named_by_their_first_rank),
      cmocka_unit_test(what_the_rate_comes_from_is_compared_on_every_rank),
      cmocka_unit_test(one_copy_never_differs),
  };

  everywhere_begin();
  int failed = cmocka_run_group_tests_name("divergence", tests, NULL, NULL);
  everywhere_end();
  return failed;
}
