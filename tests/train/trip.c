#include "trip.h"

#include "base/clock.h"
#include "base/pause.h"

#include <stdatomic.h>

enum { TRIPS = 500 };

double trip_seconds(ls_window *window, int rank)
{
  _Atomic uint32_t *ball = ls_window_bytes(window);

  ls_window_barrier(window);
  double begin = ls_clock_seconds();
  for (int hit = rank; hit < 2 * TRIPS; hit += 2) {
    while (atomic_load_explicit(ball, memory_order_relaxed) != (uint32_t)hit) {
      ls_pause();
    }
    atomic_store_explicit(ball, (uint32_t)hit + 1, memory_order_relaxed);
  }
  double seconds = (ls_clock_seconds() - begin) / TRIPS;
  ls_window_barrier(window);
  if (rank == 0) {
    atomic_store(ball, 0);
  }
  return seconds;
}
