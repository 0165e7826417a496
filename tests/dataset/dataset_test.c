#include "base/alloc.h"
#include "base/sha256.h"
#include "files.h"
#include "lockstep/dataset.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *directory;

static int begin(void **state)
{
  (void)state;
  directory = files_begin();
  return 0;
}

// Every test must have released what it allocated.
static int end(void **state)
{
  (void)state;
  files_end();
  return ls_alloc_live() == 0 ? 0 : -1;
}

static ls_dataset *open_split(ls_split split)
{
  ls_dataset *dataset = NULL;

  if (ls_dataset_open(&dataset, directory, split) != LS_OK) {
    fail_msg("%s", ls_status_message());
  }
  return dataset;
}

static void check_contents(const ls_dataset *dataset)
{
  files_bytes images = files_images();
  files_bytes labels = files_labels();

  assert_int_equal(ls_dataset_count(dataset), FILES_COUNT);
  assert_int_equal(ls_dataset_rows(dataset), FILES_ROWS);
  assert_int_equal(ls_dataset_columns(dataset), FILES_COLUMNS);
  assert_int_equal(ls_dataset_features(dataset), FILES_ROWS * FILES_COLUMNS);
  assert_int_equal(ls_dataset_classes(dataset), FILES_CLASSES);
  assert_memory_equal(ls_dataset_images(dataset), images.data + 16, images.used - 16);
  assert_memory_equal(ls_dataset_labels(dataset), labels.data + 8, labels.used - 8);
}

static void both_splits_are_read_raw_and_packed(void **state)
{
  (void)state;
  files_write_split("train", false);
  files_write_split("t10k", true);
  for (ls_split split = LS_SPLIT_TRAIN; split <= LS_SPLIT_TEST; split++) {
    ls_dataset *dataset = open_split(split);
    check_contents(dataset);
    ls_dataset_close(dataset);
  }
  ls_dataset_close(NULL);
}

static void a_dot_may_stand_for_the_dash(void **state)
{
  files_bytes images = files_images();
  files_bytes labels = files_labels();

  (void)state;
  files_write("train-images.idx3-ubyte", &images);
  labels = files_gzip(&labels);
  files_write("train-labels.idx1-ubyte.gz", &labels);
  ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
  check_contents(dataset);
  ls_dataset_close(dataset);
}

static void digest_of(uint8_t digest[32], const ls_dataset *dataset)
{
  uint8_t pieces[2][32];

  assert_int_equal(ls_dataset_pieces(dataset), 2);
  ls_dataset_digest_pieces(pieces, dataset, 1, 1); // as by two ranks
  ls_dataset_digest_pieces(pieces, dataset, 0, 1);
  assert_int_equal(ls_dataset_digest(digest, dataset, pieces), LS_OK);
}

static void the_digest_is_of_the_contents_alone(void **state)
{
  uint8_t raw[32];
  uint8_t packed[32];

  (void)state;
  files_write_split("train", false);
  files_write_split("t10k", true);
  ls_dataset *first = open_split(LS_SPLIT_TRAIN);
  ls_dataset *second = open_split(LS_SPLIT_TEST);
  digest_of(raw, first);
  digest_of(packed, second);
  assert_memory_equal(raw, packed, 32);
  ls_dataset_close(first);
  ls_dataset_close(second);
}

// The same bytes as 4x3 instead of 3x4, and one pixel changed, are other data.
static void the_digest_sees_shape_and_every_byte(void **state)
{
  uint8_t digests[3][32];
  files_bytes images = files_images();

  (void)state;
  files_write_split("train", false);
  for (int i = 0; i < 3; i++) {
    ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
    digest_of(digests[i], dataset);
    ls_dataset_close(dataset);
    files_put(&images, 8, i == 0 ? FILES_COLUMNS : FILES_ROWS);
    files_put(&images, 12, i == 0 ? FILES_ROWS : FILES_COLUMNS);
    images.data[100] ^= i == 0 ? 0 : 1;
    files_write("train-images-idx3-ubyte", &images);
  }
  assert_memory_not_equal(digests[0], digests[1], 32);
  assert_memory_not_equal(digests[0], digests[2], 32);
  assert_memory_not_equal(digests[1], digests[2], 32);
}

// What dataset.h documents, computed here from the files' bytes.
static void the_digest_is_the_documented_one(void **state)
{
  files_bytes images = files_images();
  files_bytes labels = files_labels();
  uint8_t text[24 + 64] = {FILES_COUNT, [8] = FILES_ROWS, [16] = FILES_COLUMNS};
  uint8_t expected[32];
  uint8_t digest[32];

  (void)state;
  files_write_split("train", false);
  ls_sha256_of(text + 24, images.data + 16, images.used - 16);
  ls_sha256_of(text + 56, labels.data + 8, labels.used - 8);
  ls_sha256_of(expected, text, sizeof text);
  ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
  digest_of(digest, dataset);
  assert_memory_equal(digest, expected, 32);
  ls_dataset_close(dataset);
}

