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
  ls_reduction_pace pace = {0};
  ls_layout layout;

  assert_int_equal(ls_layout_create(&layout, PIXELS, hidden, 10), LS_OK);
  assert_int_equal(
      ls_pace_measure(&pace, &layout, ls_kernels_find(NULL), &plan, &rows, false),
      LS_OK);
  assert_int_equal(ls_alloc_live(), live);
  assert_true(pace.gather > 0 && pace.forward > 0 && pace.gradient > 0);
  return pace;
}

// 64 times the work: a shared machine does not make up for that.
static void a_larger_network_takes_longer(void **state)
{
  (void)state;
  memset(images, 1, sizeof images);
  assert_true(pace_of("16", 256).gradient < pace_of("1024", 256).gradient);
}

// Of 2e8 products 600 rows of 2.5 million weights are more: eighty are run.
static void it_is_of_a_whole_batch(void **state)
{
  (void)state;
  const ls_reduction_pace some = pace_of("1536,1536", 20),
                          all = pace_of("1536,1536", ROWS);
  assert_true(some.forward + some.gradient < all.forward + all.gradient);
}

static void a_batch_of_one_row_has_one(void **state)
{
  (void)state;
  (void)pace_of("none", 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_larger_network_takes_longer),
      cmocka_unit_test(it_is_of_a_whole_batch),
      cmocka_unit_test(a_batch_of_one_row_has_one),
  };

  return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
