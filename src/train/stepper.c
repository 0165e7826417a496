#include "train/stepper.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "model/network_gradient.h"
#include "model/network_rows.h"
#include "train/leaves.h"
#include "train/ride.h"
#include "train/samples.h"
#include "train/sharing.h"

#include <math.h>

enum { RELAY_ROWS = 8 };

struct ls_stepper {
  ls_stepper_config config;
  ls_network *network;
  ls_span filled; /* shards of which it fills gradients: its own or, common, all */
  bool common;    /* rows are */
  bool relays;    /* and ranks hand them on to each other */
  int64_t origin; /* position in the epoch of the first row of these shards */
  ls_samples samples;
  int *first_row;      /* [filled.count + 1] from the first of these shards' on */
  double *leaf_losses; /* [filled.count], unless rows are common */
  bool one_leaf;       /* ls_leaves_are_one */
  int64_t step;        /* the present one */
  int64_t gathered;    /* the step whose rows were gathered ahead; -1: none */
  ls_span inputs;      /* this rank's of all rows, in this step's relay */
  bool not_finite;     /* what this rank has seen of this step */
  ls_stepper_times times;
};

static ls_status create_network(ls_stepper *s)
{
  const ls_stepper_config *c = &s->config;
  const ls_network_config config = {
      .layout = c->layout,
      .kernels = c->kernels,
      .most_rows = s->common ? (int)c->plan.global_batch
                             : ls_sharing_most_rows(&c->plan, s->filled),
      .sparse = c->sparse,
      .drops = c->dropout > 0 || c->dropout_inputs > 0,
      .common = ls_reduction_common(c->reduction),
      .common_rows = (int)c->plan.global_batch,
  };
  return ls_network_create(&s->network, &config);
}

ls_status ls_stepper_create(ls_stepper **out, const ls_stepper_config *config)
{
  ls_stepper *s = ls_alloc(1, sizeof *s);

  *out = NULL;
  if (!s) {
    return LS_E_NOMEM;
  }
  s->config = *config;
  s->common = ls_reduction_common(config->reduction) != NULL;
  s->gathered = -1;
  s->one_leaf = ls_leaves_are_one(&config->plan);
  s->relays = s->common && ls_reduction_relays(config->reduction);
  s->filled = s->common ? (ls_span){0, config->plan.shards}
                        : ls_reduction_shards(config->reduction);
  s->first_row = ls_alloc((size_t)s->filled.count + 1, sizeof *s->first_row);
  s->leaf_losses =
      ls_alloc(s->common ? 0 : (size_t)s->filled.count, sizeof *s->leaf_losses);
  if (!s->first_row || !s->leaf_losses || create_network(s) != LS_OK ||
      ls_samples_init(&s->samples, config->training, config->seed, config->kernels,
                      config->plan.global_batch) != LS_OK) {
    ls_stepper_destroy(s);
    return LS_E_NOMEM;
  }
  *out = s;
  return LS_OK;
}

void ls_stepper_destroy(ls_stepper *stepper)
{
  if (stepper) {
    ls_network_destroy(stepper->network);
    ls_samples_clear(&stepper->samples);
    ls_free(stepper->first_row);
    ls_free(stepper->leaf_losses);
    ls_free(stepper);
  }
}

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

static void gather(ls_stepper *s, ls_span rows)
{
  for (int i = 0; i < rows.count; i++) {
    ls_samples_gather(&s->samples, ls_network_row(s->network, i), rows.first + i,
                      ls_samples_inputs(&s->samples));
  }
}

static void gather_labels(ls_stepper *s, ls_span rows)
{
  uint8_t *labels = ls_network_labels(s->network);

  for (int i = 0; i < rows.count; i++) {
    labels[i] = ls_samples_label(&s->samples, rows.first + i);
  }
}

