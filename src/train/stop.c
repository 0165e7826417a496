#include "train/stop.h"

#include "base/clock.h"
#include "train/ride.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

enum { SIGNAL_COUNT = 4 };

static const int signals[SIGNAL_COUNT] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
static const uint64_t signal_flags[SIGNAL_COUNT] = {LS_RIDE_SIGINT, LS_RIDE_SIGTERM,
                                                    LS_RIDE_SIGUSR1, LS_RIDE_SAVE};

// Signals reach the whole process, so what they leave is the process's too.
static _Atomic uint64_t pending;
static struct sigaction before[SIGNAL_COUNT];
static ls_stop_config watched;
static double begin_seconds;
static double next_look_seconds;
static bool file_seen;

static void note_signal(int signal)
{
  uint64_t seen = atomic_load(&pending);

  if (signal == SIGINT && (seen & LS_RIDE_SIGINT) != 0) {
    _exit(128 + SIGINT);
  }
  for (int i = 0; i < SIGNAL_COUNT; i++) {
    if (signals[i] == signal) {
      atomic_fetch_or(&pending, signal_flags[i]);
    }
  }
}

void ls_stop_begin(const ls_stop_config *config)
{
  struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};

  watched = *config;
  begin_seconds = ls_clock_seconds();
  next_look_seconds = begin_seconds;
  file_seen = false;
  atomic_store(&pending, 0);
  (void)sigemptyset(&action.sa_mask);
  for (int i = 0; i < SIGNAL_COUNT; i++) {
    (void)sigaction(signals[i], &action, &before[i]);
  }
}

void ls_stop_end(void)
{
  for (int i = 0; i < SIGNAL_COUNT; i++) {
    (void)sigaction(signals[i], &before[i], NULL);
  }
}

static bool look_for_file(double now)
{
  const double interval_seconds = 0.1;
  char path[4096];

  if (watched.directory && !file_seen && now >= next_look_seconds) {
    next_look_seconds = now + interval_seconds;
    (void)snprintf(path, sizeof path, "%s/STOP", watched.directory);
    file_seen = access(path, F_OK) == 0;
  }
  return file_seen;
}

uint64_t ls_stop_flags(int64_t step)
{
  double now = ls_clock_seconds();
  uint64_t flags = atomic_fetch_and(&pending, ~(uint64_t)LS_RIDE_SAVE);

  if (look_for_file(now)) {
    flags |= LS_RIDE_STOP_FILE;
  }
  if (watched.time_limit_seconds > 0 &&
      now - begin_seconds >= watched.time_limit_seconds) {
    flags |= LS_RIDE_TIME_LIMIT;
  }
  if (watched.step > 0 && step >= watched.step) {
    flags |= LS_RIDE_STEP_REACHED;
  }
  return flags;
}

const char *ls_stop_reason(uint64_t flags)
{
  static const struct {
    uint64_t flag;
    const char *reason;
  } reasons[] = {
      {LS_RIDE_SIGINT, "SIGINT"},
      {LS_RIDE_SIGTERM, "SIGTERM"},
      {LS_RIDE_SIGUSR1, "SIGUSR1"},
      {LS_RIDE_STOP_FILE, "stop-file"},
      {LS_RIDE_SLURM_END, "slurm-end"},
      {LS_RIDE_TIME_LIMIT, "time-limit"},
      {LS_RIDE_STEP_REACHED, "step-reached"},
  };

  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    if ((flags & reasons[i].flag) != 0) {
      return reasons[i].reason;
    }
  }
  return "none";
}
