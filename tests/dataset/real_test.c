#include "lockstep/dataset.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char fashion[] = "/usr/share/datasets/fashion-mnist";
static char mnist[4096];

static void check_size(const char *directory, ls_split split, int64_t count,
                       const uint8_t *first_labels)
{
  ls_dataset *dataset = NULL;

  if (ls_dataset_open(&dataset, directory, split) != LS_OK) {
    fail_msg("%s", ls_status_message());
  }
  assert_int_equal(ls_dataset_count(dataset), count);
  assert_int_equal(ls_dataset_features(dataset), 784);
  assert_int_equal(ls_dataset_classes(dataset), 10);
  assert_memory_equal(ls_dataset_labels(dataset), first_labels, 5);
  ls_dataset_close(dataset);
}

static void mnist_is_read(void **state)
{
  (void)state;
  check_size(mnist, LS_SPLIT_TRAIN, 60000, (const uint8_t[]){5, 0, 4, 1, 9});
  check_size(mnist, LS_SPLIT_TEST, 10000, (const uint8_t[]){7, 2, 1, 0, 4});
}

// Debian's files are packed.
static void fashion_mnist_is_read(void **state)
{
  (void)state;
  if (access(fashion, F_OK) != 0) {
    skip();
  }
  check_size(fashion, LS_SPLIT_TRAIN, 60000, (const uint8_t[]){9, 0, 0, 3, 0});
  check_size(fashion, LS_SPLIT_TEST, 10000, (const uint8_t[]){9, 2, 1, 1, 6});
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mnist_is_read),
      cmocka_unit_test(fashion_mnist_is_read),
  };
  const char *source = getenv("LOCKSTEP_SOURCE");
  const char *required = getenv("LOCKSTEP_REQUIRE");

  (void)snprintf(mnist, sizeof mnist, "%s/data/mnist", source ? source : ".");
  if (access(mnist, F_OK) != 0 && !(required && strstr(required, "mnist"))) {
    (void)fprintf(stderr, "SKIPPED: no '%s', see scripts/fetch_mnist.sh\n", mnist);
    return 77;
  }
  return cmocka_run_group_tests_name("real", tests, NULL, NULL);
}
