#include "base/clock.h"
#include "everywhere.h"
#include "lockstep/reduction.h"

#include <string.h>

// The second rank takes so long in each step, the others next to nothing.
static const double SLOW = 0.005; // seconds

enum { FLOATS = 16, SHARDS = 8, ROWS = 480, STEPS = 40 };

// Floats of a part that were filled for others, and for this rank.
static int64_t posted, kept;

static void add(float *sum, const float *left, const float *right, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    sum[i] = left[i] + right[i];
  }
}

static void fill(void *context, float *out, int part, ls_span piece,
                 const ls_reduction_near *near)
{
  (void)context;
  if (part == 0) {
    *(near->posts ? &posted : &kept) += piece.count;
  }
  memset(out, 0, (size_t)piece.count * sizeof *out);
}

static void update(void *context, float *weights, const float *gradient, ls_span piece)
{
  (void)context;
  (void)weights;
  (void)gradient;
  (void)piece;
}

static void open(ls_comm **comm, ls_reduction **reduction, ls_reduction_help loans)
{
  static const int64_t edges[] = {0, FLOATS};
  const ls_reduction_config config = {
      .kind = LS_REDUCTION_ORDERED,
      .count = FLOATS,
      .edges = edges,
      .edge_count = 2,
      .shards = SHARDS,
      .add = add,
      .fill = fill,
      .update = update,
      .rows = {.count = ROWS, .row_bytes = 4, .loans = loans},
      .exchange = LS_EXCHANGE_SUMS};

  assert_everywhere(ls_comm_create(comm, NULL) == LS_OK);
  assert_everywhere(ls_reduction_create(reduction, *comm, &config) == LS_OK);
}

static void close(ls_comm *comm, ls_reduction *reduction)
{
  ls_reduction_destroy(reduction);
  ls_comm_destroy(comm);
}

static void run_step(ls_reduction *reduction)
{
  const double losses[SHARDS] = {0};
  const ls_reduction_ride ride = {.leaf_losses = losses};
  ls_loans *loans = ls_reduction_loans(reduction);
  ls_reduction_totals totals;

  ls_loans_begin(loans, ROWS);
  if (everywhere_rank() == 1) {
    ls_clock_sleep(SLOW);
  }
  ls_loans_hand_over(loans);
  ls_loans_await(loans);
  ls_reduction_step(reduction, &totals, &ride, NULL);
}

static void who_is_slow_lends(void **state)
{
  ls_comm *comm;
  ls_reduction *reduction;

  (void)state;
  open(&comm, &reduction, LS_HELP_ALWAYS);
  ls_loans *loans = ls_reduction_loans(reduction);
  assert_everywhere(loans != NULL);
  for (int step = 0; step < STEPS; step++) {
    run_step(reduction);
  }
  ls_loans_begin(loans, ROWS);
  const int64_t before = ls_loans_count(loans, LS_BORDER_BEFORE);
  const int64_t after = ls_loans_count(loans, LS_BORDER_AFTER);
  const bool has_next = everywhere_size() > 2;
  assert_everywhere(everywhere_rank() != 0 || (before == 0 && after > 0));
  assert_everywhere(everywhere_rank() != 1 ||
                    (before < 0 && (has_next ? after < 0 : after == 0)));
  assert_everywhere(everywhere_rank() != 2 || before > 0);
  close(comm, reduction);
}

static void nobody_lends_unasked(void **state)
{
  ls_comm *comm;
  ls_reduction *reduction;

  (void)state;
  open(&comm, &reduction, LS_HELP_NEVER);
  assert_everywhere(ls_reduction_loans(reduction) == NULL);
  close(comm, reduction);
}

static void the_first_rank_decides(void **state)
{
  ls_comm *comm;
  ls_reduction *reduction;

  (void)state;
  open(&comm, &reduction, everywhere_rank() == 0 ? LS_HELP_ALWAYS : LS_HELP_NEVER);
  assert_everywhere(ls_reduction_loans(reduction) != NULL);
  close(comm, reduction);
}

static void what_others_join_is_posted(void **state)
{
  ls_comm *comm;
  ls_reduction *reduction;

  (void)state;
  open(&comm, &reduction, LS_HELP_ALWAYS);
  const ls_span own = ls_reduction_own(reduction);
  posted = kept = 0;
  run_step(reduction);
  assert_everywhere(kept == own.count && posted == FLOATS - own.count);
  close(comm, reduction);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_is_slow_lends),
      cmocka_unit_test(nobody_lends_unasked),
      cmocka_unit_test(the_first_rank_decides),
      cmocka_unit_test(what_others_join_is_posted),
  };

  everywhere_begin();
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  everywhere_end();
  return failed;
}
