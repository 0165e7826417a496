/**
 * Of what lies in /dev/shm, only what a killed run has left is deleted.
 */

#include "comm/stale.h"
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 128, FILE_BYTES = 4096 };

// A file of this process's own, as old as that.
static void make(char *path, const char *head, int age_seconds)
{
  (void)snprintf(path, PATH_BYTES, "/dev/shm/%s.stale-test.%d.%d", head, age_seconds,
                 (int)getpid());
  int file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  assert_true(file >= 0);
  assert_int_equal(ftruncate(file, FILE_BYTES), 0);
  struct timespec then = {.tv_sec = time(NULL) - age_seconds};
  const struct timespec times[] = {then, then};
  assert_int_equal(futimens(file, times), 0);
  (void)close(file);
}

static void only_what_is_ours_old_and_unused_goes(void **state)
{
  char old[PATH_BYTES];
  char young[PATH_BYTES];
  char used[PATH_BYTES];
  char foreign[PATH_BYTES];

  (void)state;
  if (access("/dev/shm", W_OK) != 0) {
    skip();
  }
  make(old, "vader_segment", 100);
  make(young, "vader_segment", 1);
  make(used, "osc_sm", 100);
  make(foreign, "somebody_elses", 100);
  int file = open(used, O_RDWR | O_CLOEXEC);
  void *mapped = mmap(NULL, FILE_BYTES, PROT_READ, MAP_SHARED, file, 0);
  (void)close(file);
  assert_ptr_not_equal(mapped, MAP_FAILED);
  assert_true(ls_stale_remove() >= 1);
  assert_int_not_equal(access(old, F_OK), 0);
  assert_int_equal(unlink(young), 0);
  assert_int_equal(unlink(foreign), 0);
  assert_int_equal(access(used, F_OK), 0);
  assert_int_equal(munmap(mapped, FILE_BYTES), 0);
  assert_true(ls_stale_remove() >= 1);
  assert_int_not_equal(access(used, F_OK), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(only_what_is_ours_old_and_unused_goes),
  };

  return cmocka_run_group_tests_name("stale", tests, NULL, NULL);
}
