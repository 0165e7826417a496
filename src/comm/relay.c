#include "comm/relay.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/pause.h"
#include "comm/watch.h"

#include <time.h>

// Looks before a waiting rank sleeps: about a millisecond, as in comm/window.c.
enum { SPINS = 50000 };

// The difference, not the order, so that the count may wrap around.
static bool is_behind(const ls_relay *relay, int rank, uint32_t groups)
{
  uint32_t handed =
      atomic_load_explicit(&relay->counts[rank].handed, memory_order_acquire);
  return (int32_t)(handed - relay->before - groups) < 0;
}

static double wait_for(const ls_relay *relay, int rank, uint32_t groups)
{
  const struct timespec nap = {.tv_nsec = 20000};

  if (!is_behind(relay, rank, groups)) {
    return 0;
  }
  double begin = ls_clock_seconds();
  for (int looks = 0; is_behind(relay, rank, groups); looks++) {
    if (looks < SPINS) {
      ls_pause();
    } else {
      (void)nanosleep(&nap, NULL);
    }
  }
  return ls_clock_seconds() - begin;
}

// Who waits has come as far as the legs that it does not hold up: ls_watch_arrive.
static void arrive(int from, int to)
{
  for (int leg = from; leg < to; leg++) {
    ls_watch_arrive();
  }
}

void ls_relay_take(ls_relay *relay, int group)
{
  if (group == 0) {
    arrive(0, relay->own);
    relay->before = relay->handed;
    relay->waited = 0;
    relay->begun = ls_clock_seconds();
  }
  if (relay->own > 0) {
    relay->waited += wait_for(relay, relay->own - 1, (uint32_t)group + 1);
  }
}

void ls_relay_hand_on(ls_relay *relay)
{
  ls_fault_pause("relay", relay->own);
  atomic_store_explicit(&relay->counts[relay->own].handed, ++relay->handed,
                        memory_order_release);
}

double ls_relay_take_all(ls_relay *relay, int groups)
{
  relay->worked = ls_clock_seconds() - relay->begun - relay->waited;
  arrive(relay->own, relay->ranks);
  relay->waited += wait_for(relay, relay->ranks - 1, (uint32_t)groups);
  return relay->waited;
}