// Opens what the parent shares; the exit code says how it went.
static int attach_in_child(const ls_dataset_share *share)
{
  ls_dataset *dataset = NULL;
  pid_t child = fork();
  int ended = 0;

  if (child == 0) {
    ls_status status =
        ls_dataset_open_shared(&dataset, directory, LS_SPLIT_TRAIN, share);
    int same = status == LS_OK && ls_dataset_images(dataset)[7] == 7 &&
               ls_dataset_labels(dataset)[7] == 7 % FILES_CLASSES;
    ls_dataset_share again = {0};
    if (status == LS_OK) {
      ls_dataset_get_share(&again, dataset);
    }
    same = same && again.files[0].inode == share->files[0].inode &&
           again.files[1].inode == share->files[1].inode;
    ls_dataset_close(dataset);
    _exit(same ? 0 : 1);
  }
  assert_true(child > 0);
  assert_int_equal(waitpid(child, &ended, 0), child);
  return ended;
}

static void another_process_attaches_to_the_same_memory(void **state)
{
  (void)state;
  for (int packed = 0; packed <= 1; packed++) {
    ls_dataset_share share;
    (void)remove(files_path("train-images-idx3-ubyte"));
    (void)remove(files_path("train-labels-idx1-ubyte"));
    files_write_split("train", packed);
    ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
    ls_dataset_get_share(&share, dataset);
    assert_int_equal(share.files[0].fd >= 0, packed);
    assert_int_equal(attach_in_child(&share), 0);
    ls_dataset_close(dataset);
  }
}

static void attach_refuses_another_file(void **state)
{
  ls_dataset *other = NULL;
  ls_dataset_share share;
  files_bytes images = files_images();

  (void)state;
  files_write_split("train", false);
  ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
  ls_dataset_get_share(&share, dataset);
  // The old file is still open here, so the new one has another inode.
  (void)remove(files_path("train-images-idx3-ubyte"));
  files_write("train-images-idx3-ubyte", &images);
  assert_int_equal(ls_dataset_open_shared(&other, directory, LS_SPLIT_TRAIN, &share),
                   LS_E_IO);
  assert_non_null(strstr(ls_status_message(), "is not the file that process"));
  assert_null(other);
  ls_dataset_close(dataset);
}

static void attach_says_when_the_other_process_is_gone(void **state)
{
  ls_dataset *other = NULL;
  ls_dataset_share share;

  (void)state;
  files_write_split("train", true);
  ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
  ls_dataset_get_share(&share, dataset);
  ls_dataset_close(dataset);
  assert_int_equal(ls_dataset_open_shared(&other, directory, LS_SPLIT_TRAIN, &share),
                   LS_E_IO);
  assert_non_null(strstr(ls_status_message(), "gunzip it"));
}

static void unpacked_memory_cannot_be_changed(void **state)
{
  ls_dataset_share share;

  (void)state;
  files_write_split("train", true);
  ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
  ls_dataset_get_share(&share, dataset);
  assert_int_equal(write((int)share.files[0].fd, "x", 1), -1);
  assert_int_equal(ftruncate((int)share.files[0].fd, 1), -1);
  ls_dataset_close(dataset);
}

static void a_closed_data_set_leaves_no_descriptor(void **state)
{
  ls_dataset_share share;

  (void)state;
  files_write_split("train", true);
  ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
  ls_dataset_get_share(&share, dataset);
  ls_dataset_close(dataset);
  ls_dataset *again = open_split(LS_SPLIT_TRAIN);
  ls_dataset_share second;
  ls_dataset_get_share(&second, again);
  assert_int_equal(share.files[0].fd, second.files[0].fd);
  ls_dataset_close(again);
}

static void check_compares_with_what_a_model_has(void **state)
{
  (void)state;
  files_write_split("train", false);
  ls_dataset *dataset = open_split(LS_SPLIT_TRAIN);
  assert_int_equal(ls_dataset_check(dataset, 12, 5, "the model"), LS_OK);
  assert_int_equal(ls_dataset_check(dataset, 784, 5, "the model"), LS_E_FORMAT);
  assert_non_null(strstr(ls_status_message(),
                         "images of 3x4, expected the 784 pixels of the model"));
  assert_int_equal(ls_dataset_check(dataset, 12, 4, "the model"), LS_E_FORMAT);
  assert_non_null(
      strstr(ls_status_message(), "has label 4 at image 4, expected 0 to 3"));
  ls_dataset_close(dataset);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(both_splits_are_read_raw_and_packed),
      TEST(a_dot_may_stand_for_the_dash),
      TEST(the_digest_is_of_the_contents_alone),
      TEST(the_digest_sees_shape_and_every_byte),
      TEST(the_digest_is_the_documented_one),
      TEST(another_process_attaches_to_the_same_memory),
      TEST(attach_refuses_another_file),
      TEST(attach_says_when_the_other_process_is_gone),
      TEST(unpacked_memory_cannot_be_changed),
      TEST(a_closed_data_set_leaves_no_descriptor),
      TEST(check_compares_with_what_a_model_has),
  };
  return cmocka_run_group_tests_name("dataset", tests, NULL, NULL);
}
