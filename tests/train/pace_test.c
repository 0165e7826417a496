#include "base/alloc.h"
#include "math/kernels.h"
#include "train/pace.h"
#include "unit.h"

#include <string.h>

enum { ROWS = 600, PIXELS = 64 };

static uint8_t images[ROWS * PIXELS], labels[ROWS];

static ls_reduction_pace pace_of(const char *hidden, int64_t batch)
{
  const ls_rows rows = {
      .images = images, .labels = labels, .count = ROWS, .features = PIXELS};
  const ls_batch_plan plan = {.sample_count = ROWS, .global_batch = batch, .shards = 8};
  const int64_t live = ls_alloc_live();
  ls_layout layout;

  assert_int_equal(ls_layout_create(&layout, PIXELS, hidden, 10), LS_OK);
  const ls_reduction_pace pace =
      ls_pace_measure(&layout, ls_kernels_find(NULL), &plan, &rows, false);
  assert_int_equal(ls_alloc_live(), live);
  return pace;
}

// 64 times the work: a shared machine does not make up for that.
static void a_larger_network_takes_longer(void **state)
{
  (void)state;
  memset(images, 1, sizeof images);
  assert_true(pace_of("16", 256).gradient < pace_of("1024", 256).gradient);
}

// Twenty rows of 2.5 million weights are run, of either.
static void it_is_of_a_whole_batch(void **state)
{
  (void)state;
  const ls_reduction_pace third = pace_of("1536,1536", ROWS / 3),
                          all = pace_of("1536,1536", ROWS);
  assert_true(third.forward + third.gradient < all.forward + all.gradient);
}

static void large_networks_are_not_run(void **state)
{
  (void)state;
  assert_true(pace_of("4096,4096", 8).gradient == 0.0);
}

static void a_batch_of_one_row_has_one(void **state)
{
  (void)state;
  const ls_reduction_pace pace = pace_of("none", 1);
  assert_true(pace.gather > 0 && pace.forward > 0 && pace.gradient > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_larger_network_takes_longer),
      cmocka_unit_test(it_is_of_a_whole_batch),
      cmocka_unit_test(large_networks_are_not_run),
      cmocka_unit_test(a_batch_of_one_row_has_one),
  };

  return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
