/**
 * Who is dead, who is stuck, and who only waits for them.
 *
 * All ranks fall silent together when one does, because they wait for it.  The guilty
 * are, in this order: ranks that a signal has stopped; ranks that have arrived at fewer
 * meeting places than others; and where all have arrived at the same, other hosts.
 */

#include "base/clock.h"
#include "base/log.h"
#include "comm/pulse.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

// The ranks of another host have this much longer to say what is wrong there.
static const double others_first_seconds = 1;

static const char *phase_text(const ls_pulse *pulse)
{
  static const char *const texts[] = {
#define TEXT(name, text, slow) text,
      LS_PHASE_LIST(TEXT)
#undef TEXT
  };
  uint32_t phase = atomic_load_explicit(&pulse->phase, memory_order_relaxed);

  return phase < sizeof texts / sizeof *texts ? texts[phase] : "an unknown phase";
}

static double phase_limit(const ls_ward *ward, const ls_pulse *pulse)
{
  static const bool slow[] = {
#define SLOW(name, text, is_slow) is_slow,
      LS_PHASE_LIST(SLOW)
#undef SLOW
  };
  uint32_t phase = atomic_load_explicit(&pulse->phase, memory_order_relaxed);
  double limit = phase < sizeof slow / sizeof *slow && slow[phase]
                     ? ward->limits.io_seconds
                     : ward->limits.hang_seconds;

  return limit > 0 ? limit : (double)INFINITY;
}

static bool is_excused(const ls_patient *patient)
{
  return atomic_load(&patient->pulse->excused) != 0;
}

// Names a rank, and where it is in the run.
static void describe(char *text, size_t bytes, const ls_ward *ward,
                     const ls_patient *patient, const char *what)
{
  const ls_pulse *pulse = patient->pulse;

  (void)snprintf(text, bytes, "rank %d (host %s, process %d) %s in %s, step %" PRId64,
                 (int)pulse->rank, ward->host, (int)pulse->process, what,
                 phase_text(pulse),
                 atomic_load_explicit(&pulse->step, memory_order_relaxed));
}

// One thread of the host speaks; every one ends its process.
static _Noreturn void end_with(ls_ward *ward, const char *text)
{
  if (atomic_exchange(&ward->page->told, 1) == 0) {
    ls_log_alarm("%s", text);
  }
  _exit(ls_status_exit_code(LS_E_LOST));
}

static bool has_died(const ls_patient *patient)
{
  if (is_excused(patient) || patient->process == 0 || patient->process == getpid()) {
    return false;
  }
  if (patient->process_fd >= 0) {
    return patient->ended;
  }
  char state = ls_process_state(patient->process);
  return state == '\0' || state == 'Z' || state == 'X';
}

static void end_if_dead(ls_ward *ward)
{
  char text[512];

  for (int i = 0; i < ward->count; i++) {
    if (has_died(&ward->patients[i])) {
      describe(text, sizeof text, ward, &ward->patients[i], "has died");
      end_with(ward, text);
    }
  }
}

// A stuck process outlives a launcher that is gone, so it is not left behind.
static _Noreturn void end_with_guilty(ls_ward *ward, const ls_patient *patient,
                                      double silence, bool stopped)
{
  char what[128];
  char text[512];

  (void)snprintf(what, sizeof what, "%s for %.1f s",
                 stopped ? "has been stopped by a signal" : "has been silent", silence);
  describe(text, sizeof text, ward, patient, what);
  if (atomic_exchange(&ward->page->told, 1) == 0) {
    ls_log_alarm("%s", text);
  }
  if (patient->process_fd >= 0 && patient->process != getpid()) {
    (void)pidfd_send_signal(patient->process_fd, SIGKILL, NULL, 0);
  }
  _exit(ls_status_exit_code(LS_E_LOST));
}

static void end_if_stopped(ls_ward *ward, double now)
{
  double limit = ward->limits.hang_seconds;

  for (int i = 0; i < ward->count && limit > 0; i++) {
    const ls_patient *patient = &ward->patients[i];
    double silence = now - patient->seen;
    if (silence > limit && patient->process != 0 && !is_excused(patient) &&
        ls_process_state(patient->process) == 'T') {
      end_with_guilty(ward, patient, silence, true);
    }
  }
}

// The rank that has arrived at the fewest places; `alike`: all have at the same.
static const ls_patient *find_last(const ls_ward *ward, bool *alike)
{
  const ls_patient *last = &ward->patients[0];
  uint32_t least = atomic_load(&last->pulse->arrivals);

  *alike = true;
  for (int i = 1; i < ward->count; i++) {
    uint32_t arrivals = atomic_load(&ward->patients[i].pulse->arrivals);
    // The difference, not the order, so that the count may wrap around.
    int32_t ahead = (int32_t)(arrivals - least);
    *alike = *alike && ahead == 0;
    if (ahead < 0) {
      least = arrivals;
      last = &ward->patients[i];
    }
  }
  return last;
}

static _Noreturn void end_with_others(ls_ward *ward, const ls_patient *patient,
                                      double silence)
{
  char what[640];
  char text[1024];

  (void)snprintf(what, sizeof what, "has waited %.1f s for %s%s", silence,
                 *ward->other_hosts ? "other hosts: " : "all ranks together",
                 ward->other_hosts);
  describe(text, sizeof text, ward, patient, what);
  end_with(ward, text);
}

static void end_if_stuck(ls_ward *ward, double now)
{
  bool alike = false;
  const ls_patient *last = find_last(ward, &alike);
  double silence = now - last->seen;
  double limit = phase_limit(ward, last->pulse);

  if (is_excused(last)) {
    return;
  }
  if (!alike && silence > limit) {
    end_with_guilty(ward, last, silence, false);
  }
  if (alike && silence > limit + others_first_seconds) {
    end_with_others(ward, last, silence);
  }
}

static bool anyone_is_traced(const ls_ward *ward)
{
  for (int i = 0; i < ward->count; i++) {
    if (ls_process_is_traced(ward->patients[i].process)) {
      return true;
    }
  }
  return false;
}

static double longest_silence(const ls_ward *ward, double now)
{
  double longest = 0;

  for (int i = 0; i < ward->count; i++) {
    longest = fmax(longest, now - ward->patients[i].seen);
  }
  return longest;
}

// Before which nobody's phase or debugger need be looked at.
static double shortest_limit(const ls_watch_config *limits)
{
  double hang = limits->hang_seconds > 0 ? limits->hang_seconds : (double)INFINITY;
  double io = limits->io_seconds > 0 ? limits->io_seconds : (double)INFINITY;

  return fmin(hang, io);
}

void ls_ward_look(ls_ward *ward, double now, double lost)
{
  for (int i = 0; i < ward->count; i++) {
    ls_patient *patient = &ward->patients[i];
    uint32_t beats = atomic_load_explicit(&patient->pulse->beats, memory_order_relaxed);
    patient->seen = beats == patient->beats ? patient->seen + lost : now;
    patient->beats = beats;
  }
  end_if_dead(ward);
  if (longest_silence(ward, now) <= shortest_limit(&ward->limits)) {
    return;
  }
  if (anyone_is_traced(ward)) {
    for (int i = 0; i < ward->count; i++) {
      ward->patients[i].seen = now;
    }
    return;
  }
  end_if_stopped(ward, now);
  end_if_stuck(ward, now);
}
