#include "comm/by_rows_private.h"

#include "base/clock.h"
#include "comm/comm_private.h"
#include "comm/watch.h"

bool ls_by_rows_slices_move(const ls_by_rows *r)
{
  const ls_reduction_config *config = &r->head.config;

  return r->head.relay && config->rows.input_floats > 0 && config->anywhere &&
         !config->measure;
}

// Where the slice of a leg's inputs begins, or what follows all inputs'.
static int64_t place_of(const ls_by_rows *r, int leg)
{
  const ls_reduction_rows *rows = &r->head.config.rows;
  const int64_t place = r->head.inputs[leg].first * rows->input_floats;

  return rows->all_input_floats == 0 || place < rows->all_input_floats
             ? place
             : rows->all_input_floats;
}

void ls_by_rows_choose_legs(ls_by_rows *r)
{
  const int64_t line = LS_ALIGNMENT / (int64_t)sizeof(float);
  const ls_span all = {0, r->head.config.rows.inputs / line};

  for (int leg = 0; leg < ls_reduction_legs(&r->head); leg++) {
    const ls_span lines = ls_portions_of(&r->portions, leg, all);
    r->head.inputs[leg] = (ls_span){lines.first * line, lines.count * line};
    if (leg > 0 && ls_by_rows_slices_move(r)) {
      ls_claims_cut(&r->claims, leg, place_of(r, leg));
    }
  }
}

static void wait(ls_by_rows *r)
{
  double begin = ls_clock_seconds();

  ls_window_wait(r->window);
  r->head.times.waiting += ls_clock_seconds() - begin;
}

static void meet(ls_by_rows *r)
{
  ls_window_arrive(r->window);
  wait(r);
}

// A barrier at which others may well come later.
static void meet_early(ls_by_rows *r, void *context)
{
  ls_window_arrive(r->window);
  if (r->head.comm->node_size > 1 && r->head.config.rows.ahead) {
    r->head.config.rows.ahead(context);
  }
  wait(r);
}

// The first barrier of a step.
static void begin(ls_by_rows *r, void *context)
{
  if (r->arrived) {
    wait(r); // they are all here by now
    r->arrived = false;
  }
  if (r->head.relay && r->head.comm->node_rank == 0) {
    meet_early(r, context);
  } else {
    meet(r);
  }
}

// A virtual machine's cores may be moved within seconds.
static bool looks_around(const ls_by_rows *r)
{
  enum { STEPS = 1024 };
  return r->steps % STEPS == 0;
}

// The last one of ranks that hand rows on.
static void end_relay(ls_by_rows *r, uint64_t flags)
{
  ls_relay_end_step(&r->relay);
  if (r->head.follows && flags == 0 && !looks_around(r)) {
    ls_window_arrive(r->window);
    r->arrived = true;
    return;
  }
  meet(r);
  if (looks_around(r)) {
    ls_relay_look(&r->relay);
  }
}

// The last one.
static void end(ls_by_rows *r, uint64_t flags, void *context)
{
  r->steps++;
  if (r->head.relay) {
    end_relay(r, flags);
  } else {
    meet_early(r, context);
  }
  r->begun = ls_clock_seconds();
}

// Other nodes' shards, shared out among the ranks of this one.
static void prepare_others(const ls_by_rows *r, void *context)
{
  const ls_comm *comm = r->head.comm;
  int turn = 0;

  for (int shard = 0; shard < r->head.config.shards; shard++) {
    bool is_own = shard >= r->head.node_shards.first &&
                  shard < r->head.node_shards.first + r->head.node_shards.count;
    if (!is_own && turn++ % comm->node_size == comm->node_rank) {
      r->head.config.rows.prepare(context, shard);
    }
  }
}

static void find_losses(ls_by_rows *r, void *context)
{
  const ls_span shards = r->head.node_shards;
  r->head.config.rows.losses(context, shards, r->leaf_losses + shards.first);
}

static void exchange(ls_by_rows *r, void *context)
{
  const int node_size = r->head.comm->node_size;
  double begin = ls_clock_seconds();

  if (r->exchange) {
    find_losses(r, context);
    ls_exchange_ride node =
        ls_rides_sum(r->rides, node_size, r->leaf_losses + r->head.node_shards.first);
    ls_row_exchange_begin(r->exchange, &node, context);
  }
  double sent = ls_clock_seconds();
  prepare_others(r, context);
  double prepared = ls_clock_seconds();
  if (r->exchange) {
    ls_exchange_ride others = ls_row_exchange_end(r->exchange, r->leaf_losses, context);
    r->rides[node_size].correct = others.correct;
    r->rides[node_size].flags = others.flags;
  }
  r->head.times.exchange += ls_clock_seconds() - prepared + sent - begin;
  meet(r); // all rows are here
}

