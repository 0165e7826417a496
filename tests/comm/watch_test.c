/**
 * The watching thread before and after it has others to watch.
 */

#include "comm/watch.h"
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOST_CODE = 76, TENTH = 100 * 1000 };

// Begins in a child and lives on for some tenths of a second; returns how that ended.
static int live(double io_seconds, int tenths, bool ends)
{
  ls_watch_config config = {.io_seconds = io_seconds};
  int status = 0;
  pid_t child = fork();

  if (child == 0) {
    (void)close(STDERR_FILENO);
    if (!ls_watch_begin(&config)) {
      _exit(1);
    }
    ls_watch_enter(LS_PHASE_LOAD, 0);
    ls_watch_arrive();
    if (ends) {
      ls_watch_end();
    }
    (void)usleep((useconds_t)tenths * TENTH);
    _exit(0);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

static void who_waits_alone_too_long_ends(void **state)
{
  (void)state;
  assert_int_equal(live(0.2, 20, false), LOST_CODE);
}

static void who_is_in_time_goes_on(void **state)
{
  (void)state;
  assert_int_equal(live(5, 3, false), 0);
}

static void no_limit_is_no_limit(void **state)
{
  (void)state;
  assert_int_equal(live(0, 5, false), 0);
}

static void an_ended_watch_ends_nobody(void **state)
{
  (void)state;
  assert_int_equal(live(0.2, 5, true), 0);
}

static void there_is_one_watch_in_a_process(void **state)
{
  ls_watch_config config = {0};

  (void)state;
  for (int again = 0; again < 2; again++) {
    assert_true(ls_watch_begin(&config));
    assert_false(ls_watch_begin(&config));
    ls_watch_end();
  }
  ls_watch_leave(); // joined nobody
  ls_watch_end();
}

// Signals are for the threads of the program.
static void signals_find_the_program(void **state)
{
  ls_watch_config config = {0};
  sigset_t usr1;

  (void)state;
  (void)sigemptyset(&usr1);
  (void)sigaddset(&usr1, SIGUSR1);
  assert_true(ls_watch_begin(&config));
  (void)sigprocmask(SIG_BLOCK, &usr1, NULL);
  assert_int_equal(kill(getpid(), SIGUSR1), 0);
  assert_int_equal(sigtimedwait(&usr1, NULL, &(struct timespec){.tv_sec = 2}), SIGUSR1);
  (void)sigprocmask(SIG_UNBLOCK, &usr1, NULL);
  ls_watch_end();
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_waits_alone_too_long_ends),
      cmocka_unit_test(who_is_in_time_goes_on),
      cmocka_unit_test(no_limit_is_no_limit),
      cmocka_unit_test(an_ended_watch_ends_nobody),
      cmocka_unit_test(there_is_one_watch_in_a_process),
      cmocka_unit_test(signals_find_the_program),
  };

  return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
