#include "comm/claims.h"
#include "unit.h"

#include <pthread.h>
#include <stdlib.h>

enum { RANKS = 3, BLOCKS = 60, BLOCK = 16, COUNT = BLOCKS * BLOCK, BAND = 128 };

// Three ranks of one node, the last with a slice shorter than a band.
typedef struct node {
  int64_t edges[BLOCKS + 1];
  ls_span slices[RANKS];
  ls_claim_count counts[RANKS];
  ls_claims of[RANKS];
} node;

// rows: of a step whose slices move; 0: they do not.
static void open_moving(node *n, int64_t band, bool anywhere, int64_t rows)
{
  for (int i = 0; i <= BLOCKS; i++) {
    n->edges[i] = (int64_t)i * BLOCK;
  }
  n->slices[0] = (ls_span){0, 480};
  n->slices[1] = (ls_span){480, 464};
  n->slices[2] = (ls_span){944, 16};
  const ls_reduction_config config = {.edges = n->edges,
                                      .edge_count = BLOCKS + 1,
                                      .count = COUNT,
                                      .band = band,
                                      .anywhere = anywhere,
                                      .rows = {.count = rows}};
  for (int rank = 0; rank < RANKS; rank++) {
    assert_int_equal(
        ls_claims_init(&n->of[rank], &config, n->slices, RANKS, rank, rows > 0), LS_OK);
    n->of[rank].counts = n->counts;
    ls_claims_open(&n->of[rank]);
  }
}

static void open_node(node *n, int64_t band, bool anywhere)
{
  open_moving(n, band, anywhere, 0);
}

static void close_node(node *n)
{
  for (int rank = 0; rank < RANKS; rank++) {
    ls_claims_clear(&n->of[rank]);
  }
}

// Counts how often each float is claimed by one rank; returns its bands.
static int claim_all(node *n, int rank, int *times)
{
  ls_span band;
  int bands = 0;

  for (; ls_claims_next(&n->of[rank], &band); bands++) {
    assert_int_equal(band.first % BLOCK, 0);
    assert_in_range(band.count, 1, n->of[rank].widest);
    for (int64_t i = 0; i < band.count; i++) {
      times[band.first + i]++;
    }
  }
  return bands;
}

static void assert_claimed(const int *times, ls_span span, int expected)
{
  for (int64_t i = 0; i < span.count; i++) {
    assert_int_equal(times[span.first + i], expected);
  }
}

static void who_is_alone_claims_everything(void **state)
{
  (void)state;
  int times[COUNT] = {0};
  node n = {0};

  open_node(&n, BAND, true);
  assert_in_range(claim_all(&n, 1, times), 8, 20);
  assert_claimed(times, (ls_span){0, COUNT}, 1);
  assert_int_equal(claim_all(&n, 0, times), 0);
  close_node(&n);
}

static void who_has_the_node_claims_whole_bands(void **state)
{
  (void)state;
  static const int64_t edges[] = {0, BLOCK, 2 * BLOCK, 3 * BLOCK};
  const ls_reduction_config config = {.edges = edges,
                                      .edge_count = 4,
                                      .count = 4 * BLOCK,
                                      .band = 2 * BLOCK,
                                      .anywhere = true};
  const ls_span all = {0, 4 * BLOCK};
  ls_claim_count counts[1] = {0};
  ls_claims claims;
  ls_span band;

  assert_int_equal(ls_claims_init(&claims, &config, &all, 1, 0, false), LS_OK);
  claims.counts = counts;
  ls_claims_open(&claims);
  for (int i = 0; i < 2; i++) {
    assert_true(ls_claims_next(&claims, &band));
    assert_int_equal(band.first, 2 * i * BLOCK);
    assert_int_equal(band.count, 2 * BLOCK);
  }
  assert_false(ls_claims_next(&claims, &band));
  ls_claims_clear(&claims);
}

