/**
 * Files made to hurt: one line each, in bounded time and memory.
 *
 * The edited ones are sealed anew, as an attacker could do it: a seal proves that a
 * file is what was written, not that it means well.
 */

#include "lockstep/checkpoint.h"

#include "base/clock.h"
#include "store/driven.h"
#include "store/forgery.h"
#include "store/image.h"
#include "store/saved.h"
#include "store/seal.h"

#include "unit.h"

#include <fcntl.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *victim(void)
{
  return place_path("ckpt-000000001200.h5");
}

static long peak_kilobytes(void)
{
  struct rusage usage;

  assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
  return usage.ru_maxrss;
}

// Refused with one line that holds the word, within a second and 64 MB.
static void expect_refusal(const char *what, ls_status status, const char *word)
{
  ls_checkpoint *loaded = NULL;
  long before = peak_kilobytes();
  double start = ls_clock_seconds();
  ls_status got = ls_checkpoint_load(&loaded, victim());
  double seconds = ls_clock_seconds() - start;

  if (got != status || loaded || !strstr(ls_status_message(), word) ||
      strchr(ls_status_message(), '\n')) {
    fail_msg("%s: status %d: %s", what, got, ls_status_message());
  }
  if (seconds > 1.0 || peak_kilobytes() - before > 64 * 1024) {
    fail_msg("%s: took %g s and %ld KiB", what, seconds, peak_kilobytes() - before);
  }
}

static void no_regular_file_is_refused_at_once(void **state)
{
  (void)state;
  expect_refusal("nothing", LS_E_MISSING, "does not exist");
  assert_int_equal(mkfifo(victim(), 0600), 0);
  expect_refusal("FIFO", LS_E_FORMAT, "is not a regular file");
  (void)unlink(victim());
  assert_int_equal(mkdir(victim(), 0700), 0);
  expect_refusal("directory", LS_E_FORMAT, "is not a regular file");
  (void)rmdir(victim());
  assert_int_equal(symlink("/dev/zero", victim()), 0);
  expect_refusal("link to /dev/zero", LS_E_FORMAT, "symbolic link");
  (void)unlink(victim());
  write_sample(1100);
  assert_int_equal(symlink("ckpt-000000001100.h5", victim()), 0);
  expect_refusal("link to a good file", LS_E_FORMAT, "symbolic link");
}

static void impossible_sizes_are_refused_unread(void **state)
{
  (void)state;
  place_write(place, "ckpt-000000001200.h5", "", 0);
  expect_refusal("empty", LS_E_FORMAT, "0 bytes");
  place_write(place, "ckpt-000000001200.h5", "text\n", 5);
  expect_refusal("short text", LS_E_FORMAT, "5 bytes");
  assert_int_equal(truncate(victim(), (off_t)1 << 40), 0);
  expect_refusal("a terabyte of nothing", LS_E_FORMAT, "1099511627776 bytes");
  assert_int_equal(truncate(victim(), (off_t)1 << 31), 0);
  expect_refusal("two gigabytes of nothing", LS_E_FORMAT, "is not a checkpoint");
}

// A sealed file of rubbish and of nearly nothing: HDF5's turn to refuse.
static void sealed_rubbish_is_refused(void **state)
{
  (void)state;
  for (size_t length = 1; length < 4096; length += 63) {
    uint8_t bytes[4096 + LS_SEAL_BYTES];
    memset(bytes, (int)length, sizeof bytes);
    ls_seal_make((char *)bytes + length, bytes, length);
    place_write(place, "ckpt-000000001200.h5", bytes, length + LS_SEAL_BYTES);
    expect_refusal("rubbish", LS_E_FORMAT, "HDF5 cannot open it");
  }
}

static void unsealed_hdf5_is_named_as_such(void **state)
{
  (void)state;
  hid_t file = H5Fcreate(victim(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);

  assert_true(file >= 0 && H5Fclose(file) >= 0);
  expect_refusal("foreign", LS_E_FORMAT, "is HDF5 but not sealed");
}

// Put a good file there, edit it with HDF5, and seal what came out.
static void forge(void (*edit)(hid_t file))
{
  static uint8_t bytes[1 << 20];

  write_sample(1200);
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  (void)H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  (void)H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
  hid_t file = H5Fopen(victim(), H5F_ACC_RDWR, access);
  assert_true(file >= 0);
  edit(file);
  assert_true(H5Fclose(file) >= 0 && H5Pclose(access) >= 0);
  int64_t length =
      place_read(place, "ckpt-000000001200.h5", bytes, sizeof bytes - LS_SEAL_BYTES);
  assert_true(length > 0);
  ls_seal_make((char *)bytes + length, bytes, (size_t)length);
  place_write(place, "ckpt-000000001200.h5", bytes, (size_t)length + LS_SEAL_BYTES);
}

static void keep(hid_t file)
{
  (void)file;
}

static void forged_checkpoints_are_refused_by_name(void **state)
{
  (void)state;
  ls_checkpoint *loaded = NULL;

  // The forger himself adds nothing: unedited, his file is fine.
  forge(keep);
  assert_int_equal(ls_checkpoint_load(&loaded, victim()), LS_OK);
  ls_checkpoint_destroy(loaded);
  for (size_t i = 0; i < forgery_count; i++) {
    forge(forgeries[i].edit);
    expect_refusal(forgeries[i].name, LS_E_FORMAT, forgeries[i].word);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      IN_PLACE(no_regular_file_is_refused_at_once),
      IN_PLACE(impossible_sizes_are_refused_unread),
      IN_PLACE(sealed_rubbish_is_refused),
      IN_PLACE(unsealed_hdf5_is_named_as_such),
      IN_PLACE(forged_checkpoints_are_refused_by_name),
  };
  return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
