/**
 * Damaged files: none is ever parsed, let alone loaded.
 */

#include "lockstep/checkpoint.h"

#include "base/random.h"
#include "store/driven.h"
#include "store/image.h"
#include "store/reader.h"
#include "store/rounds.h"
#include "store/saved.h"
#include "store/seal.h"

#include "unit.h"

#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, SECTOR = 512, TAIL = 64 };

static ls_image good;
static uint8_t *bytes; /* a damaged copy, with room for a tail */
static size_t length;

static int make_good(void **state)
{
  good = sample_image(1200);
  bytes = malloc(good.length + TAIL);
  return bytes && good.length > 8 * (size_t)PAGE ? make_place(state) : -1;
}

static int drop_good(void **state)
{
  ls_image_release(&good);
  free(bytes);
  return remove_place(state);
}

static size_t draw(int trial, uint64_t stream, size_t below)
{
  uint32_t words[4];

  ls_random_words(words, 42 + rounds_seed(), stream, (uint64_t)trial);
  return words[0] % below;
}

static void flip_bit(int trial)
{
  size_t bit = draw(trial, 1, 8 * good.length);

  bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void cut_short(int trial)
{
  length = draw(trial, 2, good.length);
}

static void zero_sector(int trial)
{
  size_t at = draw(trial, 3, good.length / SECTOR) * SECTOR;

  memset(bytes + at, 0, SECTOR);
}

static void swap_pages(int trial)
{
  uint8_t page[PAGE];
  size_t pages = good.length / PAGE;
  size_t a = draw(trial, 4, pages);
  size_t b = (a + 1 + draw(trial, 5, pages - 1)) % pages;

  memcpy(page, bytes + a * PAGE, PAGE);
  memcpy(bytes + a * PAGE, bytes + b * PAGE, PAGE);
  memcpy(bytes + b * PAGE, page, PAGE);
}

static void add_tail(int trial)
{
  size_t more = 1 + draw(trial, 6, TAIL);

  for (size_t i = 0; i < more; i++) {
    bytes[length++] = (uint8_t)draw(trial, 7 + i, 256);
  }
}

static bool is_damaged(void)
{
  return length != good.length || memcmp(bytes, good.bytes, length) != 0;
}

// Only the seal and what comes before it may refuse: HDF5 is never reached.
static bool refused_before_parsing(void)
{
  const char *why = ls_status_message();

  return strstr(why, "not sealed") || strstr(why, "the seal does not match") ||
         strstr(why, "which no checkpoint has") || strstr(why, "is not a checkpoint");
}

static void refuse_all(const char *kind, void (*damage)(int trial), int count)
{
  int refused = 0;

  for (int trial = 0; trial < rounds_count(count); trial++) {
    ls_checkpoint *loaded = NULL;
    memcpy(bytes, good.bytes, good.length);
    length = good.length;
    damage(trial);
    if (!is_damaged()) {
      damage(trial + 1000000);
    }
    assert_true(is_damaged());
    place_write(place, "damaged.h5", bytes, length);
    if (ls_checkpoint_load(&loaded, place_path("damaged.h5")) != LS_E_FORMAT ||
        loaded || !refused_before_parsing()) {
      fail_msg("%s %d: %s", kind, trial, ls_status_message());
    }
    refused++;
  }
  print_message("%s: %d refused, 0 parsed\n", kind, refused);
}

static void damaged_files_are_refused_before_they_are_parsed(void **state)
{
  (void)state;
  refuse_all("flipped bits", flip_bit, 2000);
  refuse_all("cut short", cut_short, 500);
  refuse_all("zeroed sectors", zero_sector, 500);
  refuse_all("swapped pages", swap_pages, 500);
  refuse_all("tails", add_tail, 200);
}

// The teeth of the test above: HDF5 itself takes nearly all of them.
static void without_the_seal_most_flips_go_unseen(void **state)
{
  (void)state;
  int accepted = 0;

  for (int trial = 0; trial < 2000; trial++) {
    ls_checkpoint *loaded = NULL;
    memcpy(bytes, good.bytes, good.length);
    flip_bit(trial);
    if (ls_reader_parse(&loaded, bytes, good.length - LS_SEAL_BYTES) == LS_OK) {
      accepted++;
    }
    ls_checkpoint_destroy(loaded);
    if (H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL) != 0) {
      fail_msg("flip %d leaves HDF5 objects open", trial);
    }
  }
  print_message("without the seal: %d of 2000 accepted\n", accepted);
  assert_true(accepted > 1400);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(damaged_files_are_refused_before_they_are_parsed),
      cmocka_unit_test(without_the_seal_most_flips_go_unseen),
  };
  rounds_print();
  return cmocka_run_group_tests_name("rot", tests, make_good, drop_good);
}