static void each_band_is_claimed_once_a_step(void **state)
{
  (void)state;
  int times[COUNT] = {0};
  node n = {0};
  ls_span band;

  open_node(&n, BAND, true);
  for (int step = 1; step <= 3; step++) {
    for (int turn = 0; turn < 5; turn++) {
      if (ls_claims_next(&n.of[turn % 2], &band)) {
        assert_claimed(times, band, step - 1);
        for (int64_t i = 0; i < band.count; i++) {
          times[band.first + i]++;
        }
      }
    }
    for (int rank = RANKS - 1; rank >= 0; rank--) {
      (void)claim_all(&n, rank, times);
    }
    assert_claimed(times, (ls_span){0, COUNT}, step);
    for (int rank = 0; rank < RANKS; rank++) {
      ls_claims_open(&n.of[rank]);
    }
  }
  close_node(&n);
}

static void own_bands_come_first(void **state)
{
  (void)state;
  node n = {0};
  ls_span band;

  open_node(&n, BAND, true);
  for (int rank = 0; rank < RANKS; rank++) {
    const ls_span slice = n.slices[rank];
    assert_true(ls_claims_next(&n.of[rank], &band));
    if (rank % 2 == 0) {
      assert_int_equal(band.first, slice.first);
    } else {
      assert_int_equal(band.first + band.count, slice.first + slice.count);
    }
  }
  close_node(&n);
}

static void bands_become_shorter(void **state)
{
  (void)state;
  node n = {0};
  ls_span band;
  int64_t before = BAND, all = 0;

  open_node(&n, BAND, true);
  for (; all < n.slices[0].count; all += band.count) {
    assert_true(ls_claims_next(&n.of[0], &band));
    assert_in_range(band.count, BLOCK, before);
    before = band.count;
  }
  assert_in_range(band.count, BLOCK, BAND / 4);
  assert_int_equal(n.of[0].widest, BAND);
  close_node(&n);
}

// Rank 0, which has all of its own, begins beside it with what rank 1 has left.
static void who_is_quick_goes_on_beside_its_own(void **state)
{
  (void)state;
  node n = {0};
  ls_span band, mine = {0, 0};

  open_node(&n, BAND, true);
  assert_true(ls_claims_next(&n.of[1], &band));
  const int64_t left = band.first;
  while (mine.first + mine.count < left) {
    assert_true(ls_claims_next(&n.of[0], &band));
    assert_int_equal(band.first, mine.first + mine.count);
    mine = band;
  }
  assert_int_equal(mine.first + mine.count, left);
  assert_true(ls_claims_next(&n.of[1], &band)); // of rank 2's
  assert_int_equal(band.first, n.slices[2].first);
  close_node(&n);
}

static void where_updates_keep_something_only_own_bands_are_claimed(void **state)
{
  (void)state;
  node n = {0};

  open_node(&n, BAND, false);
  assert_int_equal(n.of[2].widest, n.slices[2].count);
  for (int rank = 0; rank < RANKS; rank++) {
    int times[COUNT] = {0};
    (void)claim_all(&n, rank, times);
    for (int other = 0; other < RANKS; other++) {
      assert_claimed(times, n.slices[other], other == rank);
    }
  }
  close_node(&n);
}

static void where_nobody_else_claims_bands_are_whole(void **state)
{
  (void)state;
  node n = {0};

  open_node(&n, BAND, false);
  for (int rank = 0; rank < RANKS; rank++) {
    const ls_span slice = n.slices[rank];
    ls_span band;
    for (int64_t taken = 0; taken < slice.count; taken += band.count) {
      const int64_t left = slice.count - taken;
      assert_true(ls_claims_next(&n.of[rank], &band));
      assert_int_equal(band.count, left < BAND ? left : BAND);
      assert_int_equal(band.first, rank % 2 == 0 ? slice.first + taken
                                                 : slice.first + left - band.count);
    }
    assert_false(ls_claims_next(&n.of[rank], &band));
  }
  close_node(&n);
}

static void without_a_band_a_slice_is_one(void **state)
{
  (void)state;
  int times[COUNT] = {0};
  node n = {0};

  open_node(&n, 0, true);
  assert_int_equal(claim_all(&n, 0, times), RANKS);
  assert_int_equal(n.of[0].widest, 480);
  close_node(&n);
}

