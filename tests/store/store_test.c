/**
 * A run's directory: saving, keeping, finding again.
 */

#include "lockstep/store.h"

#include "store/sample.h"
#include "store/saved.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void save_is_acknowledged_and_loads_as_the_newest(void **state)
{
  (void)state;
  char path[LS_PATH_BYTES];
  ls_checkpoint *loaded;
  ls_store *store = open_store(3, NULL);
  ls_sample *sample = sample_create(6, 3, 0, 700);

  assert_int_equal(save(store, 600).status, LS_OK);
  ls_save_outcome outcome = save(store, 700);
  assert_int_equal(outcome.status, LS_OK);
  assert_int_equal(outcome.step, 700);
  assert_string_equal(outcome.warning, "");
  assert_int_equal(ls_store_load_newest(&loaded, path, place, NULL, NULL), LS_OK);

  assert_string_equal(path, outcome.path);
  assert_true(sample_equals(loaded, sample_state(sample)));
  ls_checkpoint_destroy(loaded);
  sample_destroy(sample);
  ls_store_close(store);
  assert_false(place_has(place, "lock"));
}

static void outcome_comes_once(void **state)
{
  (void)state;
  ls_store *store = open_store(3, NULL);
  ls_save_outcome outcome;

  assert_false(ls_store_wait(&outcome, store));
  (void)save(store, 100);
  assert_false(ls_store_poll(&outcome, store));
  assert_false(ls_store_wait(&outcome, store));
  ls_store_close(store);
}

static void keep_leaves_the_newest_and_the_best(void **state)
{
  (void)state;
  ls_store *store = open_store(2, "val_accuracy");

  // The sample's third epoch is its best.
  for (int64_t step = 100; step <= 900; step += 100) {
    assert_int_equal(save(store, step).status, LS_OK);
  }

  assert_string_equal(steps(), "900 800 300");
  ls_store_close(store);
}

static void best_is_known_again_after_a_restart(void **state)
{
  (void)state;
  ls_store *store = open_store(2, "val_accuracy");
  for (int64_t step = 100; step <= 500; step += 100) {
    (void)save(store, step);
  }
  ls_store_close(store);

  store = open_store(1, "val_accuracy");
  (void)save(store, 600);

  assert_string_equal(steps(), "600 300");
  ls_store_close(store);
}

static void damaged_files_are_neither_counted_nor_deleted(void **state)
{
  (void)state;
  ls_store *store = open_store(9, NULL);
  for (int64_t step = 100; step <= 400; step += 100) {
    (void)save(store, step);
  }
  ls_store_close(store);
  place_write(place, "ckpt-000000000300.h5", "rubbish", 7);

  store = open_store(2, NULL);
  (void)save(store, 500);

  assert_string_equal(steps(), "500 400 300");
  ls_store_close(store);
}

static void save_whose_equal_file_stands_keeps_it(void **state)
{
  (void)state;
  struct stat before;
  struct stat after;
  ls_store *store = open_store(3, NULL);
  ls_save_outcome outcome = save(store, 100);

  assert_int_equal(stat(outcome.path, &before), 0);
  outcome = save(store, 100);
  assert_int_equal(outcome.status, LS_OK);
  assert_int_equal(stat(outcome.path, &after), 0);

  assert_true(before.st_ino == after.st_ino);
  ls_store_close(store);
}

static void save_replaces_a_damaged_file_of_its_step(void **state)
{
  (void)state;
  char path[LS_PATH_BYTES];
  ls_checkpoint *loaded;
  place_write(place, "ckpt-000000000100.h5", "rubbish", 7);
  ls_store *store = open_store(3, NULL);

  assert_int_equal(save(store, 100).status, LS_OK);

  assert_int_equal(ls_store_load_newest(&loaded, path, place, NULL, NULL), LS_OK);
  ls_checkpoint_destroy(loaded);
  ls_store_close(store);
}

