#include "trip.h"

#include "base/clock.h"
#include "base/pause.h"

#include <stdatomic.h>

enum { GROUPS = 10, TRIPS = 50 };

// Between what was seen (trip.h), in seconds.
static const double BEYOND_ONE_CORE = 45e-9, BEYOND_ONE_CACHE = 250e-9;

// One group of trips: the ball is hit in turns.
static void play(_Atomic uint32_t *ball, int rank)
{
  for (int hit = rank; hit < 2 * TRIPS; hit += 2) {
    while (atomic_load_explicit(ball, memory_order_relaxed) != (uint32_t)hit) {
      ls_pause();
    }
    atomic_store_explicit(ball, (uint32_t)hit + 1, memory_order_relaxed);
  }
}

double trip_seconds(ls_window *window, int rank)
{
  _Atomic uint32_t *ball = ls_window_bytes(window);
  double least = 1;

  for (int group = 0; group < GROUPS; group++) {
    if (rank == 0) {
      atomic_store(ball, 0); // both have seen the last hit of the group before
    }
    ls_window_barrier(window);
    double begin = ls_clock_seconds();
    play(ball, rank);
    double mean = (ls_clock_seconds() - begin) / TRIPS;
    least = mean < least ? mean : least;
    ls_window_barrier(window);
  }
  return least;
}

trip trip_of(double seconds)
{
  return seconds < BEYOND_ONE_CORE    ? TRIP_ONE_CORE
         : seconds < BEYOND_ONE_CACHE ? TRIP_ONE_CACHE
                                      : TRIP_APART;
}
