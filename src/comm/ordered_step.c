#include "base/clock.h"
#include "comm/ordered_private.h"
#include "comm/watch.h"

void ls_ordered_write_ride(ordered *o, const ls_reduction_ride *ride)
{
  const ls_span shards = o->head.shards;

  ls_rides_write(&o->rides[o->head.comm->node_rank],
                 o->leaf_losses + (shards.first - o->node_shards.first), ride,
                 shards.count);
  if (o->head.loans) {
    o->rides[o->head.comm->node_rank].nanoseconds = ls_loans_nanoseconds(o->head.loans);
    o->head.times.waiting += o->head.loans->waited;
  }
}

ls_exchange_ride ls_ordered_read_rides(const ordered *o)
{
  return ls_rides_sum(o->rides, o->head.comm->node_size, o->leaf_losses);
}

static void update_span(ordered *o, ls_span span, void *context)
{
  for (int64_t done = 0; done < span.count; done += LS_CHUNK) {
    int64_t now = span.count - done < LS_CHUNK ? span.count - done : LS_CHUNK;
    ls_span piece = {span.first + done, now};
    const float *sum =
        ls_chunk_join(&o->table, &o->joins[0], o->head.config.add, piece.first, now);
    o->head.config.update(context, o->head.weights + piece.first, sum, piece);
  }
}

// Where the join finds this rank's own partial gradients.
static void use_own_parts(ordered *o, const float *first, int64_t stride,
                          int64_t origin)
{
  for (int part = 0; part < o->head.part_count; part++) {
    o->table.parts[o->own_first + part] = first + part * stride;
    o->table.origins[o->own_first + part] = origin;
  }
}

// What a band needs after its own parts: others' parts lie before or after them.
static ls_reduction_near what_follows(const ordered *o, ls_span band)
{
  int after = o->own_first + o->head.part_count;
  int other = o->own_first > 0 ? o->own_first - 1 : after;
  ls_reduction_near near = {.weights = o->head.weights + band.first};

  if (other < o->node_part_count) {
    near.other = o->table.parts[other] + band.first;
  }
  return near;
}

static void fill_band(ordered *o, ls_span band, void *context)
{
  ls_reduction_near near = what_follows(o, band);
  double begin = ls_clock_seconds();

  for (int part = 0; part < o->head.part_count; part++) {
    float *out = o->bands.scratch + part * o->bands.widest;
    o->head.config.fill(context, out, part, band, &near);
    near = (ls_reduction_near){0};
  }
  o->head.times.filling += ls_clock_seconds() - begin;
}

static void update_band(ordered *o, ls_span band, void *context)
{
  double begin = ls_clock_seconds();

  use_own_parts(o, o->bands.scratch, o->bands.widest, band.first);
  update_span(o, band, context);
  o->head.times.update += ls_clock_seconds() - begin;
}

// The own slice, of which nobody else needs the gradient.  Its first band is filled.
static void update_and_fill_own(ordered *o, void *context)
{
  const ls_bands *bands = &o->bands;

  update_band(o, bands->spans[0], context);
  for (int i = 1; i < bands->count; i++) {
    fill_band(o, bands->spans[i], context);
    update_band(o, bands->spans[i], context);
  }
  use_own_parts(o, o->head.parts, o->head.stride, 0);
}

// All that this rank's shards add to the sum.
static void fill_all(ordered *o, void *context)
{
  const ls_span all = {0, o->head.config.count};
  double begin = ls_clock_seconds();

  if (o->exchange && ls_exchange_is_filled(o->exchange)) {
    ls_exchange_fill(o->exchange, context);
    o->head.times.filling += ls_clock_seconds() - begin;
    return;
  }
  ls_reduction_fill_parts(&o->head, all, &(ls_reduction_near){0}, context);
}

