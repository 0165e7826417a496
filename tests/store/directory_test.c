/**
 * Names, retention, recovery, room on the disk.
 */

#include "store/directory.h"
#include "store/retention.h"
#include "store/saved.h"

#include "unit.h"

#include <string.h>

static void count_refusal(void *context, const char *path, const char *reason)
{
  int *count = context;

  assert_non_null(strstr(reason, path));
  ++*count;
}

static void newest_good_wins_and_each_refused_one_is_named(void **state)
{
  (void)state;
  char path[LS_PATH_BYTES];
  char bytes[64 * 1024];
  ls_checkpoint *loaded;
  int refused = 0;
  ls_store *store = open_store(9, NULL);
  for (int64_t step = 100; step <= 300; step += 100) {
    (void)save(store, step);
  }
  ls_store_close(store);
  // One cut short, and one under another's name.
  int64_t length = place_read(place, "ckpt-000000000300.h5", bytes, sizeof bytes);
  place_write(place, "ckpt-000000000300.h5", bytes, (size_t)length / 2);
  length = place_read(place, "ckpt-000000000200.h5", bytes, sizeof bytes);
  place_write(place, "ckpt-000000000400.h5", bytes, (size_t)length);

  assert_int_equal(ls_store_load_newest(&loaded, path, place, count_refusal, &refused),
                   LS_OK);

  assert_int_equal(loaded->step, 200);
  assert_int_equal(refused, 2);
  ls_checkpoint_destroy(loaded);
}

static void none_there_and_all_damaged_are_different(void **state)
{
  (void)state;
  char path[LS_PATH_BYTES];
  ls_checkpoint *loaded;

  assert_int_equal(ls_store_load_newest(&loaded, path, "/nowhere/at/all", NULL, NULL),
                   LS_E_MISSING);
  assert_int_equal(ls_store_load_newest(&loaded, path, place, NULL, NULL),
                   LS_E_MISSING);
  place_write(place, "ckpt-000000000300.h5", "rubbish", 7);
  assert_int_equal(ls_store_load_newest(&loaded, path, place, NULL, NULL),
                   LS_E_DAMAGED);
  assert_null(loaded);
}

static void names_are_only_those_we_give(void **state)
{
  (void)state;
  int64_t step = 0;
  char name[LS_NAME_BYTES];

  ls_directory_name(name, 1875);
  assert_string_equal(name, "ckpt-000000001875.h5");
  ls_directory_name(name, INT64_MAX);
  assert_true(ls_directory_step(&step, name));
  assert_true(step == INT64_MAX);
  assert_false(ls_directory_step(&step, "ckpt-1875.h5"));
  assert_false(ls_directory_step(&step, "ckpt--00000001875.h5"));
  assert_false(ls_directory_step(&step, "ckpt-000000001875.h5.bak"));
  assert_false(ls_directory_step(&step, "ckpt-99999999999999999999.h5"));
  assert_false(ls_directory_step(&step, ".ckpt-000000001875.h5.tmp"));
}

static void retention_never_names_the_last_good_file(void **state)
{
  (void)state;
  // Every pattern of good, damaged and best over six files.
  for (unsigned pattern = 0; pattern < 64; pattern++) {
    ls_kept files[6];
    int good = 0;
    for (int i = 0; i < 6; i++) {
      files[i] = (ls_kept){60 - i, (pattern * 7 + (unsigned)i) % 5, (pattern >> i) & 1};
      good += files[i].is_good ? 1 : 0;
    }
    size_t next = ls_retention_next(files, 6, 1);
    if (good > 0 && next < 6) {
      assert_true(files[next].is_good);
      assert_true(next != ls_retention_best(files, 6));
      assert_true(good > 1);
    }
  }
}

static void space_counts_what_will_stand_at_once(void **state)
{
  (void)state;
  const ls_store_config config = {place, 3, "loss"};
  const ls_store_config missing = {"/tmp/lockstep-not/there/yet", 3, NULL};
  int64_t need;
  int64_t available;

  assert_int_equal(ls_store_space(&need, &available, &config, 9, 1000), LS_OK);
  assert_int_equal(need, 5000);
  assert_true(available > 0);
  assert_int_equal(ls_store_space(&need, &available, &missing, 9, 1000), LS_OK);
  assert_int_equal(need, 4000);
  assert_int_equal(ls_store_space(&need, &available, &missing, 2, 1000), LS_OK);
  assert_int_equal(need, 3000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      IN_PLACE(newest_good_wins_and_each_refused_one_is_named),
      IN_PLACE(none_there_and_all_damaged_are_different),
      IN_PLACE(names_are_only_those_we_give),
      IN_PLACE(retention_never_names_the_last_good_file),
      IN_PLACE(space_counts_what_will_stand_at_once),
  };
  return cmocka_run_group_tests_name("directory", tests, NULL, NULL);
}
