#include "comm/trip.h"

#include "base/clock.h"
#include "base/pause.h"

#include <stdbool.h>

enum { MEANS = 8, TRIPS = 16, LOOKS = 50000 };

// Between what was seen (trip.h), in seconds.
static const double BEYOND_ONE_CORE = 45e-9, BEYOND_ONE_CACHE = 250e-9;

// Returns whether the other has hit the ball.
static bool await(const ls_player *player, uint32_t hits)
{
  for (int looks = 0; looks < LOOKS; looks++) {
    if (atomic_load_explicit(player->ball, memory_order_relaxed) == hits) {
      return true;
    }
    ls_pause();
  }
  return false;
}

// The ball is hit in turns, by rank 0 first; whose numbers no game before has had.
static bool play(const ls_player *player, uint32_t before)
{
  for (uint32_t hit = (uint32_t)player->rank; hit < 2 * TRIPS; hit += 2) {
    if (before + hit != player->hits && !await(player, before + hit)) {
      return false;
    }
    atomic_store_explicit(player->ball, before + hit + 1, memory_order_relaxed);
  }
  return true;
}

double ls_trip_seconds(ls_player *player)
{
  uint32_t before = player->hits;
  double begin = ls_clock_seconds();
  double least = 1;

  for (int i = 0; i < MEANS && play(player, before); i++) {
    const double now = ls_clock_seconds(), mean = (now - begin) / TRIPS;
    least = mean < least ? mean : least;
    begin = now;
    before += 2 * TRIPS;
  }
  player->hits += 2 * TRIPS * MEANS;
  return least;
}

ls_trip ls_trip_of(double seconds)
{
  return seconds < BEYOND_ONE_CORE    ? LS_TRIP_ONE_CORE
         : seconds < BEYOND_ONE_CACHE ? LS_TRIP_ONE_CACHE
                                      : LS_TRIP_APART;
}
