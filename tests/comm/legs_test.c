#include "base/clock.h"
#include "comm/comm_private.h"
#include "everywhere.h"
#include "lockstep/reduction.h"

#include <mpi.h>
#include <stdatomic.h>
#include <string.h>

// The second rank takes so long in each step, the others next to nothing.
static const double SLOW = 0.003; // seconds

enum { INPUTS = 256, LINE = 16, ABOVE = 512, FLOATS = INPUTS * LINE + ABOVE };
enum { SHARDS = 8, ROWS = 32, STEPS = 40 };

// What a rank does when it has updated so many floats.
typedef void act(int64_t count);

// How often this rank has updated each float.
typedef struct job {
  ls_comm *comm;
  ls_reduction *reduction;
  int updated[FLOATS];
  act *below, *above; /* of the first layer's weights, and above; NULL: nothing */
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
  if (j->above && piece.first >= INPUTS * LINE) {
    j->above(piece.count);
  }
}

static int64_t descend(void *context, float *weights, ls_span piece)
{
  job *j = context;
  const int64_t left = INPUTS * LINE - piece.first;
  const int64_t count = left < piece.count ? left : piece.count;

  (void)weights;
  if (count <= 0) {
    return 0;
  }
  for (int64_t i = 0; i < count; i++) {
    j->updated[piece.first + i]++;
  }
  if (j->below && count == piece.count) { // what is above is done
    j->below(count);
  }
  return count;
}

// With an edge every so many inputs, and at the end.
static void open_cut(job *j, bool anywhere, int inputs)
{
  int64_t edges[FLOATS / LINE + 1];
  int count = 0;
  for (int64_t at = 0; at < FLOATS; at += inputs * LINE) {
    edges[count++] = at;
  }
  edges[count++] = FLOATS;
  const ls_reduction_config config = {.kind = LS_REDUCTION_ORDERED,
                                      .count = FLOATS,
                                      .edges = edges,
                                      .edge_count = count,
                                      .shards = SHARDS,
                                      .fill = fill,
                                      .update = update,
                                      .anywhere = anywhere,
                                      .band = FLOATS / 16,
                                      .rows = {.bytes = LINE,
                                               .shard_bytes = LINE,
                                               .count = ROWS,
                                               .inputs = INPUTS,
                                               .input_floats = LINE,
                                               .all_input_floats = INPUTS * LINE,
                                               .relay = LS_HELP_ALWAYS,
                                               .one_leaf = true,
                                               .descend = anywhere ? descend : NULL,
                                               .losses = find_losses},
                                      .exchange = LS_EXCHANGE_ROWS};

  memset(j, 0, sizeof *j);
  assert_everywhere(ls_comm_create(&j->comm, NULL) == LS_OK);
  j->comm->has_core_each = true; // else nothing follows speed
  assert_everywhere(ls_reduction_create(&j->reduction, j->comm, &config) == LS_OK);
  assert_everywhere(ls_reduction_legs(j->reduction) == everywhere_size());
}

static void open(job *j, bool anywhere)
{
  open_cut(j, anywhere, 1);
}

static void close(job *j)
{
  ls_reduction_destroy(j->reduction);
  ls_comm_destroy(j->comm);
}

static void hand_on_and_step(job *j, uint64_t flags)
{
  const double losses[SHARDS] = {0};
  const ls_reduction_ride ride = {.leaf_losses = losses, .flags = flags};
  ls_reduction_totals totals;

  ls_reduction_hand_on(j->reduction);
  (void)ls_reduction_take_all(j->reduction, 1);
  ls_reduction_step(j->reduction, &totals, &ride, j);
}

static void run_step(job *j)
{
  ls_reduction_take(j->reduction, 0);
  if (everywhere_rank() == 1) {
    ls_clock_sleep(SLOW);
  }
  hand_on_and_step(j, 0);
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

_Static_assert(STEPS % 4 == 0, "who waits is sent something by the next step");
static job *second;
static _Atomic int *done_above, *done_below; // by the second rank

// Which then waits until the first rank has begun the next step.
static void wait_for_first(int64_t count)
{
  (void)count;
  second->below = NULL;
  MPI_Recv(NULL, 0, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
}

static void be_late_above(int64_t count)
{
  ls_clock_sleep(SLOW);
  *done_above += (int)count;
}

static void be_late_below(int64_t count)
{
  (void)count;
  second->below = NULL;
  ls_clock_sleep(SLOW);
  ++*done_below;
}

// The test's own counts, where both ranks see them.
static MPI_Win open_counts(void)
{
  MPI_Win win;
  MPI_Aint size;
  int unit;
  void *base;

  MPI_Win_allocate_shared(everywhere_rank() == 0 ? 2 * sizeof *done_above : 0, 1,
                          MPI_INFO_NULL, MPI_COMM_WORLD, (void *)&base, &win);
  MPI_Win_shared_query(win, 0, &size, &unit, (void *)&base);
  done_above = base;
  done_below = done_above + 1;
  if (everywhere_rank() == 0) {
    *done_above = *done_below = 0;
  }
  MPI_Barrier(MPI_COMM_WORLD);
  return win;
}

static void the_first_goes_on_when_what_it_needs_is_updated(void **state)
{
  enum { FLAG = 1 << 9 };
  static job j;
  bool above = true, below = true; // were always updated; to ask would be to wait

  (void)state;
  if (everywhere_size() != 2) {
    return;
  }
  MPI_Win counts = open_counts();
  second = &j;
  open(&j, true);
  assert_everywhere(ls_reduction_slices_follow(j.reduction));
  for (int step = 1; step <= STEPS; step++) {
    const bool flagged = step % 4 == 0;
    if (everywhere_rank() == 1) {
      j.above = be_late_above;
      j.below = flagged ? be_late_below : wait_for_first;
    }
    ls_reduction_take(j.reduction, 0);
    if (everywhere_rank() == 0 && step % 4 != 1) {
      MPI_Send(NULL, 0, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
    }
    above = above && *done_above >= (step - 1) * ABOVE;
    hand_on_and_step(&j, flagged ? FLAG : 0);
    below = below && (!flagged || *done_below >= step / 4);
  }
  assert_everywhere(above && below);
  close(&j);
  MPI_Win_free(&counts);
}

static void slices_follow_of_few_rows_on_two_ranks(void **state)
{
  static job j;

  (void)state;
  open(&j, true);
  assert_everywhere(ls_reduction_slices_follow(j.reduction) ==
                    (everywhere_size() == 2));
  close(&j);
  open(&j, false);
  assert_everywhere(!ls_reduction_slices_follow(j.reduction));
  close(&j);
  // Legs are cut every sixteen inputs.
  open_cut(&j, true, 16);
  assert_everywhere(ls_reduction_slices_follow(j.reduction) ==
                    (everywhere_size() == 2));
  close(&j);
  open_cut(&j, true, 32);
  assert_everywhere(!ls_reduction_slices_follow(j.reduction));
  close(&j);
  open_cut(&j, true, 6);
  assert_everywhere(!ls_reduction_slices_follow(j.reduction));
  close(&j);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(slices_follow_the_inputs),
      cmocka_unit_test(slices_stay_where_updates_keep_something),
      cmocka_unit_test(the_first_goes_on_when_what_it_needs_is_updated),
      cmocka_unit_test(slices_follow_of_few_rows_on_two_ranks),
  };

  everywhere_begin();
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  everywhere_end();
  return failed;
}
