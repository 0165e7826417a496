/**
 * One run at a time in a directory.
 */

#include "store/lock.h"

#include "store/saved.h"

#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// Our own lock's text, with one field's value replaced.
static void forge(const char *field, const char *value)
{
  char text[1024] = "";
  char forged[2048];
  ls_lock *lock;

  assert_int_equal(ls_lock_take(&lock, place), LS_OK);
  assert_true(place_read(place, "lock", text, sizeof text - 1) > 0);
  ls_lock_release(lock);
  char *begin = strstr(text, field);
  assert_non_null(begin);
  begin += strlen(field);
  size_t head = (size_t)(begin - text);
  (void)snprintf(forged, sizeof forged, "%.*s%s%s", (int)head, text, value,
                 begin + strcspn(begin, " \n"));
  place_write(place, "lock", forged, strlen(forged));
}

static void expect_taken(bool taken)
{
  ls_lock *lock;
  ls_status status = ls_lock_take(&lock, place);

  assert_int_equal(status, taken ? LS_OK : LS_E_IO);
  if (taken) {
    assert_non_null(strstr(ls_lock_takeover(lock), "that is gone: host="));
  }
  ls_lock_release(lock);
}

static void second_run_is_refused_and_told_who_holds_it(void **state)
{
  (void)state;
  char wanted[64];
  ls_lock *first;
  ls_lock *second;

  assert_int_equal(ls_lock_take(&first, place), LS_OK);
  assert_string_equal(ls_lock_takeover(first), "");
  assert_int_equal(ls_lock_take(&second, place), LS_E_IO);

  (void)snprintf(wanted, sizeof wanted, "pid=%ld since=", (long)getpid());
  assert_non_null(strstr(ls_status_message(), wanted));
  ls_lock_release(first);
  assert_int_equal(ls_lock_take(&second, place), LS_OK);
  ls_lock_release(second);
}

static void number_of_a_new_process_does_not_hold_a_dead_ones_lock(void **state)
{
  (void)state;
  forge(" start=", "1");
  expect_taken(true);
}

static void dead_process_is_recognised(void **state)
{
  (void)state;
  char number[32];
  pid_t child = fork();

  if (child == 0) {
    _exit(0);
  }
  assert_true(waitpid(child, NULL, 0) == child);
  (void)snprintf(number, sizeof number, "%ld", (long)child);
  forge(" pid=", number);
  expect_taken(true);
}

static void lock_from_before_the_last_boot_is_stale(void **state)
{
  (void)state;
  forge(" boot=", "00000000-0000-0000-0000-000000000000");
  expect_taken(true);
}

static void other_hosts_and_other_process_namespaces_count_as_alive(void **state)
{
  (void)state;
  forge(" host=", "elsewhere");
  expect_taken(false);
  (void)unlink(place_path("lock"));
  forge(" pids=", "pid:[1]");
  expect_taken(false);
}

static void earlier_start_of_the_same_slurm_job_is_stale_on_any_host(void **state)
{
  (void)state;
  (void)setenv("SLURM_JOB_ID", "4711", 1);
  (void)setenv("SLURM_RESTART_COUNT", "1", 1);
  forge(" host=", "elsewhere");
  expect_taken(false);
  (void)setenv("SLURM_RESTART_COUNT", "2", 1);
  expect_taken(true);
  (void)unsetenv("SLURM_JOB_ID");
  (void)unsetenv("SLURM_RESTART_COUNT");
}

static void foreign_lock_is_never_removed(void **state)
{
  (void)state;
  place_write(place, "lock", "vi was here\n", 12);
  expect_taken(false);
  assert_true(place_has(place, "lock"));
}

static void lock_that_became_anothers_is_not_given_back(void **state)
{
  (void)state;
  ls_lock *lock;
  assert_int_equal(ls_lock_take(&lock, place), LS_OK);
  place_write(place, "lock", "another's\n", 10);

  ls_lock_release(lock);

  assert_true(place_has(place, "lock"));
}

// A contender: tries when all are there, and holds what it took until it is killed.
static void contend(int go, int done, const char *name)
{
  char byte;
  ls_lock *lock;

  (void)!read(go, &byte, 1);
  if (ls_lock_take(&lock, place) == LS_OK) {
    place_write(place, name, "", 0);
  }
  (void)!write(done, "x", 1);
  (void)pause();
  _exit(0);
}

static int race(int contenders)
{
  int go[2];
  int done[2];
  int holders = 0;
  pid_t children[16];
  char byte;
  char name[32];

  assert_true(pipe(go) == 0 && pipe(done) == 0);
  for (int i = 0; i < contenders; i++) {
    children[i] = fork();
    if (children[i] == 0) {
      (void)snprintf(name, sizeof name, "holder-%d", i);
      (void)close(go[1]);
      contend(go[0], done[1], name);
    }
  }
  (void)close(go[0]);
  (void)close(go[1]);
  for (int i = 0; i < contenders; i++) {
    assert_int_equal(read(done[0], &byte, 1), 1);
  }
  for (int i = 0; i < contenders; i++) {
    (void)kill(children[i], SIGKILL);
    (void)waitpid(children[i], NULL, 0);
    (void)snprintf(name, sizeof name, "holder-%d", i);
    holders += place_has(place, name) ? 1 : 0;
    (void)unlink(place_path(name));
  }
  (void)close(done[0]);
  (void)close(done[1]);
  return holders;
}

static void stale_lock_has_one_new_holder_however_many_want_it(void **state)
{
  (void)state;
  for (int round = 0; round < 25; round++) {
    (void)unlink(place_path("lock"));
    forge(" start=", "1");
    assert_int_equal(race(8), 1);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      IN_PLACE(second_run_is_refused_and_told_who_holds_it),
      IN_PLACE(number_of_a_new_process_does_not_hold_a_dead_ones_lock),
      IN_PLACE(dead_process_is_recognised),
      IN_PLACE(lock_from_before_the_last_boot_is_stale),
      IN_PLACE(other_hosts_and_other_process_namespaces_count_as_alive),
      IN_PLACE(earlier_start_of_the_same_slurm_job_is_stale_on_any_host),
      IN_PLACE(foreign_lock_is_never_removed),
      IN_PLACE(lock_that_became_anothers_is_not_given_back),
      IN_PLACE(stale_lock_has_one_new_holder_however_many_want_it),
  };
  return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
