#include "comm/relay.h"
#include "unit.h"

#include <pthread.h>

enum { RANKS = 3, GROUPS = 5, STEPS = 300 };

// What ranks hand on: how often each group was added to, and by whom last.
typedef struct node {
  ls_tally counts[RANKS];
  pthread_barrier_t barrier;
  int added[GROUPS];
  int wrong;
} node;

typedef struct rank {
  node *node;
  int own;
  uint32_t handed; /* before the first step */
} rank;

static void add_all(node *n, ls_relay *relay, int *wrong)
{
  for (int group = 0; group < GROUPS; group++) {
    ls_relay_take(relay, group);
    *wrong += n->added[group] % RANKS != relay->own;
    n->added[group]++;
    ls_relay_hand_on(relay);
  }
  // Each rank goes on with some of the groups, which are complete.
  const int needed = relay->own + 2;
  *wrong += ls_relay_take_all(relay, needed) < 0;
  for (int group = 0; group < needed; group++) {
    *wrong += n->added[group] % RANKS != 0;
  }
}

static void *run(void *context)
{
  const rank *r = context;
  ls_relay relay = {
      .ranks = RANKS, .own = r->own, .handed = r->handed, .counts = r->node->counts};
  int wrong = 0;

  ls_tally_raise(&relay.counts[r->own], r->handed);
  for (int step = 0; step < STEPS; step++) {
    (void)pthread_barrier_wait(&r->node->barrier);
    add_all(r->node, &relay, &wrong);
    (void)pthread_barrier_wait(&r->node->barrier);
  }
  (void)__atomic_fetch_add(&r->node->wrong, wrong, __ATOMIC_SEQ_CST);
  return NULL;
}

// Steps of three ranks, whose counts begin at `handed`.
static void run_node(uint32_t handed)
{
  node n = {.wrong = 0};
  rank ranks[RANKS];
  pthread_t threads[RANKS];

  assert_int_equal(pthread_barrier_init(&n.barrier, NULL, RANKS), 0);
  for (int i = 0; i < RANKS; i++) {
    ranks[i] = (rank){&n, i, handed};
    assert_int_equal(pthread_create(&threads[i], NULL, run, &ranks[i]), 0);
  }
  for (int i = 0; i < RANKS; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  }
  assert_int_equal(n.wrong, 0);
  for (int group = 0; group < GROUPS; group++) {
    assert_int_equal(n.added[group], STEPS * RANKS);
  }
  (void)pthread_barrier_destroy(&n.barrier);
}

static void groups_go_from_rank_to_rank(void **state)
{
  (void)state;
  run_node(0);
}

static void counts_may_wrap_around(void **state)
{
  (void)state;
  run_node(UINT32_MAX - 7);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(groups_go_from_rank_to_rank),
      cmocka_unit_test(counts_may_wrap_around),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
