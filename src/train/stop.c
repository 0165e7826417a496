#include "train/stop.h"

#include "base/clock.h"
#include "train/ride.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

enum { SIGNAL_COUNT = 4, PATH_BYTES = 4096 + 8 };

static const int signals[SIGNAL_COUNT] = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2};
static const uint64_t signal_flags[SIGNAL_COUNT] = {LS_RIDE_SIGINT, LS_RIDE_SIGTERM,
                                                    LS_RIDE_SIGUSR1, LS_RIDE_SAVE};

// Signals reach the whole process, so what they leave is the process's too.
static _Atomic uint64_t pending;
static struct sigaction before[SIGNAL_COUNT];
static bool caught; // by us; `before` holds what was
static bool kept;   // for the rest of the program
static double begin_seconds;

static ls_stop_config watched;
static double next_look_seconds;
static bool file_seen;
static double last_call_seconds;
static double longest_gap_seconds;

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

static void catch_signals(void)
{
  struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};

  (void)sigemptyset(&action.sa_mask);
  if (!caught) {
    begin_seconds = ls_clock_seconds();
    atomic_store(&pending, 0);
  }
  for (int i = 0; i < SIGNAL_COUNT; i++) {
    (void)sigaction(signals[i], &action, caught ? NULL : &before[i]);
  }
  caught = true;
}

void ls_stop_listen(void)
{
  catch_signals();
  kept = true;
}

void ls_stop_begin(const ls_stop_config *config)
{
  catch_signals();
  watched = *config;
  last_call_seconds = ls_clock_seconds();
  next_look_seconds = last_call_seconds;
  longest_gap_seconds = 0;
  file_seen = false;
}

void ls_stop_end(void)
{
  if (kept) {
    return;
  }
  for (int i = 0; i < SIGNAL_COUNT; i++) {
    (void)sigaction(signals[i], &before[i], NULL);
  }
  caught = false;
}

static void name_file(char *path, size_t bytes)
{
  (void)snprintf(path, bytes, "%s/STOP", watched.directory);
}

static bool look_for_file(double now)
{
  const double interval_seconds = 0.1;
  char path[PATH_BYTES];

  if (watched.directory && !file_seen && now >= next_look_seconds) {
    next_look_seconds = now + interval_seconds;
    name_file(path, sizeof path);
    file_seen = access(path, F_OK) == 0;
  }
  return file_seen;
}

// Time that must be left for the stop: until the next look, for the save, both as long
// as they have taken so far and twice that, and some for MPI to end.
static double margin_seconds(double save_seconds)
{
  const double least_seconds = 10;

  return least_seconds + 2 * (longest_gap_seconds + save_seconds);
}

uint64_t ls_stop_flags(int64_t step, double save_seconds)
{
  double now = ls_clock_seconds();
  uint64_t flags = atomic_fetch_and(&pending, ~(uint64_t)LS_RIDE_SAVE);

  if (now - last_call_seconds > longest_gap_seconds) {
    longest_gap_seconds = now - last_call_seconds;
  }
  last_call_seconds = now;
  if (look_for_file(now)) {
    flags |= LS_RIDE_STOP_FILE;
  }
  if (watched.time_limit_seconds > 0 &&
      now - begin_seconds >= watched.time_limit_seconds) {
    flags |= LS_RIDE_TIME_LIMIT;
  }
  if (watched.end_seconds > 0 &&
      watched.end_seconds - ls_clock_unix_seconds() <= margin_seconds(save_seconds)) {
    flags |= LS_RIDE_SLURM_END;
  }
  if (watched.step > 0 && step >= watched.step) {
    flags |= LS_RIDE_STEP_REACHED;
  }
  return flags;
}

void ls_stop_remove_file(void)
{
  char path[PATH_BYTES];

  if (watched.directory) {
    name_file(path, sizeof path);
    (void)unlink(path);
  }
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
