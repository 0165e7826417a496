#include "base/clock.h"
#include "model/network_rows.h"
#include "train/stepper_private.h"

// Rows of this rank's that a neighbour runs.
static int lent_at(const ls_stepper *s, ls_border border)
{
  const int count = (int)ls_loans_count(s->loans, border);
  return count < 0 ? -count : 0;
}

// What is lent at a border is run in the matrices' rows behind this rank's own.
static void run_at(ls_stepper *s, ls_border border, ls_span rows,
                   ls_reduction_ride *ride)
{
  const int count = (int)ls_loans_count(s->loans, border);
  const int first = (int)rows.count;
  const ls_span lent = {
      border == LS_BORDER_BEFORE ? rows.first - count : rows.first + rows.count, count};

  if (count <= 0) {
    return;
  }
  double begin = ls_clock_seconds();
  ls_network_begin(s->network, first);
  ls_stepper_gather(s, lent);
  s->times.data += ls_clock_seconds() - begin;
  ls_stepper_run_rows(s, lent, ride);
  begin = ls_clock_seconds();
  ls_network_pack_lent(s->network, ls_loans_place(s->loans, border), first,
                       first + count);
  s->times.backward += ls_clock_seconds() - begin;
}

ls_span ls_stepper_run_lent(ls_stepper *s, ls_span rows, ls_reduction_ride *ride)
{
  const int first = lent_at(s, LS_BORDER_BEFORE);

  run_at(s, LS_BORDER_BEFORE, rows, ride);
  run_at(s, LS_BORDER_AFTER, rows, ride);
  ls_loans_hand_over(s->loans);
  ls_network_begin(s->network, first);
  return (ls_span){rows.first + first,
                   rows.count - first - lent_at(s, LS_BORDER_AFTER)};
}

// The inputs are here, and nobody has left any of them out.
static void take_back_at(ls_stepper *s, ls_border border, ls_span rows)
{
  const int count = lent_at(s, border);
  const int first = border == LS_BORDER_BEFORE ? 0 : (int)rows.count - count;
  const ls_batch batch = ls_batch_at(&s->config.plan, s->step);
  const ls_dropout dropout =
      ls_stepper_dropout_from(s, rows.first - batch.rows.first + first);

  if (count > 0) {
    ls_network_drop_inputs(s->network, first, first + count, &dropout);
    ls_network_unpack_lent(s->network, ls_loans_place(s->loans, border), first,
                           first + count);
  }
}

void ls_stepper_take_back(ls_stepper *s, ls_span rows)
{
  ls_loans_await(s->loans);
  double begin = ls_clock_seconds();

  take_back_at(s, LS_BORDER_BEFORE, rows);
  take_back_at(s, LS_BORDER_AFTER, rows);
  s->times.backward += ls_clock_seconds() - begin;
}
