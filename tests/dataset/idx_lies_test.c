#include "base/alloc.h"
#include "files.h"
#include "lockstep/dataset.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char images_name[] = "train-images-idx3-ubyte";
static const char labels_name[] = "train-labels-idx1-ubyte";
static const char *directory;

static int begin(void **state)
{
  (void)state;
  directory = files_begin();
  files_write_split("train", false);
  return 0;
}

static int end(void **state)
{
  (void)state;
  files_end();
  return ls_alloc_live() == 0 ? 0 : -1;
}

// Opening must fail with one line that names `named` and says `text`.
static void check_refused(ls_status expected, const char *named, const char *text)
{
  ls_dataset *dataset = NULL;
  ls_status status = ls_dataset_open(&dataset, directory, LS_SPLIT_TRAIN);

  if (status != expected || dataset) {
    fail_msg("status %d, expected %d: %s", (int)status, (int)expected,
             ls_status_message());
  }
  if (!strstr(ls_status_message(), named) || !strstr(ls_status_message(), text) ||
      strchr(ls_status_message(), '\n')) {
    fail_msg("'%s' and '%s' expected in: %s", named, text, ls_status_message());
  }
}

static void check_images_refused(const files_bytes *images, const char *text)
{
  files_write(images_name, images);
  check_refused(LS_E_FORMAT, images_name, text);
}

static void a_wrong_magic_is_refused(void **state)
{
  files_bytes images = files_images();

  (void)state;
  files_put(&images, 0, 0x801);
  check_images_refused(&images, "begins with 0x00000801, expected 0x00000803");
  files_put(&images, 0, 0xd03);
  check_images_refused(&images, "begins with 0x00000d03, expected 0x00000803");
  files_put(&images, 0, 0x03080000);
  check_images_refused(&images, "begins with 0x03080000, expected 0x00000803");
}

static void no_items_or_no_pixels_are_refused(void **state)
{
  (void)state;
  for (size_t offset = 4; offset < 16; offset += 4) {
    files_bytes images = files_images();
    files_put(&images, offset, 0);
    check_images_refused(&images, "expected at least 1 of 1x1");
  }
}

static void sizes_that_overflow_are_refused(void **state)
{
  files_bytes images = files_images();

  (void)state;
  files_put(&images, 4, UINT32_MAX);
  files_put(&images, 8, 0x7fffffff);
  files_put(&images, 12, 1);
  check_images_refused(&images, "expected 9223372030412324881: its header says");
  // 2^32 * 2^31 and the header do not fit a file; 2^64 would come back as 0.
  files_put(&images, 8, 0x10000);
  files_put(&images, 12, 0x10000);
  check_images_refused(&images, "expected at most 2147483647 bytes each");
  files_put(&images, 8, UINT32_MAX);
  files_put(&images, 12, UINT32_MAX);
  check_images_refused(&images, "expected at most 2147483647 bytes each");
}

static void every_truncation_is_refused(void **state)
{
  files_bytes images = files_images();
  size_t whole = images.used;

  (void)state;
  for (images.used = 0; images.used < whole; images.used++) {
    check_images_refused(&images, images.used < 16 ? "expected a header of 16"
                                                   : "bytes, expected 256: its header");
  }
}

static void trailing_bytes_are_refused(void **state)
{
  files_bytes images = files_images();

  (void)state;
  images.used++;
  check_images_refused(&images, "has 257 bytes, expected 256: its header says 20");
}

static void images_and_labels_must_agree(void **state)
{
  files_bytes labels = files_labels();

  (void)state;
  files_put(&labels, 4, FILES_COUNT - 1);
  labels.used--;
  files_write(labels_name, &labels);
  check_refused(LS_E_FORMAT, labels_name, "has 19 labels, expected 20, one for each");
}

static void missing_files_point_at_the_script(void **state)
{
  ls_dataset *dataset = NULL;

  (void)state;
  (void)remove(files_path(labels_name));
  check_refused(LS_E_IO, labels_name, "scripts/fetch_mnist.sh");
  assert_int_equal(ls_dataset_open(&dataset, "/nowhere/at/all", LS_SPLIT_TEST),
                   LS_E_IO);
  assert_non_null(
      strstr(ls_status_message(), "cannot open directory '/nowhere/at/all'"));
  assert_non_null(strstr(ls_status_message(), "scripts/fetch_mnist.sh"));
  assert_int_equal(ls_dataset_open(&dataset, files_path(images_name), LS_SPLIT_TEST),
                   LS_E_IO);
}

static void what_is_no_regular_file_is_refused_at_once(void **state)
{
  const char *path = files_path(images_name);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);

  (void)state;
  (void)remove(path);
  assert_int_equal(mkdir(path, 0700), 0);
  check_refused(LS_E_IO, images_name, "is a directory, expected a regular file");
  (void)rmdir(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  check_refused(LS_E_IO, images_name, "is a FIFO, expected a regular file");
  (void)remove(path);
  assert_int_equal(symlink("/dev/zero", path), 0);
  check_refused(LS_E_IO, images_name, "is a device, expected a regular file");
  (void)remove(path);
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  check_refused(LS_E_IO, images_name, "is a socket, expected a regular file");
  (void)close(fd);
  (void)remove(path);
  assert_int_equal(symlink(path, path), 0);
  check_refused(LS_E_IO, images_name, "Too many levels of symbolic links");
}

// A file of 1 TiB without contents costs nothing, nor does reading its header.
static void a_huge_sparse_file_is_refused(void **state)
{
  (void)state;
  if (truncate(files_path(images_name), (off_t)1 << 40) != 0) {
    skip();
  }
  check_refused(LS_E_FORMAT, images_name, "has 1099511627776 bytes, expected 256");
}

static void any_flipped_byte_is_refused_or_harmless(void **state)
{
  files_bytes honest = files_images();

  (void)state;
  for (size_t i = 0; i < 16; i++) {
    for (int bit = 0; bit < 8; bit++) {
      ls_dataset *dataset = NULL;
      files_bytes images = honest;
      images.data[i] ^= (uint8_t)(1 << bit);
      files_write(images_name, &images);
      assert_int_equal(ls_dataset_open(&dataset, directory, LS_SPLIT_TRAIN),
                       LS_E_FORMAT);
    }
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_wrong_magic_is_refused),
      TEST(no_items_or_no_pixels_are_refused),
      TEST(sizes_that_overflow_are_refused),
      TEST(every_truncation_is_refused),
      TEST(trailing_bytes_are_refused),
      TEST(images_and_labels_must_agree),
      TEST(missing_files_point_at_the_script),
      TEST(what_is_no_regular_file_is_refused_at_once),
      TEST(a_huge_sparse_file_is_refused),
      TEST(any_flipped_byte_is_refused_or_harmless),
  };
  return cmocka_run_group_tests_name("idx_lies", tests, NULL, NULL);
}