// This rank's inputs of all rows.
static void gather_to_relay(ls_stepper *s, const ls_batch *batch)
{
  const ls_span inputs = ls_reduction_inputs(s->config.reduction);

  for (int i = 0; i < batch->rows.count; i++) {
    ls_samples_gather(&s->samples, ls_network_common_row(s->network, i),
                      batch->rows.first + i, inputs);
  }
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
  if (s->relays) {
    gather_to_relay(s, &batch);
    ls_network_turn(s->network); // others still need this one
  } else {
    gather(s, find_rows(s, &batch));
  }
  s->gathered = s->step + 1;
  s->times.data += ls_clock_seconds() - begin;
}

// What is left out of rows from `row` of the batch on.
static ls_dropout dropout_from(const ls_stepper *s, int64_t row)
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
  const ls_dropout dropout = dropout_from(s, first);
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

// The next step's rows are a batch further on; this step's products hide the wait.
static void ask_for_next(ls_stepper *s, ls_span rows, ls_span inputs)
{
  rows.first += s->config.plan.global_batch;
  ls_samples_ask_for(&s->samples, rows, inputs);
}

// A leaf loss is a chain over the shard's rows.
static void find_leaf_losses(void *context, ls_span shards, double *out)
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

// Whether what this rank has is fit to be added up, and how many of its rows are right.
static bool look_at_rows(const ls_stepper *s, ls_span rows, int64_t *correct)
{
  const float *losses = ls_network_losses(s->network);
  const uint8_t *right = ls_network_correct(s->network);
  const ls_batch batch = ls_batch_at(&s->config.plan, s->step);
  bool finite = true;

  *correct = 0;
  for (int64_t i = 0; i < rows.count; i++) {
    finite = finite && isfinite(losses[i]);
    *correct += right[i];
  }
  return finite && ls_network_is_bounded(s->network, (int)rows.count, batch.rows.count);
}

ls_reduction_rows ls_stepper_rows(const ls_layout *layout, const ls_batch_plan *plan,
                                  bool sparse)
{
  ls_reduction_rows rows = ls_sharing_rows(layout, plan, sparse);

  rows.losses = find_leaf_losses;
  rows.pack = pack;
  rows.unpack = unpack;
  rows.prepare = prepare;
  rows.descend = ls_stepper_descend;
  rows.ahead = gather_ahead;
  return rows;
}

// The rows of each leaf of a part.
typedef struct part_leaves {
  const int *first_row; /* [count + 1] */
  int count;
  int ends[2];
} part_leaves;

static void find_leaves(part_leaves *leaves, const ls_stepper *s, int part)
{
  ls_span shards = ls_reduction_part_shards(s->config.reduction, part);

  leaves->first_row = s->first_row + (shards.first - s->filled.first);
  leaves->count = (int)shards.count;
  if (s->one_leaf) {
    leaves->ends[0] = leaves->first_row[0];
    leaves->ends[1] = leaves->first_row[shards.count];
    leaves->first_row = leaves->ends;
    leaves->count = 1;
  }
}

// Nobody looks for what is not finite: the step is skipped where that could come up.
void ls_stepper_fill(void *context, float *out, int part, ls_span piece,
                     const ls_reduction_near *near)
{
  const ls_network_near both = {{near->weights, near->other}};
  const ls_stepper *s = context;
  part_leaves leaves;

  find_leaves(&leaves, s, part);
  ls_network_gradient(s->network, out, piece, leaves.first_row, leaves.count, &both);
}

int64_t ls_stepper_descend(void *context, float *weights, ls_span piece)
{
  const ls_stepper *s = context;
  part_leaves leaves;
  ls_descent descent;

  if (!ls_optimizer_descends(s->config.optimizer, &descent)) {
    return 0;
  }
  find_leaves(&leaves, s, 0);
  return ls_network_descend(s->network, weights, piece, leaves.first_row, leaves.count,
                            &descent);
}

void ls_stepper_update(void *context, float *weights, const float *gradient,
                       ls_span piece)
{
  const ls_stepper *s = context;
  ls_optimizer_update(s->config.optimizer, weights, gradient, piece);
}

void ls_stepper_measured(void *context, double squares)
{
  const ls_stepper *s = context;
  ls_optimizer_measured(s->config.optimizer, squares);
}