// Wherever slices begin, each rank claims its own: nothing twice, nothing is left.
static void slices_that_move_are_claimed_by_their_ranks(void **state)
{
  (void)state;
  const int64_t cuts[][RANKS + 1] = {{0, 480, 944, COUNT},
                                     {0, 0, 16, COUNT},
                                     {0, COUNT, COUNT, COUNT},
                                     {0, 9, 17, COUNT}};
  const int64_t begins[][RANKS + 1] = {{0, 480, 944, COUNT},
                                       {0, 0, 16, COUNT},
                                       {0, COUNT, COUNT, COUNT},
                                       {0, 16, 32, COUNT}};
  node n = {0};

  open_moving(&n, BAND, true, 64);
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
    for (int rank = 0; rank < RANKS; rank++) {
      int times[COUNT] = {0};
      for (int slice = 1; slice < RANKS; slice++) {
        ls_claims_cut(&n.of[rank], slice, cuts[i][slice]);
      }
      ls_claims_open(&n.of[rank]);
      (void)claim_all(&n, rank, times);
      for (int other = 0; other < RANKS; other++) {
        const int64_t first = begins[i][other];
        assert_claimed(times, (ls_span){first, begins[i][other + 1] - first},
                       other == rank);
      }
    }
  }
  close_node(&n);
}

static void of_more_rows_moving_slices_are_claimed_by_others_too(void **state)
{
  (void)state;
  int times[COUNT] = {0};
  node n = {0};

  open_moving(&n, BAND, true, 65);
  for (int rank = 0; rank < RANKS; rank++) {
    ls_claims_cut(&n.of[rank], 1, 32);
    ls_claims_cut(&n.of[rank], 2, 640);
    ls_claims_open(&n.of[rank]);
  }
  (void)claim_all(&n, 0, times);
  assert_claimed(times, (ls_span){0, COUNT}, 1);
  assert_int_equal(claim_all(&n, 1, times), 0);
  close_node(&n);
}

enum { ROUNDS = 3000 };

typedef struct racer {
  node *node;
  int rank;
  pthread_barrier_t *barrier;
  _Atomic int *times; /* [COUNT] */
} racer;

static void *race(void *context)
{
  const racer *r = context;
  ls_claims *claims = &r->node->of[r->rank];
  ls_span band;

  for (int round = 0; round < ROUNDS; round++) {
    ls_claims_open(claims);
    (void)pthread_barrier_wait(r->barrier);
    while (ls_claims_next(claims, &band)) {
      for (int64_t i = 0; i < band.count; i++) {
        atomic_fetch_add_explicit(&r->times[band.first + i], 1, memory_order_relaxed);
      }
    }
    (void)pthread_barrier_wait(r->barrier);
  }
  return NULL;
}

static void no_band_is_claimed_twice_at_once(void **state)
{
  (void)state;
  static _Atomic int times[COUNT];
  pthread_barrier_t barrier;
  pthread_t threads[RANKS];
  racer racers[RANKS];
  node n = {0};

  open_node(&n, BLOCK, true);
  assert_int_equal(pthread_barrier_init(&barrier, NULL, RANKS), 0);
  for (int rank = 0; rank < RANKS; rank++) {
    racers[rank] = (racer){&n, rank, &barrier, times};
    assert_int_equal(pthread_create(&threads[rank], NULL, race, &racers[rank]), 0);
  }
  for (int rank = 0; rank < RANKS; rank++) {
    assert_int_equal(pthread_join(threads[rank], NULL), 0);
  }
  for (int i = 0; i < COUNT; i++) {
    assert_int_equal(atomic_load(&times[i]), ROUNDS);
  }
  (void)pthread_barrier_destroy(&barrier);
  close_node(&n);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_is_alone_claims_everything),
      cmocka_unit_test(who_has_the_node_claims_whole_bands),
      cmocka_unit_test(each_band_is_claimed_once_a_step),
      cmocka_unit_test(own_bands_come_first),
      cmocka_unit_test(bands_become_shorter),
      cmocka_unit_test(who_is_quick_goes_on_beside_its_own),
      cmocka_unit_test(where_updates_keep_something_only_own_bands_are_claimed),
      cmocka_unit_test(where_nobody_else_claims_bands_are_whole),
      cmocka_unit_test(without_a_band_a_slice_is_one),
      cmocka_unit_test(slices_that_move_are_claimed_by_their_ranks),
      cmocka_unit_test(of_more_rows_moving_slices_are_claimed_by_others_too),
      cmocka_unit_test(no_band_is_claimed_twice_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