// What has to be there before the first barrier.
static void fill_first(ordered *o, void *context)
{
  const int count = o->head.comm->node_size;
  const ls_reduction_near for_others = {.posts = true};

  if (!o->slices) {
    fill_all(o, context);
    return;
  }
  // Each rank begins with its neighbour, so that not all write to one slice.
  for (int i = 1; i < count; i++) {
    int owner = (o->head.comm->node_rank + i) % count;
    ls_reduction_fill_parts(&o->head, o->slices[owner], &for_others, context);
  }
  // Ranks are never quite equal: who is early has this to do instead of waiting.
  fill_band(o, o->bands.spans[0], context);
}

void ls_ordered_wait(ordered *o)
{
  double begin = ls_clock_seconds();

  ls_window_barrier(o->window);
  o->head.times.waiting += ls_clock_seconds() - begin;
}

// First half of a step on the only node: what all ranks say, and norms.
static void sum_on_one_node(ordered *o, ls_reduction_totals *totals)
{
  ls_exchange_ride ride = ls_ordered_read_rides(o);

  *totals = ls_rides_totals(&ride, &o->head.config);
  if (totals->applied && o->blocks.count > 0) {
    ls_blocks_measure(o->squares, &o->blocks, o->head.own, &o->head.config, &o->table,
                      &o->joins[0], 0);
  }
}

// The same among nodes, by their peers.
static void sum_among_nodes(ordered *o, ls_reduction_totals *totals, void *context)
{
  ls_exchange_meanwhile meanwhile = {o->head.config.rows.some_ahead, context, 0.0};
  ls_exchange_ride ride = ls_ordered_read_rides(o);
  double begin = ls_clock_seconds();

  ls_exchange_send(o->exchange, totals, &ride, &meanwhile);
  if (totals->applied && o->blocks.count > 0) {
    ls_exchange_measure(o->exchange, o->squares, &o->blocks, &o->head.config);
  }
  if (o->head.comm->node_rank == 0) {
    *o->totals = *totals;
  }
  o->head.times.exchange += ls_clock_seconds() - begin - meanwhile.seconds;
}

// Second half: the update, after which peers hand out the weights.
static void update_all(ordered *o, void *context)
{
  double begin = ls_clock_seconds();

  if (o->blocks.count > 0) {
    o->head.config.measured(context, ls_tree_sum(o->squares, o->blocks.count));
  }
  if (!o->exchange) {
    update_span(o, o->head.own, context);
    o->head.times.update += ls_clock_seconds() - begin;
    return;
  }
  ls_exchange_update(o->exchange, o->head.weights, o->head.config.update, context);
  double updated = ls_clock_seconds();
  ls_exchange_gather(o->exchange, o->head.weights);
  o->head.times.update += updated - begin;
  o->head.times.exchange += ls_clock_seconds() - updated;
}

// Between the barriers, on the only node.
static void step_on_one_node(ordered *o, ls_reduction_totals *totals, void *context)
{
  sum_on_one_node(o, totals);
  if (o->blocks.count > 0) {
    ls_ordered_wait(o); // all squares are written
  }
  if (totals->applied && o->slices) {
    update_and_fill_own(o, context);
  } else if (totals->applied) {
    update_all(o, context);
  }
}

static void step_among_nodes(ordered *o, ls_reduction_totals *totals, void *context)
{
  if (o->exchange) {
    sum_among_nodes(o, totals, context);
  }
  if (o->blocks.count > 0) {
    ls_ordered_wait(o); // all squares are written
  }
  if (o->exchange && totals->applied) {
    update_all(o, context);
  }
}

void ls_ordered_step(ls_reduction *reduction, ls_reduction_totals *totals,
                     const ls_reduction_ride *ride, void *context)
{
  ordered *o = (ordered *)reduction;
  bool alone = reduction->comm->node_count == 1;

  fill_first(o, context);
  ls_ordered_write_ride(o, ride);
  ls_watch_arrive();
  ls_ordered_wait(o); // what others need of the partial gradients is written
  if (o->head.loans) {
    ls_loans_follow(o->head.loans, o->rides);
  }
  if (alone) {
    step_on_one_node(o, totals, context);
  } else {
    step_among_nodes(o, totals, context);
  }
  ls_ordered_wait(o); // all weights are written
  if (!alone) {
    *totals = *o->totals;
  }
}
