#include "base/alloc.h"
#include "files.h"
#include "lockstep/dataset.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char images_name[] = "train-images-idx3-ubyte.gz";
static const char *directory;

static int begin(void **state)
{
  (void)state;
  directory = files_begin();
  files_write_split("train", true);
  return 0;
}

static int end(void **state)
{
  (void)state;
  files_end();
  return ls_alloc_live() == 0 ? 0 : -1;
}

static ls_status open_images(const files_bytes *images)
{
  ls_dataset *dataset = NULL;

  files_write(images_name, images);
  ls_status status = ls_dataset_open(&dataset, directory, LS_SPLIT_TRAIN);
  ls_dataset_close(dataset);
  return status;
}

static void check_refused(const files_bytes *images, const char *text)
{
  ls_status status = open_images(images);

  if (status != LS_E_FORMAT || !strstr(ls_status_message(), images_name) ||
      !strstr(ls_status_message(), text)) {
    fail_msg("'%s' expected, status %d: %s", text, (int)status, ls_status_message());
  }
}

static void a_name_that_lies_is_refused(void **state)
{
  files_bytes images = files_images();

  (void)state;
  check_refused(&images, "is not the gzip data that its name says");
}

static void every_truncation_is_refused(void **state)
{
  files_bytes honest = files_images();
  files_bytes packed = files_gzip(&honest);
  size_t whole = packed.used;

  (void)state;
  for (packed.used = 0; packed.used < whole; packed.used++) {
    check_refused(&packed, "ends in the middle of its gzip data");
  }
}

static void a_wrong_checksum_or_length_is_refused(void **state)
{
  files_bytes honest = files_images();

  (void)state;
  for (size_t back = 1; back <= 8; back++) {
    files_bytes packed = files_gzip(&honest);
    packed.data[packed.used - back] ^= 1;
    check_refused(&packed,
                  back <= 4 ? "incorrect length check" : "incorrect data check");
  }
}

static void what_follows_the_data_is_refused(void **state)
{
  files_bytes honest = files_images();
  files_bytes packed = files_gzip(&honest);

  (void)state;
  packed.data[packed.used++] = 0;
  check_refused(&packed, "goes on after its gzip data");
  packed.data[packed.used - 1] = 0x1f;
  check_refused(&packed, "ends in the middle of its gzip data");
}

static void several_members_are_one_file(void **state)
{
  files_bytes honest = files_images();
  files_bytes head = {.used = 100};
  files_bytes tail = {.used = honest.used - 100};

  (void)state;
  memcpy(head.data, honest.data, head.used);
  memcpy(tail.data, honest.data + head.used, tail.used);
  head = files_gzip(&head);
  tail = files_gzip(&tail);
  memcpy(head.data + head.used, tail.data, tail.used);
  head.used += tail.used;
  assert_int_equal(open_images(&head), LS_OK);
}

static void too_few_and_too_many_bytes_are_refused(void **state)
{
  files_bytes longer = files_images();
  files_bytes shorter = files_images();
  files_bytes tiny = {.used = 15};

  (void)state;
  longer.used++;
  longer = files_gzip(&longer);
  check_refused(&longer, "unpacks to more than the expected 256 bytes");
  shorter.used--;
  shorter = files_gzip(&shorter);
  check_refused(&shorter, "unpacks to 255 bytes, expected 256");
  tiny = files_gzip(&tiny);
  check_refused(&tiny, "unpacks to 15 bytes, expected a header of 16");
}

// A header that claims 2^62 bytes must be refused before anything is written.
static void a_claim_that_no_file_of_that_size_can_keep_is_refused(void **state)
{
  files_bytes images = files_images();

  (void)state;
  files_put(&images, 4, (uint32_t)1 << 31);
  files_put(&images, 8, 1 << 15);
  files_put(&images, 12, 1 << 15);
  images = files_gzip(&images);
  check_refused(&images, "from so small a gzip file");
}

// A bomb unpacks to far more than it says: unpacking stops at what it says.
static void a_bomb_stops_at_its_own_claim(void **state)
{
  struct rusage before;
  struct rusage after;
  char command[512];
  ls_dataset *dataset = NULL;

  (void)state;
  (void)snprintf(
      command, sizeof command,
      "{ printf '\\000\\000\\010\\003\\000\\000\\000\\024\\000\\000\\000\\003"
      "\\000\\000\\000\\004'; head -c 50000000 /dev/zero; } | gzip -1 > "
      "%s/%s",
      directory, images_name);
  assert_int_equal(system(command), 0);
  assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
  assert_int_equal(ls_dataset_open(&dataset, directory, LS_SPLIT_TRAIN), LS_E_FORMAT);
  assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
  assert_non_null(strstr(ls_status_message(), "more than the expected 256 bytes"));
  assert_true(after.ru_maxrss - before.ru_maxrss < 10000);
}

// Time, flags and system decide nothing, and a spare bit of the compression neither:
// what is accepted must be the honest data.
static void any_flipped_bit_is_refused_or_harmless(void **state)
{
  files_bytes honest = files_images();
  files_bytes packed = files_gzip(&honest);

  (void)state;
  for (size_t bit = 0; bit < 8 * packed.used; bit++) {
    ls_dataset *dataset = NULL;
    files_bytes flipped = packed;
    flipped.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    files_write(images_name, &flipped);
    ls_status status = ls_dataset_open(&dataset, directory, LS_SPLIT_TRAIN);
    if (status == LS_OK) {
      assert_memory_equal(ls_dataset_images(dataset), honest.data + 16,
                          honest.used - 16);
    } else {
      assert_int_equal(status, LS_E_FORMAT);
    }
    ls_dataset_close(dataset);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(a_name_that_lies_is_refused),
      TEST(every_truncation_is_refused),
      TEST(a_wrong_checksum_or_length_is_refused),
      TEST(what_follows_the_data_is_refused),
      TEST(several_members_are_one_file),
      TEST(too_few_and_too_many_bytes_are_refused),
      TEST(a_claim_that_no_file_of_that_size_can_keep_is_refused),
      TEST(a_bomb_stops_at_its_own_claim),
      TEST(any_flipped_bit_is_refused_or_harmless),
  };
  return cmocka_run_group_tests_name("gzip_lies", tests, NULL, NULL);
}
