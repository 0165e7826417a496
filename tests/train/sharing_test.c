#include "train/sharing.h"
#include "unit.h"

enum { INPUTS = 1024, CLASSES = 16, TILE = 8 };

// What ranks are to do with a batch, where nobody has asked for anything.
static ls_reduction_rows rows_of(const char *hidden, int batch, bool sparse)
{
  const ls_batch_plan plan = {
      .sample_count = 60000, .global_batch = batch, .shards = 8};
  const ls_sharing asked = {.relay = LS_HELP_WHERE_QUICK, .loans = LS_HELP_WHERE_QUICK};
  ls_layout layout;

  assert_int_equal(ls_layout_create(&layout, INPUTS, hidden, CLASSES), LS_OK);
  return ls_sharing_rows(&layout, &plan, sparse, TILE, &asked);
}

static void many_dense_rows_are_not_handed_on(void **state)
{
  (void)state;
  assert_int_equal(rows_of("128", 96, false).relay, LS_HELP_WHERE_QUICK);
  assert_int_equal(rows_of("128", 97, false).relay, LS_HELP_NEVER);
  assert_int_equal(rows_of("128", 97, true).relay, LS_HELP_WHERE_QUICK);
}

static int relay_rows(int batch, bool sparse, int tile_rows)
{
  const ls_batch_plan plan = {
      .sample_count = 60000, .global_batch = batch, .shards = 8};
  const ls_sharing asked = {.relay = LS_HELP_WHERE_QUICK};
  ls_layout layout;

  assert_int_equal(ls_layout_create(&layout, INPUTS, "128", CLASSES), LS_OK);
  return ls_sharing_rows(&layout, &plan, sparse, tile_rows, &asked).relay_rows;
}

static void rows_are_handed_on_a_tile_at_a_time(void **state)
{
  (void)state;
  assert_int_equal(relay_rows(31, true, 6), 6);
  assert_int_equal(relay_rows(32, true, 6), 8);
  assert_int_equal(relay_rows(31, false, 8), 6);
  assert_int_equal(relay_rows(32, false, 8), 8);
  assert_int_equal(relay_rows(32, false, 6), 6);
  assert_int_equal(relay_rows(32, false, 1), 6);
}

// With 1,024 inputs and 16 classes: 992 hidden units are less than 2^20 floats.
static void rows_of_large_networks_are_not_lent(void **state)
{
  (void)state;
  assert_int_equal(rows_of("992", 512, false).loans, LS_HELP_WHERE_QUICK);
  assert_int_equal(rows_of("1024", 512, false).loans, LS_HELP_NEVER);
}

// An eighth of the first layer's 262,144 floats, or of the products that zeros leave of
// them, has room for 272 + 273 a unit of a second layer with 112, or 32.
static void slices_follow_inputs_where_most_is_below(void **state)
{
  (void)state;
  assert_int_equal(rows_of("128", 32, false).input_floats, 128);
  assert_int_equal(rows_of("128", 32, true).input_floats, 128);
  assert_int_equal(rows_of("100", 32, true).input_floats, 112);
  assert_int_equal(rows_of("256,32", 32, true).input_floats, 256);
  assert_int_equal(rows_of("256,48", 32, true).input_floats, 0);
  assert_int_equal(rows_of("256,112", 32, false).input_floats, 256);
  assert_int_equal(rows_of("256,128", 32, false).input_floats, 0);
}

static void what_is_asked_for_counts(void **state)
{
  const ls_batch_plan plan = {.sample_count = 60000, .global_batch = 512, .shards = 8};
  const ls_sharing asked = {.relay = LS_HELP_ALWAYS, .loans = LS_HELP_ALWAYS};
  ls_layout layout;

  (void)state;
  assert_int_equal(ls_layout_create(&layout, INPUTS, "1024", CLASSES), LS_OK);
  const ls_reduction_rows rows = ls_sharing_rows(&layout, &plan, false, TILE, &asked);
  assert_int_equal(rows.relay, LS_HELP_ALWAYS);
  assert_int_equal(rows.loans, LS_HELP_ALWAYS);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many_dense_rows_are_not_handed_on),
      cmocka_unit_test(rows_are_handed_on_a_tile_at_a_time),
      cmocka_unit_test(rows_of_large_networks_are_not_lent),
      cmocka_unit_test(slices_follow_inputs_where_most_is_below),
      cmocka_unit_test(what_is_asked_for_counts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
