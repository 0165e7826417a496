/**
 * SIGCHLD and what asks to stop are blocked and waited for in one place, so nothing can
 * be missed between a look and a wait.  Every run is a process group of its own: Ctrl-C
 * on the terminal reaches this process alone, which then ends the groups in order.
 */

#include "compare/pool.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "compare/file.h"
#include "compare/process.h"
#include "compare/result.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { GRACE_SECONDS = 10 };

typedef struct job {
  pid_t pid; /* 0: none */
  int index; /* of its run */
  double begin;
} job;

typedef struct pool {
  const ls_plan *plan;
  job *jobs; /* [count] */
  int count;
  int running;
  int next, stride, total;
  int done; /* of `total`, in whatever way */
  bool stopped;
} pool;

static void say_progress(const pool *p, const char *word, int index, double seconds)
{
  char path[LS_COMPARE_PATH];

  ls_plan_directory(path, p->plan, index);
  const char *name = strrchr(path, '/') + 1;
  ls_log_say("%4d/%d  %-10s %6.1f s  %s\n", p->done, p->total, word, seconds, name);
}

static ls_status start(pool *p, job *j, int index)
{
  const char *words[LS_COMPARE_WORDS];
  char directory[LS_COMPARE_PATH];
  char old[LS_COMPARE_PATH + 16];
  char *storage = ls_alloc(LS_COMPARE_COMMAND, 1);

  if (!storage) {
    return LS_E_NOMEM;
  }
  ls_plan_directory(directory, p->plan, index);
  ls_plan_command(words, storage, p->plan, index);
  // What an interrupted run has left would be in the way of the new one.
  (void)snprintf(old, sizeof old, "%s/run", directory);
  ls_file_remove_tree(old);
  (void)snprintf(old, sizeof old, "%s/result", directory);
  ls_file_remove_tree(old);
  ls_status status = ls_file_make_directory(directory);
  if (status == LS_OK) {
    int failure = ls_process_start(&j->pid, directory, words);
    if (failure != 0) {
      j->pid = 0;
      status = ls_fail(LS_E_IO, "cannot start '%s': %s", words[0], strerror(failure));
    }
  }
  j->index = index;
  j->begin = ls_clock_seconds();
  p->running += j->pid != 0;
  ls_free(storage);
  return status;
}

static ls_status start_more(pool *p)
{
  int runs = ls_plan_run_count(p->plan);

  for (int i = 0; i < p->count && !p->stopped; i++) {
    while (p->jobs[i].pid == 0 && p->next < runs) {
      int index = p->next;
      p->next += p->stride;
      if (ls_result_exists(p->plan, index)) {
        p->done++;
      } else {
        LS_TRY(start(p, &p->jobs[i], index));
      }
    }
  }
  return LS_OK;
}

// A run that was told to stop has no result: it is to be done again.
static ls_status note_end(pool *p, job *j, int wait)
{
  const char *words[LS_COMPARE_WORDS];
  double seconds = ls_clock_seconds() - j->begin;
  int stopped_code = ls_status_exit_code(LS_STOPPED);
  char *storage = ls_alloc(LS_COMPARE_COMMAND, 1);

  j->pid = 0;
  p->running--;
  if (!storage) {
    return LS_E_NOMEM;
  }
  ls_status status = LS_OK;
  if (!p->stopped && !(WIFEXITED(wait) && WEXITSTATUS(wait) == stopped_code)) {
    ls_plan_command(words, storage, p->plan, j->index);
    status = ls_result_write(p->plan, j->index, words, wait, seconds);
    p->done++;
    bool good = WIFEXITED(wait) && WEXITSTATUS(wait) == 0;
    say_progress(p, good ? "done" : "FAILED", j->index, seconds);
  }
  ls_free(storage);
  return status;
}

static ls_status reap(pool *p)
{
  ls_status status = LS_OK;

  for (int i = 0; i < p->count; i++) {
    int wait = 0;
    job *j = &p->jobs[i];
    if (j->pid != 0 && waitpid(j->pid, &wait, WNOHANG) == j->pid) {
      ls_status noted = note_end(p, j, wait);
      status = status == LS_OK ? noted : status;
    }
  }
  return status;
}

static void tell_all(const pool *p, int signal)
{
  for (int i = 0; i < p->count; i++) {
    if (p->jobs[i].pid != 0) {
      (void)kill(-p->jobs[i].pid, signal);
    }
  }
}

// Ends what runs: politely, then not.
static void end_all(pool *p, const sigset_t *signals)
{
  const struct timespec second = {.tv_sec = 1};

  p->stopped = true;
  tell_all(p, SIGTERM);
  for (int waited = 0; p->running > 0; waited++) {
    if (waited == GRACE_SECONDS) {
      tell_all(p, SIGKILL);
    }
    (void)sigtimedwait(signals, NULL, &second);
    (void)reap(p);
  }
}

static ls_status run(pool *p, const sigset_t *signals)
{
  ls_status status = start_more(p);

  while (status == LS_OK && p->running > 0) {
    int signal = sigwaitinfo(signals, NULL);
    if (signal > 0 && signal != SIGCHLD) {
      status = ls_fail(LS_STOPPED, "stopped; the same command goes on with what is "
                                   "missing");
      break;
    }
    status = reap(p);
    if (status == LS_OK) {
      status = start_more(p);
    }
  }
  if (status != LS_OK) {
    end_all(p, signals);
  }
  return status;
}

// The child's end and all that asks to stop.  A hang-up does unless nohup had it
// ignored: a blocked signal is delivered to who waits for it, ignored or not.
static void list_signals(sigset_t *signals)
{
  struct sigaction hangup;

  sigemptyset(signals);
  sigaddset(signals, SIGCHLD);
  sigaddset(signals, SIGINT);
  sigaddset(signals, SIGTERM);
  if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
    sigaddset(signals, SIGHUP);
  }
}

ls_status ls_pool_run(const ls_plan *plan, int first, int stride, int jobs)
{
  pool p = {.plan = plan,
            .count = jobs,
            .next = first,
            .stride = stride,
            .total = (ls_plan_run_count(plan) - first + stride - 1) / stride};
  sigset_t signals;
  sigset_t before;

  p.jobs = ls_alloc((size_t)jobs, sizeof *p.jobs);
  if (!p.jobs) {
    return LS_E_NOMEM;
  }
  list_signals(&signals);
  sigprocmask(SIG_BLOCK, &signals, &before);
  ls_status status = run(&p, &signals);
  sigprocmask(SIG_SETMASK, &before, NULL);
  ls_free(p.jobs);
  return status;
}
