#include "base/clock.h"
#include "model/network_legs.h"
#include "model/network_rows.h"
#include "train/sharing.h"
#include "train/stepper_private.h"

// The positions of this rank's rows in the epoch, and where each shard begins.
static ls_span find_rows(ls_stepper *s, const ls_batch *batch)
{
  s->first_row[0] = 0;
  for (int i = 0; i < s->filled.count; i++) {
    ls_span shard = ls_batch_shard(&s->config.plan, batch, (int)s->filled.first + i);
    s->origin = i == 0 ? shard.first : s->origin;
    s->first_row[i] = (int)(shard.first - s->origin);
    s->first_row[i + 1] = (int)(shard.first + shard.count - s->origin);
  }
  const ls_span own = s->common
                          ? ls_reduction_portion(s->config.reduction, s->first_row)
                          : (ls_span){0, s->first_row[s->filled.count]};
  ls_network_begin(s->network, (int)own.first);
  return (ls_span){s->origin + own.first, own.count};
}

// Asks for what will be at the same place of the next step's rows.
static void gather(ls_stepper *s, float *row, int64_t position, ls_span inputs)
{
  ls_samples_ask_for(&s->samples, position + s->config.plan.global_batch, inputs);
  ls_samples_gather(&s->samples, row, position, inputs);
}

static void gather_from(ls_stepper *s, ls_span rows, int64_t first)
{
  for (int64_t i = first; i < rows.count; i++) {
    gather(s, ls_network_row(s->network, (int)i), rows.first + i,
           ls_samples_inputs(&s->samples));
  }
}

void ls_stepper_gather(ls_stepper *s, ls_span rows)
{
  gather_from(s, rows, 0);
}

// Of this rank's leg: this step's until the reduction's last barrier, then the next's.
static ls_span leg_inputs(const ls_stepper *s)
{
  ls_reduction *reduction = s->config.reduction;
  return ls_reduction_inputs(reduction, ls_reduction_leg(reduction));
}

// This rank's inputs of all rows.
static void gather_to_relay(ls_stepper *s, const ls_batch *batch)
{
  const ls_span inputs = leg_inputs(s);

  for (int i = 0; i < batch->rows.count; i++) {
    gather(s, ls_network_common_row(s->network, i), batch->rows.first + i, inputs);
  }
}

// Goes over to what this step's legs are.
static void turn_legs(ls_stepper *s)
{
  ls_network_turn(s->network);
  for (int leg = 0; leg < s->legs; leg++) {
    ls_network_deal_inputs(s->network, leg,
                           ls_reduction_inputs(s->config.reduction, leg));
  }
}

ls_span ls_stepper_bring_rows(ls_stepper *s, const ls_batch *batch)
{
  if (s->legs > 0) {
    turn_legs(s);
  }
  ls_samples_begin(&s->samples, batch->epoch);
  const ls_span rows = find_rows(s, batch);
  const int64_t gathered = s->gathered == s->step ? s->gathered_rows : 0;
  if (s->legs == 0) {
    gather_from(s, rows, gathered);
  } else if (gathered == 0) {
    gather_to_relay(s, batch);
  }
  return rows;
}

// The next step's rows, into the other set of inputs.  Another epoch has another order.
static void gather_ahead(void *context)
{
  ls_stepper *s = context;
  const ls_batch batch = ls_batch_at(&s->config.plan, s->step + 1);
  double begin = ls_clock_seconds();

  if (batch.epoch != s->samples.epoch) {
    return;
  }
  ls_network_turn(s->network);
  if (s->legs > 0) {
    gather_to_relay(s, &batch);
    ls_network_turn(s->network); // others still need this one
  } else {
    ls_stepper_gather(s, find_rows(s, &batch));
  }
  s->gathered = s->step + 1;
  s->gathered_rows = batch.rows.count;
  s->times.data += ls_clock_seconds() - begin;
}

// A few more of the next step's rows, in place of this one's.
static bool gather_some_ahead(void *context)
{
  enum { ROWS = 8 };
  ls_stepper *s = context;
  const ls_batch batch = ls_batch_at(&s->config.plan, s->step + 1);
  double begin = ls_clock_seconds();

  if (batch.epoch != s->samples.epoch) {
    return false;
  }
  if (s->gathered != s->step + 1) {
    s->gathered = s->step + 1;
    s->gathered_rows = 0;
  }
  const ls_span rows = find_rows(s, &batch);
  const int64_t first = s->gathered_rows;
  const int64_t end = first + ROWS < rows.count ? first + ROWS : rows.count;
  gather_from(s, (ls_span){rows.first, end}, first);
  s->gathered_rows = end;
  s->times.data += ls_clock_seconds() - begin;
  return end < rows.count;
}

ls_dropout ls_stepper_dropout_from(const ls_stepper *s, int64_t row)
{
  const ls_stepper_config *c = &s->config;

  return (ls_dropout){.share = c->dropout,
                      .inputs = c->dropout_inputs,
                      .seed = c->seed,
                      .first_row = s->step * c->plan.global_batch + row};
}

// The inputs of another node's shard, as that node has them.
static void prepare(void *context, int shard)
{
  ls_stepper *s = context;
  const int first = s->first_row[shard], end = s->first_row[shard + 1];
  const ls_dropout dropout = ls_stepper_dropout_from(s, first);
  double begin = ls_clock_seconds();

  for (int row = first; row < end; row++) {
    ls_samples_gather(&s->samples, ls_network_common_row(s->network, row),
                      s->origin + row, ls_samples_inputs(&s->samples));
  }
  ls_network_drop_inputs(s->network, first, end, &dropout);
  s->times.data += ls_clock_seconds() - begin;
}

static void pack(void *context, int shard, char *out)
{
  const ls_stepper *s = context;
  ls_network_pack(s->network, out, s->first_row[shard], s->first_row[shard + 1]);
}

static void unpack(void *context, int shard, const char *in)
{
  const ls_stepper *s = context;
  ls_network_unpack(s->network, in, s->first_row[shard], s->first_row[shard + 1]);
}

// A leaf loss is a chain over the shard's rows.
void ls_stepper_find_losses(void *context, ls_span shards, double *out)
{
  const ls_stepper *s = context;
  const float *losses = ls_network_all_losses(s->network);

  for (int i = 0; i < shards.count; i++) {
    const int *rows = s->first_row + (shards.first - s->filled.first) + i;
    out[i] = 0.0;
    for (int row = rows[0]; row < rows[1]; row++) {
      out[i] += (double)losses[row];
    }
  }
}

ls_reduction_rows ls_stepper_rows(const ls_layout *layout, const ls_batch_plan *plan,
                                  bool sparse, int tile_rows, const ls_sharing *asked)
{
  ls_reduction_rows rows = ls_sharing_rows(layout, plan, sparse, tile_rows, asked);

  rows.losses = ls_stepper_find_losses;
  rows.here = ls_stepper_take_rows;
  rows.pack = pack;
  rows.unpack = unpack;
  rows.prepare = prepare;
  rows.descend = ls_stepper_descend;
  rows.ahead = gather_ahead;
  rows.some_ahead = gather_some_ahead;
  return rows;
}
