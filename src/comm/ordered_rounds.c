/**
 * A step among nodes, in rounds: a node's ranks fill what other nodes need first, and
 * each round's partial sums leave while the next is filled.  When the own bands are
 * filled, others' sums of the first of them have come; they are joined and updated, and
 * their new weights leave while the last sums are still on the way.
 *
 * The first band of every node brings what rides along, and no band is updated before
 * it is known: it may say that nothing is.
 */

#include "base/clock.h"
#include "comm/exchange_rounds.h"
#include "comm/ordered_private.h"
#include "comm/watch.h"

// How far a peer is with a step.
typedef struct progress {
  ls_reduction_totals *totals;
  void *context;
  bool learned; /* the totals */
  int updated;  /* bands */
} progress;

static void fill_round(ordered *o, int round, void *context)
{
  const ls_span *spans = ls_rounds_at(&o->rounds, round);

  for (int slice = 0; slice < o->rounds.slice_count; slice++) {
    ls_reduction_fill_parts(&o->head, spans[slice], &(ls_reduction_near){0}, context);
  }
}

static void pass_round(ordered *o, int round)
{
  if (round == 0) {
    ls_exchange_ride ride = ls_ordered_read_rides(o);
    ls_exchange_begin(o->exchange, &ride);
  }
  ls_exchange_pass(o->exchange, round);
}

static void learn(ordered *o, progress *p, bool wait)
{
  if (!p->learned && ls_exchange_has(o->exchange, 0, wait)) {
    ls_exchange_learn(o->exchange, p->totals);
    p->learned = true;
  }
}

// The bands that are filled and here, or with `wait` all that are filled.
static void update_bands(ordered *o, progress *p, int filled, bool wait)
{
  while (p->updated < filled && ls_exchange_has(o->exchange, p->updated, wait)) {
    double begin = ls_clock_seconds();
    ls_exchange_update_band(o->exchange, p->updated, o->head.weights,
                            o->head.config.update, p->context);
    o->head.times.update += ls_clock_seconds() - begin;
    ls_exchange_hand_out(o->exchange, p->updated, o->head.weights);
    p->updated++;
  }
}

// After a round: what can be done without waiting for anybody.
static void go_on(ordered *o, progress *p, int round)
{
  int filled = (round + 1 - (o->rounds.count - o->rounds.own)) * o->rounds.bands;

  if (filled <= 0) {
    return;
  }
  learn(o, p, false);
  if (p->learned && p->totals->applied) {
    update_bands(o, p, filled, false);
  }
}

// After the last round.
static void finish(ordered *o, progress *p)
{
  learn(o, p, true);
  if (p->totals->applied) {
    update_bands(o, p, o->rounds.own * o->rounds.bands, true);
  }
  ls_exchange_end(o->exchange);
  if (o->head.comm->node_rank == 0) {
    *o->totals = *p->totals;
  }
}

static void exchange_round(ordered *o, progress *p, int round)
{
  double begin = ls_clock_seconds();
  double update = o->head.times.update;

  pass_round(o, round);
  go_on(o, p, round);
  if (round == o->rounds.count - 1) {
    finish(o, p);
  }
  o->head.times.exchange +=
      ls_clock_seconds() - begin - (o->head.times.update - update);
}

void ls_ordered_step_in_rounds(ls_reduction *reduction, ls_reduction_totals *totals,
                               const ls_reduction_ride *ride, void *context)
{
  ordered *o = (ordered *)reduction;
  progress p = {.totals = totals, .context = context};

  ls_ordered_write_ride(o, ride);
  for (int round = 0; round < o->rounds.count; round++) {
    fill_round(o, round, context);
    ls_watch_arrive();
    ls_ordered_wait(o); // the round's partial gradients are written
    if (o->exchange) {
      exchange_round(o, &p, round);
    }
  }
  ls_ordered_wait(o); // all weights are written
  *totals = *o->totals;
}