static void run_forward(ls_stepper *s, const float *weights, ls_span rows)
{
  const ls_stepper_config *c = &s->config;
  int64_t first = rows.first - ls_batch_at(&c->plan, s->step).rows.first;
  const ls_dropout dropout = dropout_from(s, first);

  if (s->relays) {
    ls_network_forward_on(s->network, weights, (int)rows.count,
                          (float)c->label_smoothing, &dropout);
  } else {
    ls_network_forward_dropping(s->network, weights, (int)rows.count,
                                (float)c->label_smoothing, &dropout);
  }
}

// This rank's share in all rows; returns the seconds that it waited for others.
static double relay(ls_stepper *s, const float *weights, ls_span rows)
{
  ls_reduction *reduction = s->config.reduction;
  const ls_batch batch = ls_batch_at(&s->config.plan, s->step);
  const ls_span inputs = s->inputs;
  const int count = (int)batch.rows.count;
  const int end = (int)(rows.first - batch.rows.first + rows.count);

  for (int row = 0; row < count; row += RELAY_ROWS) {
    ls_reduction_take(reduction, row / RELAY_ROWS);
    ls_network_add_inputs(s->network, weights, inputs, row,
                          count - row < RELAY_ROWS ? count - row : RELAY_ROWS);
    ls_reduction_hand_on(reduction);
  }
  return ls_reduction_take_all(reduction, (end + RELAY_ROWS - 1) / RELAY_ROWS);
}

// Puts this step's rows where they belong, unless they are there.
static ls_span bring_rows(ls_stepper *s, const ls_batch *batch)
{
  if (s->relays) {
    ls_network_turn(s->network);
    s->inputs = ls_reduction_inputs(s->config.reduction);
  }
  ls_samples_begin(&s->samples, batch->epoch);
  const ls_span rows = find_rows(s, batch);
  if (s->gathered != s->step && s->relays) {
    gather_to_relay(s, batch);
  } else if (s->gathered != s->step) {
    gather(s, rows);
  }
  gather_labels(s, rows);
  return rows;
}

void ls_stepper_run(ls_stepper *s, ls_reduction_totals *totals, const ls_step *now)
{
  const float *weights = ls_reduction_weights(s->config.reduction);
  ls_batch batch = ls_batch_at(&s->config.plan, now->step);
  ls_reduction_ride ride = {.leaf_losses = s->leaf_losses, .flags = now->flags};
  double begin = ls_clock_seconds();
  double waited = 0;

  s->step = now->step;
  ls_span rows = bring_rows(s, &batch);
  double gathered = ls_clock_seconds();
  if (s->relays) {
    ask_for_next(s, batch.rows, s->inputs);
    waited = relay(s, weights, rows);
  } else {
    ask_for_next(s, rows, ls_samples_inputs(&s->samples));
  }
  run_forward(s, weights, rows);
  double forwarded = ls_clock_seconds();
  ls_network_backward(s->network, weights, (int)rows.count);
  s->not_finite = !look_at_rows(s, rows, &ride.correct);
  if (!s->common) {
    find_leaf_losses(s, s->filled, s->leaf_losses);
  }
  ride.flags |= s->not_finite ? LS_RIDE_NOT_FINITE : 0;
  double ended = ls_clock_seconds();
  s->times.data += gathered - begin;
  s->times.forward += forwarded - gathered - waited;
  s->times.backward += ended - forwarded;
  ls_optimizer_begin_step(s->config.optimizer, now->updates, now->rate,
                          batch.rows.count);
  ls_reduction_step(s->config.reduction, totals, &ride, s);
}

bool ls_stepper_was_not_finite(const ls_stepper *stepper)
{
  return stepper->not_finite;
}

int64_t ls_stepper_bytes(const ls_stepper *stepper)
{
  return ls_network_bytes(stepper->network) + ls_samples_bytes(&stepper->samples);
}

ls_stepper_times ls_stepper_seconds(const ls_stepper *stepper)
{
  ls_stepper_times times = stepper->times;

  times.backward += ls_reduction_seconds(stepper->config.reduction).filling;
  return times;
}
