/**
 * A file system that fills up: the run goes on, the older file stands, and saving works
 * again when there is room.
 *
 * On a small tmpfs, mounted in a namespace of the test's own, where that is permitted;
 * and anywhere by the shim, which lets nothing have room from the n-th operation on.
 */

#include "lockstep/store.h"

#include "store/driven.h"
#include "store/image.h"
#include "store/sample.h"
#include "store/saved.h"

#include "unit.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { SIZES = 20 };

static ls_save_outcome save_large(ls_store *store, int64_t step)
{
  ls_sample *sample = sample_create(SAMPLE_INPUTS, SAMPLE_HIDDEN, 0, step);
  ls_save_outcome outcome;

  assert_int_equal(ls_store_save(store, sample_state(sample)), LS_OK);
  sample_destroy(sample);
  assert_true(ls_store_wait(&outcome, store));
  return outcome;
}

// With `room` bytes beside the first file: the second save fails or works, and either
// way a good file stands; with the room back, the third works.
static bool fill_and_free(size_t file_bytes, size_t room)
{
  char options[64];
  char path[LS_PATH_BYTES];
  ls_checkpoint *loaded;

  (void)snprintf(options, sizeof options, "size=%zu",
                 2 * file_bytes + (16 << 10) + room);
  assert_int_equal(mount("none", place, "tmpfs", 0, options), 0);
  ls_store *store = open_store(1, NULL);
  assert_int_equal(save_large(store, 100).status, LS_OK);
  void *filler = calloc(1, file_bytes);
  assert_non_null(filler);
  place_write(place, "filler", filler, file_bytes);
  free(filler);

  ls_save_outcome second = save_large(store, 200);
  assert_int_equal(ls_store_load_newest(&loaded, path, place, NULL, NULL), LS_OK);
  assert_int_equal(loaded->step, second.status == LS_OK ? 200 : 100);
  ls_checkpoint_destroy(loaded);
  if (second.status != LS_OK) {
    assert_non_null(strstr(second.reason, "No space left on device"));
    assert_false(second.visible);
  }
  assert_int_equal(unlink(place_path("filler")), 0);
  assert_int_equal(save_large(store, 300).status, LS_OK);
  assert_string_equal(steps(), "300");
  ls_store_close(store);
  assert_int_equal(umount(place), 0);
  return second.status == LS_OK;
}

static void full_file_system_loses_nothing(void **state)
{
  (void)state;
  ls_image image = sample_image(100);
  size_t bytes = image.length;
  int worked = 0;

  ls_image_release(&image);
  for (size_t i = 0; i < SIZES; i++) {
    worked += fill_and_free(bytes, i * 2 * bytes / SIZES) ? 1 : 0;
  }
  print_message("%d sizes: %d saves worked, %d failed cleanly\n", SIZES, worked,
                SIZES - worked);
  assert_true(worked > 0 && worked < SIZES);
}

// The newest file must be a good one of this step.
static void expect_newest(long at, int64_t first, int64_t second)
{
  char path[LS_PATH_BYTES];
  ls_checkpoint *loaded = NULL;

  if (ls_store_load_newest(&loaded, path, place, NULL, NULL) != LS_OK ||
      (loaded->step != first && loaded->step != second)) {
    fail_msg("full from operation %ld on: %s", at, ls_status_message());
  }
  ls_checkpoint_destroy(loaded);
}

static void no_room_from_any_operation_on_loses_nothing(void **state)
{
  (void)state;
  int worked = 0;
  write_sample(100);
  long operations = drive(&(drive_plan){1, 200, 200, 0, NULL, NULL, NULL}).operations;

  for (long at = 1; at <= operations; at++) {
    place_remove(place);
    place_make(place);
    write_sample(100);
    driven run = drive(&(drive_plan){1, 200, 200, at, "sticky-ENOSPC", NULL, NULL});
    bool saved = strstr(run.output, "saved step=200") != NULL;
    expect_newest(at, saved ? 200 : 100, 200);
    worked += saved ? 1 : 0;

    // With room again.
    assert_int_equal(drive(&(drive_plan){1, 300, 300, 0, NULL, NULL, NULL}).status, 0);
    expect_newest(at, 300, 300);
  }
  print_message("%ld operations: %d saves worked\n", operations, worked);
  assert_true(worked > 0 && worked < operations);
}

static bool can_mount(void)
{
  return unshare(CLONE_NEWNS) == 0 &&
         mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

int main(int argc, char **argv)
{
  const struct CMUnitTest by_shim[] = {
      IN_PLACE(no_room_from_any_operation_on_loses_nothing),
  };
  const struct CMUnitTest by_mount[] = {
      IN_PLACE(full_file_system_loses_nothing),
  };

  (void)argc;
  if (drive_ready(argv) != 0) {
    return 1;
  }
  int failures = cmocka_run_group_tests_name("full, by the shim", by_shim, NULL, NULL);
  if (can_mount()) {
    failures += cmocka_run_group_tests_name("full", by_mount, NULL, NULL);
  } else {
    print_message("mounting is not permitted here: by the shim alone\n");
  }
  return failures;
}
