#include "base/clock.h"
#include "comm/comm_private.h"
#include "everywhere.h"
#include "lockstep/reduction.h"

#include <string.h>

// The second rank takes so long in each step, the others next to nothing.
static const double SLOW = 0.003; // seconds

enum { INPUTS = 256, LINE = 16, ABOVE = 64, FLOATS = INPUTS * LINE + ABOVE };
enum { SHARDS = 8, ROWS = 32, STEPS = 40 };

// How often this rank has updated each float.
typedef struct job {
  ls_comm *comm;
  ls_reduction *reduction;
  int updated[FLOATS];
} job;

static void find_losses(void *context, ls_span shards, double *out)
{
  (void)context;
  memset(out, 0, (size_t)shards.count * sizeof *out);
}

static void fill(void *context, float *out, int part, ls_span piece,
                 const ls_reduction_near *near)
{
  (void)context;
  (void)part;
  (void)near;
  memset(out, 0, (size_t)piece.count * sizeof *out);
}

static void update(void *context, float *weights, const float *gradient, ls_span piece)
{
  job *j = context;

  (void)weights;
  (void)gradient;
  for (int64_t i = 0; i < piece.count; i++) {
    j->updated[piece.first + i]++;
  }
}

static void open(job *j, bool anywhere)
{
  int64_t edges[FLOATS / LINE + 1];
  const int count = (int)(sizeof edges / sizeof *edges);
  const ls_reduction_config config = {.kind = LS_REDUCTION_ORDERED,
                                      .count = FLOATS,
                                      .edges = edges,
                                      .edge_count = count,
                                      .shards = SHARDS,
                                      .fill = fill,
                                      .update = update,
                                      .anywhere = anywhere,
                                      .band = FLOATS / 8,
                                      .rows = {.bytes = LINE,
                                               .shard_bytes = LINE,
                                               .count = ROWS,
                                               .inputs = INPUTS,
                                               .input_floats = LINE,
                                               .relay = LS_HELP_ALWAYS,
                                               .one_leaf = true,
                                               .losses = find_losses},
                                      .exchange = LS_EXCHANGE_ROWS};

  memset(j, 0, sizeof *j);
  for (int i = 0; i < count; i++) {
    edges[i] = (int64_t)i * LINE;
  }
  assert_everywhere(ls_comm_create(&j->comm, NULL) == LS_OK);
  j->comm->has_core_each = true; // else nothing follows speed
  assert_everywhere(ls_reduction_create(&j->reduction, j->comm, &config) == LS_OK);
  assert_everywhere(ls_reduction_legs(j->reduction) == everywhere_size());
}

static void close(job *j)
{
  ls_reduction_destroy(j->reduction);
  ls_comm_destroy(j->comm);
}

static void run_step(job *j)
{
  const double losses[SHARDS] = {0};
  const ls_reduction_ride ride = {.leaf_losses = losses};
  ls_reduction_totals totals;

  ls_reduction_take(j->reduction, 0);
  if (everywhere_rank() == 1) {
    ls_clock_sleep(SLOW);
  }
  ls_reduction_hand_on(j->reduction);
  (void)ls_reduction_take_all(j->reduction, 1);
  ls_reduction_step(j->reduction, &totals, &ride, j);
}

// Whether this rank has updated what is in the span once, and nothing else.
static bool has_updated(const job *j, int64_t first, int64_t end)
{
  for (int64_t i = 0; i < FLOATS; i++) {
    if (j->updated[i] != (i >= first && i < end)) {
      return false;
    }
  }
  return true;
}

static bool second_has_fewest(const job *j)
{
  const int64_t second = ls_reduction_inputs(j->reduction, 1).count;
  bool fewest = true;

  for (int leg = 0; leg < everywhere_size(); leg++) {
    fewest =
        fewest && (leg == 1 || ls_reduction_inputs(j->reduction, leg).count > second);
  }
  return fewest;
}

// What a rank updates belongs to the inputs that it has in the next step.
static void slices_follow_the_inputs(void **state)
{
  const bool is_last = everywhere_rank() + 1 == everywhere_size();
  static job j;

  (void)state;
  open(&j, true);
  assert_everywhere(!second_has_fewest(&j));
  for (int step = 0; step < STEPS; step++) {
    memset(j.updated, 0, sizeof j.updated);
    run_step(&j);
    const ls_span own = ls_reduction_inputs(j.reduction, everywhere_rank());
    const int64_t end = (own.first + own.count) * LINE;
    assert_everywhere(has_updated(&j, own.first * LINE, is_last ? FLOATS : end));
  }
  assert_everywhere(second_has_fewest(&j));
  close(&j);
}

static void slices_stay_where_updates_keep_something(void **state)
{
  static job j;

  (void)state;
  open(&j, false);
  const ls_span own = ls_reduction_own(j.reduction);
  for (int step = 0; step < STEPS; step++) {
    memset(j.updated, 0, sizeof j.updated);
    run_step(&j);
    assert_everywhere(has_updated(&j, own.first, own.first + own.count));
  }
  assert_everywhere(second_has_fewest(&j));
  close(&j);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slices_follow_the_inputs),
      cmocka_unit_test(slices_stay_where_updates_keep_something),
  };

  everywhere_begin();
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  everywhere_end();
  return failed;
}
