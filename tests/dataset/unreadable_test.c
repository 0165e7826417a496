/**
 * A data file whose pages cannot be read, as on a bad disk, is refused with a status.
 *
 * Here fstat is replaced by one that lies: what lies beyond a file's end cannot be read
 * through a map either.
 */

#include "base/alloc.h"
#include "files.h"
#include "lockstep/dataset.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { CLAIMED = 1000 };

int __real_fstat(int fd, struct stat *about);
int __wrap_fstat(int fd, struct stat *about);

int __wrap_fstat(int fd, struct stat *about)
{
  int result = __real_fstat(fd, about);

  if (result == 0 && about->st_size == (off_t)files_images().used) {
    about->st_size = 16 + (off_t)CLAIMED * FILES_ROWS * FILES_COLUMNS;
  }
  return result;
}

static void what_cannot_be_read_is_a_status(void **state)
{
  (void)state;
  const char *directory = files_begin();
  ls_dataset *dataset = NULL;
  files_bytes images = files_images();
  files_write_split("train", false);
  files_put(&images, 4, CLAIMED);
  files_write("train-images-idx3-ubyte", &images);

  assert_int_equal(ls_dataset_open(&dataset, directory, LS_SPLIT_TRAIN), LS_E_IO);

  assert_non_null(strstr(ls_status_message(), "cannot read '"));
  assert_null(dataset);
  files_end();
  assert_int_equal(ls_alloc_live(), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_cannot_be_read_is_a_status),
  };
  return cmocka_run_group_tests_name("unreadable", tests, NULL, NULL);
}