static void fault_points_fail_a_save_and_leave_the_older_file(void **state)
{
  (void)state;
  const char *points[] = {"store.open@0",   "store.allocate@0", "store.write@0",
                          "store.fsync@0",  "store.close@0",    "store.compare@0",
                          "store.rename@0", "store.dirsync@0"};
  ls_store *store = open_store(3, NULL);
  (void)save(store, 100);

  for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
    (void)setenv("LOCKSTEP_FAULT", points[i], 1);
    ls_save_outcome outcome = save(store, 200);
    bool last = i + 1 == sizeof points / sizeof points[0];
    if (outcome.status != LS_E_IO || outcome.visible != last || !*outcome.reason) {
      fail_msg("%s: status %d, visible %d", points[i], outcome.status, outcome.visible);
    }
    assert_string_equal(steps(), last ? "200 100" : "100");
    assert_false(place_has(place, ".ckpt-000000000200.h5.tmp"));
  }

  (void)unsetenv("LOCKSTEP_FAULT");
  assert_int_equal(save(store, 200).status, LS_OK);
  ls_store_close(store);
}

static void failed_pruning_is_a_warning_and_is_made_up_for(void **state)
{
  (void)state;
  ls_store *store = open_store(1, NULL);
  (void)save(store, 100);

  (void)setenv("LOCKSTEP_FAULT", "store.prune@0", 1);
  ls_save_outcome outcome = save(store, 200);
  assert_int_equal(outcome.status, LS_OK);
  assert_string_not_equal(outcome.warning, "");
  assert_string_equal(steps(), "200 100");

  (void)unsetenv("LOCKSTEP_FAULT");
  (void)save(store, 300);
  assert_string_equal(steps(), "300");
  ls_store_close(store);
}

static void open_sweeps_what_a_killed_save_left(void **state)
{
  (void)state;
  place_write(place, ".ckpt-000000000100.h5.tmp", "half", 4);
  place_write(place, ".status.tmp", "half", 4);
  place_write(place, "notes.txt", "mine", 4);

  ls_store *store = open_store(3, NULL);

  assert_false(place_has(place, ".ckpt-000000000100.h5.tmp"));
  assert_false(place_has(place, ".status.tmp"));
  assert_true(place_has(place, "notes.txt"));
  ls_store_close(store);
}

static void discard_newer_removes_only_later_steps(void **state)
{
  (void)state;
  ls_store *store = open_store(9, NULL);
  for (int64_t step = 100; step <= 400; step += 100) {
    (void)save(store, step);
  }

  assert_int_equal(ls_store_discard_newer(store, 200), LS_OK);

  assert_string_equal(steps(), "200 100");
  ls_store_close(store);
}

static void status_is_one_line_replaced_whole(void **state)
{
  (void)state;
  char text[64] = "";
  ls_store *store = open_store(3, NULL);

  assert_int_equal(ls_store_write_status(store, "stopped step=5"), LS_OK);
  assert_int_equal(ls_store_write_status(store, "done step=9"), LS_OK);

  assert_int_equal(place_read(place, "status", text, sizeof text - 1), 12);
  assert_string_equal(text, "done step=9\n");
  ls_store_close(store);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      IN_PLACE(save_is_acknowledged_and_loads_as_the_newest),
      IN_PLACE(outcome_comes_once),
      IN_PLACE(keep_leaves_the_newest_and_the_best),
      IN_PLACE(best_is_known_again_after_a_restart),
      IN_PLACE(damaged_files_are_neither_counted_nor_deleted),
      IN_PLACE(save_whose_equal_file_stands_keeps_it),
      IN_PLACE(save_replaces_a_damaged_file_of_its_step),
      IN_PLACE(fault_points_fail_a_save_and_leave_the_older_file),
      IN_PLACE(failed_pruning_is_a_warning_and_is_made_up_for),
      IN_PLACE(open_sweeps_what_a_killed_save_left),
      IN_PLACE(discard_newer_removes_only_later_steps),
      IN_PLACE(status_is_one_line_replaced_whole),
  };
  return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
