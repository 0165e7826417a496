/**
 * Who is blamed for a death or a silence, and who is not.
 *
 * A judgement ends its process, so each is made in a child, which tells what it said
 * and how it ended.  Clocks are numbers: nobody waits.
 */

#include "comm/pulse.h"
#include "unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT = 3, LOST_CODE = 76 };

typedef struct room {
  _Alignas(LS_ALIGNMENT) char page[sizeof(ls_pulse_page) + COUNT * sizeof(ls_pulse)];
  ls_patient patients[COUNT];
  ls_ward ward;
  char said[1024];
} room;

// Three ranks in step 7, heard at second 100; silence may last 4 s, and 20 s for files.
static int begin_room(void **state)
{
  static room r;

  memset(&r, 0, sizeof r);
  r.ward = (ls_ward){.page = (ls_pulse_page *)(void *)r.page,
                     .patients = r.patients,
                     .count = COUNT,
                     .limits = {.hang_seconds = 4, .io_seconds = 20},
                     .host = "here"};
  for (int i = 0; i < COUNT; i++) {
    ls_pulse *pulse = &r.ward.page->pulses[i];
    pulse->rank = i;
    atomic_store(&pulse->step, 7);
    atomic_store(&pulse->phase, LS_PHASE_STEP);
    atomic_store(&pulse->arrivals, 50);
    r.patients[i] = (ls_patient){.pulse = pulse, .process_fd = -1, .seen = 100};
  }
  *state = &r;
  return 0;
}

// Looks in a child; returns its exit code, with what it has said in r->said.
static int look(room *r, double now, double lost)
{
  int pipe_ends[2];
  int status = 0;
  size_t used = 0;
  ssize_t got = 0;

  assert_int_equal(pipe(pipe_ends), 0);
  pid_t child = fork();
  if (child == 0) {
    (void)dup2(pipe_ends[1], STDERR_FILENO);
    ls_ward_look(&r->ward, now, lost);
    _exit(0);
  }
  (void)close(pipe_ends[1]);
  while ((got = read(pipe_ends[0], r->said + used, sizeof r->said - 1 - used)) > 0) {
    used += (size_t)got;
  }
  r->said[used] = '\0';
  (void)close(pipe_ends[0]);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  return WEXITSTATUS(status);
}

#define assert_said(r, code, text)                                                     \
  do {                                                                                 \
    assert_int_equal(code, LOST_CODE);                                                 \
    if (!strstr((r)->said, text)) {                                                    \
      fail_msg("said '%s', not '%s'", (r)->said, text);                                \
    }                                                                                  \
  } while (0)

static void arrive(room *r, int rank, uint32_t arrivals)
{
  atomic_store(&r->ward.page->pulses[rank].arrivals, arrivals);
}

static void short_silence_is_nothing(void **state)
{
  assert_int_equal(look(*state, 104, 0), 0);
}

static void the_rank_that_has_arrived_least_is_stuck(void **state)
{
  room *r = *state;

  arrive(r, 1, 49);
  assert_said(
      r, look(r, 104.5, 0),
      "rank 1 (host here, process 0) has been silent for 4.5 s in a step, step 7");
}

static void arrivals_may_wrap_around(void **state)
{
  room *r = *state;

  arrive(r, 0, 1);
  arrive(r, 1, UINT32_MAX);
  arrive(r, 2, 0);
  assert_said(r, look(r, 105, 0), "rank 1 (");
}

static void who_has_beaten_since_is_not_silent(void **state)
{
  room *r = *state;

  arrive(r, 1, 49);
  atomic_store(&r->ward.page->pulses[1].beats, 1);
  assert_int_equal(look(r, 1000, 0), 0);
}

static void other_hosts_have_a_second_to_speak_first(void **state)
{
  room *r = *state;

  (void)snprintf(r->ward.other_hosts, sizeof r->ward.other_hosts, "b, c");
  assert_int_equal(look(r, 104.9, 0), 0);
  assert_said(r, look(r, 105.5, 0), "has waited 5.5 s for other hosts: b, c in a step");
}

static void files_take_their_own_time(void **state)
{
  room *r = *state;

  for (int i = 0; i < COUNT; i++) {
    atomic_store(&r->ward.page->pulses[i].phase, LS_PHASE_SAVE);
  }
  arrive(r, 2, 49);
  assert_int_equal(look(r, 119, 0), 0);
  assert_said(r, look(r, 121, 0),
              "rank 2 (host here, process 0) has been silent for 21");
  // Also where it is the shorter time, or the only limit.
  r->ward.limits = (ls_watch_config){.hang_seconds = 60, .io_seconds = 2};
  assert_said(r, look(r, 103, 0), "in saving");
  r->ward.limits.hang_seconds = 0;
  assert_said(r, look(r, 103, 0), "in saving");
}