static ls_reduction_totals totals_of(const ls_by_rows *r)
{
  ls_exchange_ride all =
      ls_rides_sum(r->rides, r->head.comm->node_size + 1, r->leaf_losses);
  return ls_rides_totals(&all, &r->head.config);
}

// What can be updated while it is computed; returns the rest.
static ls_span descend(ls_by_rows *r, ls_span band, void *context)
{
  const ls_reduction_config *config = &r->head.config;
  const int64_t done =
      config->rows.descend
          ? config->rows.descend(context, r->head.weights + band.first, band)
          : 0;

  return (ls_span){band.first + done, band.count - done};
}

// Returns the seconds of the update.
static double fill_and_update(ls_by_rows *r, ls_span band, void *context)
{
  float *weights = r->head.weights + band.first;
  const ls_reduction_near near = {.weights = weights};

  if (ls_span_is_empty(band)) {
    return 0;
  }
  r->head.config.fill(context, r->scratch, 0, band, &near);
  double filled = ls_clock_seconds();
  r->head.config.update(context, weights, r->scratch, band);
  return ls_clock_seconds() - filled;
}

// A look at the clock for each band that is updated at once would be a hundredth of a
// step of few rows.
static void fill_and_update_bands(ls_by_rows *r, void *context)
{
  double begin = ls_clock_seconds();
  double updating = 0;
  ls_span band;

  while (ls_claims_next(&r->claims, &band)) {
    updating += fill_and_update(r, descend(r, band, context), context);
    // The second rank begins with the last band: what follows this one is done.
    if (r->head.follows && band.first < r->head.config.rows.all_input_floats) {
      ls_relay_tell_above(&r->relay);
    }
  }
  r->head.times.update += updating;
  r->head.times.filling += ls_clock_seconds() - begin - updating;
}

// The norm has to be known before the first update.
static void fill_measure_and_update(ls_by_rows *r, bool applied, void *context)
{
  const ls_reduction_config *config = &r->head.config;
  const ls_span own = r->head.own;
  const float *gradient = r->scratch;
  double begin = ls_clock_seconds();

  if (applied) {
    const ls_reduction_near near = {0};
    config->fill(context, r->scratch, 0, own, &near);
    ls_blocks_measure_sum(r->squares, &r->blocks, own, config, gradient);
  }
  r->head.times.filling += ls_clock_seconds() - begin;
  meet(r); // all squares are written
  if (applied) {
    double filled = ls_clock_seconds();
    config->measured(context, ls_tree_sum(r->squares, r->blocks.count));
    config->update(context, r->head.weights + own.first, gradient, own);
    r->head.times.update += ls_clock_seconds() - filled;
  }
}

// The seconds that this rank has worked since it last told.
static double seconds_of_all(ls_by_rows *r)
{
  const double now = ls_clock_seconds(), idle = r->head.times.waiting;
  const double seconds = r->told > 0 ? now - r->told - (idle - r->idle) : 0;

  r->told = now;
  r->idle = idle;
  return seconds;
}

// The seconds that its share took this rank, of what is dealt by speed: of the inputs,
// with the rest of a step if its slice goes with them, or of the rows, with what it did
// since the last step.  0: there was none.
static double seconds_of_share(ls_by_rows *r)
{
  if (r->head.relay) {
    return ls_by_rows_slices_move(r) ? seconds_of_all(r) : r->relay.worked;
  }
  return r->begun > 0 ? ls_clock_seconds() - r->begun : 0;
}

static void write_ride(ls_by_rows *r, const ls_reduction_ride *ride)
{
  r->rides[r->head.comm->node_rank] = (ls_shared_ride){
      .correct = ride->correct,
      .flags = ride->flags,
      .nanoseconds = (int64_t)(seconds_of_share(r) * 1e9),
  };
}

void ls_by_rows_step(ls_reduction *reduction, ls_reduction_totals *totals,
                     const ls_reduction_ride *ride, void *context)
{
  ls_by_rows *r = (ls_by_rows *)reduction;

  write_ride(r, ride);
  ls_claims_open(&r->claims);
  ls_by_rows_choose_legs(r);
  ls_watch_arrive();
  begin(r, context); // the node's rows are written
  if (r->head.relay && reduction->config.rows.here) {
    reduction->config.rows.here(context);
  }
  ls_portions_follow(&r->portions, r->rides);
  if (reduction->comm->node_count > 1) {
    exchange(r, context);
  } else {
    find_losses(r, context);
  }
  *totals = totals_of(r);
  if (r->blocks.count > 0) {
    fill_measure_and_update(r, totals->applied, context);
  } else if (totals->applied) {
    fill_and_update_bands(r, context);
  }
  end(r, totals->flags, context); // all weights are written
}
