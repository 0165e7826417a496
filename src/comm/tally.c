#include "comm/tally.h"

#include "base/clock.h"
#include "base/pause.h"

#include <stdbool.h>
#include <time.h>

// Looks before a waiting rank sleeps: about a millisecond, as in comm/window.c.
enum { SPINS = 50000 };

void ls_tally_raise(ls_tally *tally, uint32_t count)
{
  atomic_store_explicit(&tally->count, count, memory_order_release);
}

// The difference, not the order, so that the count may wrap around.
static bool is_behind(const ls_tally *tally, uint32_t count)
{
  const uint32_t raised = atomic_load_explicit(&tally->count, memory_order_acquire);
  return (int32_t)(raised - count) < 0;
}

double ls_tally_wait(const ls_tally *tally, uint32_t count)
{
  const struct timespec nap = {.tv_nsec = 20000};

  if (!is_behind(tally, count)) {
    return 0;
  }
  const double begin = ls_clock_seconds();
  for (int looks = 0; is_behind(tally, count); looks++) {
    if (looks < SPINS) {
      ls_pause();
    } else {
      (void)nanosleep(&nap, NULL);
    }
  }
  return ls_clock_seconds() - begin;
}
