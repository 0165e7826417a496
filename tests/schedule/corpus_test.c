#include "unit.h"

#include "base/alloc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

// Every input that fuzzing ever kept, once more: a finding stays found.

#define DIRECTORY LOCKSTEP_TEST_DATA "/fuzz-schedule"

enum { INPUT_BYTES = 1 << 17 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay(const char *name)
{
  static uint8_t bytes[INPUT_BYTES];
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", DIRECTORY, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  size_t size = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  LLVMFuzzerTestOneInput(bytes, size);
}

static void every_kept_input_is_read_or_refused(void **state)
{
  (void)state;
  int count = 0;
  DIR *directory = opendir(DIRECTORY);
  assert_non_null(directory);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] != '.') {
      replay(entry->d_name);
      count++;
    }
  }
  closedir(directory);
  assert_true(count >= 50);
  assert_int_equal(ls_alloc_live(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kept_input_is_read_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
