/**
 * A state becomes bytes and comes back; equal states are equal bytes.
 */

#include "base/alloc.h"
#include "store/image.h"
#include "store/reader.h"
#include "store/sample.h"
#include "store/seal.h"
#include "store/state.h"

#include "unit.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void image_comes_back_as_the_same_state(void **state)
{
  (void)state;
  ls_sample *sample = sample_create(20, 7, 0, 350);
  ls_checkpoint *loaded = NULL;
  ls_image image;

  assert_int_equal(ls_image_build(&image, NULL, sample_state(sample)), LS_OK);
  assert_int_equal(ls_reader_parse(&loaded, image.bytes, image.length), LS_OK);

  assert_true(sample_equals(sample_state(sample), loaded));
  ls_checkpoint_destroy(loaded);
  ls_image_release(&image);
  sample_destroy(sample);
}

static void image_of_a_new_run_has_no_slots_and_no_history(void **state)
{
  (void)state;
  ls_sample *sample = sample_create(20, 7, 0, 0);
  ls_checkpoint *loaded = NULL;
  ls_image image;
  sample_state(sample)->slot_count = 0;

  assert_int_equal(ls_image_build(&image, NULL, sample_state(sample)), LS_OK);
  assert_int_equal(ls_reader_parse(&loaded, image.bytes, image.length), LS_OK);

  assert_int_equal(loaded->slot_count, 0);
  assert_int_equal(loaded->history_count, 0);
  assert_true(sample_equals(sample_state(sample), loaded));
  ls_checkpoint_destroy(loaded);
  ls_image_release(&image);
  sample_destroy(sample);
}

static void image_is_the_same_bytes_whatever_memory_held(void **state)
{
  (void)state;
  ls_image images[2];

  // Padded rows and freed memory full of rubbish must leave no trace.
  for (int i = 0; i < 2; i++) {
    ls_sample *sample = sample_create(40, 9, 7 * i, 1234);
    void *rubbish = malloc(1 << 20);
    assert_non_null(rubbish);
    memset(rubbish, 0x55 * (i + 1), 1 << 20);
    free(rubbish);
    assert_int_equal(ls_image_build(&images[i], NULL, sample_state(sample)), LS_OK);
    ls_image_seal(&images[i]);
    sample_destroy(sample);
  }

  assert_int_equal(images[0].length, images[1].length);
  assert_memory_equal(images[0].bytes, images[1].bytes, images[0].length);
  ls_image_release(&images[0]);
  ls_image_release(&images[1]);
}

static void image_is_no_larger_than_the_bound(void **state)
{
  (void)state;
  const int hidden[] = {1, 16, 128};

  for (int i = 0; i < 3; i++) {
    ls_sample *sample = sample_create(784, hidden[i], 0, 1500);
    ls_image image;
    assert_int_equal(ls_image_build(&image, NULL, sample_state(sample)), LS_OK);
    ls_image_seal(&image);
    int64_t bound = ls_checkpoint_bytes_bound(sample_state(sample));
    assert_true((int64_t)image.length <= bound);
    assert_true(bound - (int64_t)image.length < 64 * 1024);
    ls_image_release(&image);
    sample_destroy(sample);
  }
}

// The refusals of a state that no run can be in.
static void refuse(ls_sample *sample, ls_status wanted)
{
  ls_image image;

  assert_int_equal(ls_image_build(&image, NULL, sample_state(sample)), wanted);
  assert_null(image.bytes);
  sample_destroy(sample);
}

static void image_refuses_an_impossible_state(void **state)
{
  (void)state;
  ls_sample *sample = sample_create(20, 7, 0, 350);
  sample_state(sample)->tensors[1].values[3] = NAN;
  refuse(sample, LS_E_NUMERIC);
  assert_string_equal(ls_status_message(),
                      "row 0 of 'layer0/bias' has a value that is not finite");

  sample = sample_create(20, 7, 0, 350);
  sample_state(sample)->tensors[2].name[6] = '-';
  refuse(sample, LS_E_ARG);

  sample = sample_create(20, 7, 0, 350);
  memcpy(sample_state(sample)->tensors[3].name, "layer0/late", 12);
  refuse(sample, LS_E_ARG);

  sample = sample_create(20, 7, 0, 350);
  memcpy(sample_state(sample)->slots[1].name, "skipped", 8);
  refuse(sample, LS_E_ARG);

  sample = sample_create(20, 7, 0, 350);
  sample_state(sample)->slots[1].tensors[0].rows = 19;
  refuse(sample, LS_E_ARG);

  sample = sample_create(20, 7, 0, 350);
  memcpy(sample_state(sample)->slots[1].tensors[0].activation, "tanh", 5);
  refuse(sample, LS_E_ARG);

  sample = sample_create(20, 7, 0, 350);
  sample_state(sample)->epoch_correct = sample_state(sample)->epoch_count + 1;
  refuse(sample, LS_E_ARG);
}

static void nothing_stays_allocated(void **state)
{
  (void)state;
  assert_int_equal(ls_alloc_live(), 0);
}

static void seal_is_128_bytes_that_a_shell_can_check(void **state)
{
  (void)state;
  char seal[LS_SEAL_BYTES + 1] = "";

  ls_seal_make(seal, (const uint8_t *)"abc", 3);

  assert_memory_equal(seal,
                      "\nLOCKSTEP-SEAL v1 len=3 sha256=ba7816bf8f01cfea414140de5dae2223"
                      "b00361a396177a9cb410ff61f20015ad ",
                      31 + 64 + 1);
  assert_int_equal(strspn(seal + 95, " "), 32);
  assert_string_equal(seal + 127, "\n");
}

static void seal_counts_damage_in_its_own_padding(void **state)
{
  (void)state;
  uint8_t file[3 + LS_SEAL_BYTES] = "abc";
  ls_seal_make((char *)file + 3, file, 3);
  assert_int_equal(ls_seal_check(file, sizeof file), LS_OK);

  for (size_t i = 0; i < sizeof file; i++) {
    file[i] ^= 1;
    if (ls_seal_check(file, sizeof file) != LS_E_FORMAT) {
      fail_msg("a flip at byte %zu went unseen", i);
    }
    file[i] ^= 1;
  }
}

static void merit_is_that_of_the_checkpoints_own_step(void **state)
{
  (void)state;
  ls_sample *sample = sample_create(2, 2, 0, 300);

  assert_true(ls_state_merit(sample_state(sample), "val_accuracy") == 0.9);
  assert_true(ls_state_merit(sample_state(sample), "loss") == -1.0 / 3.0);
  assert_true(isnan(ls_state_merit(sample_state(sample), NULL)));
  sample_state(sample)->step = 301;
  assert_true(isnan(ls_state_merit(sample_state(sample), "val_accuracy")));
  sample_destroy(sample);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(image_comes_back_as_the_same_state),
      cmocka_unit_test(image_of_a_new_run_has_no_slots_and_no_history),
      cmocka_unit_test(image_is_the_same_bytes_whatever_memory_held),
      cmocka_unit_test(image_is_no_larger_than_the_bound),
      cmocka_unit_test(image_refuses_an_impossible_state),
      cmocka_unit_test(seal_is_128_bytes_that_a_shell_can_check),
      cmocka_unit_test(seal_counts_damage_in_its_own_padding),
      cmocka_unit_test(merit_is_that_of_the_checkpoints_own_step),
      cmocka_unit_test(nothing_stays_allocated),
  };
  return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
