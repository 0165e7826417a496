#include "base/alloc.h"
#include "comm/cores.h"
#include "comm/trip.h"
#include "unit.h"

#include <pthread.h>

enum { GAMES = 50, GAMES_MOST = 5000 };

typedef struct court {
  _Alignas(LS_ALIGNMENT) _Atomic uint32_t ball;
  pthread_barrier_t barrier;
  uint32_t hits;   /* before the first game */
  int answered[2]; /* games, by rank; read after a barrier */
} court;

typedef struct side {
  court *court;
  int rank;
} side;

// On a busy machine the two may hardly ever have a core each at the same time.
static bool goes_on(const court *c, int game)
{
  return game < GAMES ||
         (game < GAMES_MOST && (c->answered[0] == 0 || c->answered[1] == 0));
}

static void *play(void *context)
{
  const side *s = context;
  court *c = s->court;
  ls_player player = {&c->ball, s->rank, c->hits};

  for (int game = 0; goes_on(c, game); game++) {
    (void)pthread_barrier_wait(&c->barrier);
    const double seconds = ls_trip_seconds(&player);
    c->answered[s->rank] += seconds > 0 && seconds < 1;
    (void)pthread_barrier_wait(&c->barrier);
  }
  return NULL;
}

static bool have_two_cores(void)
{
  ls_cores cores;

  ls_cores_of(&cores, 0);
  return ls_cores_count(&cores) > 1;
}

static void play_games(court *c)
{
  side sides[2] = {{c, 0}, {c, 1}};
  pthread_t other;

  if (!have_two_cores()) {
    skip();
  }
  assert_int_equal(pthread_barrier_init(&c->barrier, NULL, 2), 0);
  assert_int_equal(pthread_create(&other, NULL, play, &sides[1]), 0);
  (void)play(&sides[0]);
  assert_int_equal(pthread_join(other, NULL), 0);
  (void)pthread_barrier_destroy(&c->barrier);
  assert_true(c->answered[0] > 0 && c->answered[1] > 0);
}

static void two_play(void **state)
{
  court c = {.hits = 0};

  (void)state;
  play_games(&c);
}

static void hits_may_wrap_around(void **state)
{
  court c = {.ball = UINT32_MAX - 7, .hits = UINT32_MAX - 7};

  (void)state;
  play_games(&c);
}

// The second finds a hit that it waits for, and comes further than the first.
static void who_has_nobody_to_play_with_gives_up(void **state)
{
  court c = {.hits = 0};
  ls_player players[2] = {{&c.ball, 0, 0}, {&c.ball, 1, 0}};

  (void)state;
  for (int rank = 0; rank < 2; rank++) {
    assert_true(ls_trip_seconds(&players[rank]) >= 1);
    assert_int_equal(c.ball, rank + 1);
  }
  assert_int_equal(players[0].hits, players[1].hits);
  assert_true(players[0].hits > c.ball);
  // Both go on where they would have, had they played.
  c.hits = players[0].hits;
  play_games(&c);
}

static void places_are_told_by_time(void **state)
{
  (void)state;
  assert_int_equal(ls_trip_of(30e-9), LS_TRIP_ONE_CORE);
  assert_int_equal(ls_trip_of(75e-9), LS_TRIP_ONE_CACHE);
  assert_int_equal(ls_trip_of(140e-9), LS_TRIP_ONE_CACHE);
  assert_int_equal(ls_trip_of(400e-9), LS_TRIP_APART);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_play),
      cmocka_unit_test(hits_may_wrap_around),
      cmocka_unit_test(who_has_nobody_to_play_with_gives_up),
      cmocka_unit_test(places_are_told_by_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
