/**
 * An image that is kept from save to save has the bytes of one that HDF5 has just
 * built.
 */

#include "base/alloc.h"
#include "store/mold.h"
#include "store/reader.h"
#include "store/sample.h"
#include "store/seal.h"

#include "unit.h"

#include <math.h>
#include <string.h>

static ls_mold mold;

// Pour the sample's state, seal it as a save does, and compare with a new image.
static void pour(ls_sample *sample)
{
  ls_checkpoint *loaded = NULL;
  ls_image built;

  assert_int_equal(ls_image_build(&built, NULL, sample_state(sample)), LS_OK);
  assert_int_equal(ls_mold_pour(&mold, sample_state(sample)), LS_OK);
  if (mold.image.length != built.length ||
      memcmp(mold.image.bytes, built.bytes, built.length) != 0) {
    fail_msg("step %lld: other bytes", (long long)sample_state(sample)->step);
  }
  assert_int_equal(ls_reader_parse(&loaded, mold.image.bytes, mold.image.length),
                   LS_OK);
  assert_true(sample_equals(sample_state(sample), loaded));
  ls_image_seal(&mold.image);
  assert_int_equal(ls_seal_check(mold.image.bytes, mold.image.length), LS_OK);
  ls_checkpoint_destroy(loaded);
  ls_image_release(&built);
  sample_destroy(sample);
}

static void pour_keeps_the_image_while_the_form_stays(void **state)
{
  (void)state;
  pour(sample_create(20, 7, 0, 350));
  const uint8_t *bytes = mold.image.bytes;
  memset(mold.image.bytes + mold.places[0], 0x55, 20 * 7 * sizeof(float));

  for (int64_t step = 351; step < 1600; step += 50) {
    pour(sample_create(20, 7, 3, step));
  }

  assert_ptr_equal(bytes, mold.image.bytes);
}

static void pour_follows_a_history_that_grows_and_shrinks(void **state)
{
  (void)state;
  const int64_t epochs[] = {0, 1, 15, 16, 17, 32, 33, 64, 5, 0};

  for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
    pour(sample_create(6, 3, 0, 100 * epochs[i]));
  }
}

// Everything that a file holds beside the numbers must be in the form.
static void pour_follows_every_other_change(void **state)
{
  (void)state;
  enum { CHANGES = 16 };

  for (int change = 0; change < CHANGES; change++) {
    ls_sample *sample = sample_create(6, 3, 0, 100);
    ls_checkpoint *s = sample_state(sample);
    switch (change) {
    case 0:
      s->seed++;
      break;
    case 1:
      s->global_batch++;
      break;
    case 2:
      s->shards++;
      break;
    case 3:
      s->epochs++;
      break;
    case 4:
      s->train_count++;
      break;
    case 5:
      s->base_rate = nextafter(s->base_rate, 1);
      break;
    case 6:
      s->schedule = "constant";
      break;
    case 7:
      s->resolved = "constant";
      break;
    case 8:
      s->configuration = "";
      break;
    case 9:
      s->fingerprint = "x";
      break;
    case 10:
      s->data_digest[0] = 'c';
      break;
    case 11:
      s->optimizer[0] = 'A';
      break;
    case 12:
      s->slot_count = 1;
      break;
    case 13:
      s->slots[1].name[0] = 'w';
      break;
    case 14:
      memcpy(s->tensors[0].activation, "tanh", 5);
      memcpy(s->slots[0].tensors[0].activation, "tanh", 5);
      memcpy(s->slots[1].tensors[0].activation, "tanh", 5);
      break;
    default:
      s->slot_count = 0;
      break;
    }
    pour(sample_create(6, 3, 0, 200));
    pour(sample);
  }
}

static void pour_of_other_shapes_makes_another_image(void **state)
{
  (void)state;
  pour(sample_create(20, 7, 0, 100));
  pour(sample_create(7, 20, 0, 100));
  pour(sample_create(20, 7, 5, 100));
}

static void pour_refuses_what_no_run_can_be_in_and_goes_on(void **state)
{
  (void)state;
  ls_sample *bad = sample_create(20, 7, 0, 300);
  sample_state(bad)->tensors[2].values[69] = -INFINITY;

  pour(sample_create(20, 7, 0, 200));
  assert_int_equal(ls_mold_pour(&mold, sample_state(bad)), LS_E_NUMERIC);
  sample_destroy(bad);
  pour(sample_create(20, 7, 0, 300));
}

static int empty(void **state)
{
  (void)state;
  ls_mold_release(&mold);
  return ls_alloc_live() == 0 ? 0 : -1;
}

#define MOLD_TEST(name) cmocka_unit_test_teardown(name, empty)

int main(void)
{
  const struct CMUnitTest tests[] = {
      MOLD_TEST(pour_keeps_the_image_while_the_form_stays),
      MOLD_TEST(pour_follows_a_history_that_grows_and_shrinks),
      MOLD_TEST(pour_follows_every_other_change),
      MOLD_TEST(pour_of_other_shapes_makes_another_image),
      MOLD_TEST(pour_refuses_what_no_run_can_be_in_and_goes_on),
  };
  return cmocka_run_group_tests_name("mold", tests, NULL, NULL);
}