static void without_limits_nobody_is_silent(void **state)
{
  room *r = *state;

  arrive(r, 1, 49);
  r->ward.limits = (ls_watch_config){0};
  assert_int_equal(look(r, 1e9, 0), 0);
}

static void time_that_nobody_looked_is_nobodys_silence(void **state)
{
  room *r = *state;

  arrive(r, 1, 49);
  assert_int_equal(look(r, 150, 47), 0);
  assert_said(r, look(r, 150, 45), "has been silent for 5.0 s");
}

static void one_voice_is_enough(void **state)
{
  room *r = *state;

  arrive(r, 1, 49);
  atomic_store(&r->ward.page->told, 1);
  assert_said(r, look(r, 105, 0), "");
  assert_string_equal(r->said, "");
}

static void the_dead_are_named_at_once(void **state)
{
  room *r = *state;

  r->patients[2].process = 1;
  r->patients[2].process_fd = STDIN_FILENO; // as if: the poll has seen it
  r->patients[2].ended = true;
  assert_said(r, look(r, 100, 0), "rank 2 (host here, process 0) has died in a step");
  atomic_store(&r->ward.page->pulses[2].excused, 1);
  assert_int_equal(look(r, 100, 0), 0);
}

// A child that waits to be killed.
static pid_t begin_sleeper(void)
{
  pid_t child = fork();

  if (child == 0) {
    for (;;) {
      (void)pause();
    }
  }
  return child;
}

static void the_dead_are_seen_without_a_descriptor(void **state)
{
  room *r = *state;
  siginfo_t info;
  pid_t child = begin_sleeper();

  r->patients[0].process = child;
  assert_int_equal(look(r, 100, 0), 0);
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
  assert_int_equal(ls_process_state(child), 'Z');
  assert_said(r, look(r, 100, 0), "rank 0 (host here, process 0) has died");
  assert_int_equal(waitpid(child, NULL, 0), child);
  assert_int_equal(ls_process_state(child), '\0');
  assert_said(r, look(r, 100, 0), "rank 0 (host here, process 0) has died");
}

static void the_stopped_are_blamed_before_the_late_and_ended(void **state)
{
  room *r = *state;
  int status = 0;
  pid_t child = begin_sleeper();

  r->patients[2].process = child;
  r->patients[2].process_fd = pidfd_open(child, 0);
  assert_int_equal(kill(child, SIGSTOP), 0);
  assert_int_equal(waitpid(child, &status, WUNTRACED), child);
  arrive(r, 1, 49);
  assert_int_equal(look(r, 104, 0), 0);
  assert_said(r, look(r, 105, 0),
              "rank 2 (host here, process 0) has been stopped by a signal for 5.0 s");
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  (void)close(r->patients[2].process_fd);
}

static void a_debugger_stops_the_clock_of_all(void **state)
{
  room *r = *state;
  pid_t child = begin_sleeper();

  r->patients[0].process = child;
  arrive(r, 1, 49);
  assert_false(ls_process_is_traced(child));
  if (ptrace(PTRACE_SEIZE, child, NULL, NULL) != 0) {
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    skip();
  }
  assert_true(ls_process_is_traced(child));
  assert_int_equal(look(r, 1000, 0), 0);
  // Seen here too, as the thread that goes on looking does.
  ls_ward_look(&r->ward, 1000, 0);
  assert_int_equal(ptrace(PTRACE_DETACH, child, NULL, NULL), -1); // not stopped
  (void)kill(child, SIGKILL);
  assert_int_equal(waitpid(child, NULL, 0), child);
  r->patients[0].process = 0;
  assert_int_equal(look(r, 1003, 0), 0);
  assert_said(r, look(r, 1005, 0), "rank 1 (");
}

#define IN_A_ROOM(test) cmocka_unit_test_setup(test, begin_room)

int main(void)
{
  const struct CMUnitTest tests[] = {
      IN_A_ROOM(short_silence_is_nothing),
      IN_A_ROOM(the_rank_that_has_arrived_least_is_stuck),
      IN_A_ROOM(arrivals_may_wrap_around),
      IN_A_ROOM(who_has_beaten_since_is_not_silent),
      IN_A_ROOM(other_hosts_have_a_second_to_speak_first),
      IN_A_ROOM(files_take_their_own_time),
      IN_A_ROOM(without_limits_nobody_is_silent),
      IN_A_ROOM(time_that_nobody_looked_is_nobodys_silence),
      IN_A_ROOM(one_voice_is_enough),
      IN_A_ROOM(the_dead_are_named_at_once),
      IN_A_ROOM(the_dead_are_seen_without_a_descriptor),
      IN_A_ROOM(the_stopped_are_blamed_before_the_late_and_ended),
      IN_A_ROOM(a_debugger_stops_the_clock_of_all),
  };

  return cmocka_run_group_tests_name("ward", tests, NULL, NULL);
}
