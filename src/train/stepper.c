#include "train/stepper_private.h"

#include "base/alloc.h"
#include "base/clock.h"
#include "base/fault.h"
#include "model/network_gradient.h"
#include "model/network_legs.h"
#include "model/network_thin.h"
#include "train/leaves.h"
#include "train/ride.h"
#include "train/sharing.h"

#include <math.h>

static ls_status create_network(ls_stepper *s)
{
  const ls_stepper_config *c = &s->config;
  const int lent = s->loans ? (int)ls_loans_room(s->loans) : 0;
  const ls_network_config config = {
      .layout = c->layout,
      .kernels = c->kernels,
      .most_rows = s->common ? (int)c->plan.global_batch
                             : ls_sharing_most_rows(&c->plan, s->filled) + lent,
      .sparse = c->sparse,
      .drops = c->dropout > 0 || c->dropout_inputs > 0,
      .common = ls_reduction_common(c->reduction),
      .common_rows = (int)c->plan.global_batch,
      .legs = {.count = s->legs,
               .own = s->legs > 0 ? ls_reduction_leg(c->reduction) : 0,
               .rows = s->relay_rows,
               .keeps = ls_reduction_slices_follow(c->reduction) && c->dropout == 0},
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
  s->legs = ls_reduction_legs(config->reduction);
  s->relay_rows = s->legs > 0 ? ls_reduction_relay_rows(config->reduction) : 0;
  s->loans = ls_reduction_loans(config->reduction);
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

// Whether what this rank has is fit to be added up, and how many of its rows are right.
static void look_at_rows(ls_stepper *s, ls_span rows, ls_reduction_ride *ride)
{
  const float *losses = ls_network_losses(s->network);
  const uint8_t *right = ls_network_correct(s->network);
  const ls_batch batch = ls_batch_at(&s->config.plan, s->step);
  bool finite = !ls_fault_row((int)(rows.first - batch.rows.first));

  for (int64_t i = 0; i < rows.count; i++) {
    finite = finite && isfinite(losses[i]);
    ride->correct += right[i];
  }
  if (!finite ||
      !ls_network_is_bounded(s->network, (int)rows.count, batch.rows.count)) {
    s->not_finite = true;
    ride->flags |= LS_RIDE_NOT_FINITE;
  }
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
  const ls_network_near both = {{near->weights, near->other}, near->posts};
  const ls_stepper *s = context;
  part_leaves leaves;

  find_leaves(&leaves, s, part);
  ls_network_gradient(s->network, out, piece, leaves.first_row, leaves.count, &both);
}

int64_t ls_stepper_fill_thin(void *context, float *lines, uint64_t *map, int part)
{
  _Static_assert((int)LS_PAD == (int)LS_REDUCTION_LINE,
                 "a line of zeros is a run of the layout");
  const ls_stepper *s = context;
  part_leaves leaves;

  find_leaves(&leaves, s, part);
  return ls_network_gradient_thin(s->network, lines, map, leaves.first_row,
                                  leaves.count);
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
  const ls_dropout dropout = ls_stepper_dropout_from(s, first);

  if (s->legs > 0) {
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
  const int count = (int)batch.rows.count, each = s->relay_rows;
  const int end = (int)(rows.first - batch.rows.first + rows.count);

  ls_network_set_posts(s->network, ls_reduction_posts(reduction));
  for (int row = 0; row < count; row += each) {
    ls_reduction_take(reduction, row / each);
    ls_network_add_inputs(s->network, weights, row,
                          count - row < each ? count - row : each);
    ls_reduction_hand_on(reduction);
  }
  return ls_reduction_take_all(reduction, (end + each - 1) / each);
}

void ls_stepper_take_rows(void *context)
{
  ls_stepper *s = context;
  double begin = ls_clock_seconds();

  ls_network_take_rows(s->network, s->first_row[s->filled.count]);
  s->times.backward += ls_clock_seconds() - begin;
}

static void find_labels(ls_stepper *s, ls_span rows)
{
  uint8_t *labels = ls_network_labels(s->network);

  for (int i = 0; i < rows.count; i++) {
    labels[i] = ls_samples_label(&s->samples, rows.first + i);
  }
}

void ls_stepper_run_rows(ls_stepper *s, ls_span rows, ls_reduction_ride *ride)
{
  const float *weights = ls_reduction_weights(s->config.reduction);
  double begin = ls_clock_seconds();

  find_labels(s, rows);
  run_forward(s, weights, rows);
  double forwarded = ls_clock_seconds();
  ls_network_backward(s->network, weights, (int)rows.count);
  look_at_rows(s, rows, ride);
  s->times.forward += forwarded - begin;
  s->times.backward += ls_clock_seconds() - forwarded;
}

static void run_handed_on(ls_stepper *s, ls_span rows, ls_reduction_ride *ride)
{
  double begin = ls_clock_seconds();
  const double waited = relay(s, ls_reduction_weights(s->config.reduction), rows);

  ls_network_take_sums(s->network, (int)rows.count);
  s->times.forward += ls_clock_seconds() - begin - waited;
  ls_stepper_run_rows(s, rows, ride);
  begin = ls_clock_seconds();
  ls_network_post_rows(s->network, (int)rows.count);
  s->times.backward += ls_clock_seconds() - begin;
}

// All that a rank does of a step's rows.
static void run_all_rows(ls_stepper *s, const ls_batch *batch, ls_reduction_ride *ride)
{
  double begin = ls_clock_seconds();
  const ls_span rows = ls_stepper_bring_rows(s, batch);

  s->times.data += ls_clock_seconds() - begin;
  if (s->legs > 0) {
    run_handed_on(s, rows, ride);
  } else if (s->loans) {
    ls_stepper_run_rows(s, ls_stepper_run_lent(s, rows, ride), ride);
    ls_stepper_take_back(s, rows);
  } else {
    ls_stepper_run_rows(s, rows, ride);
  }
}

void ls_stepper_run(ls_stepper *s, ls_reduction_totals *totals, const ls_step *now)
{
  const ls_batch batch = ls_batch_at(&s->config.plan, now->step);
  ls_reduction_ride ride = {.leaf_losses = s->leaf_losses, .flags = now->flags};

  s->step = now->step;
  s->not_finite = false;
  if (s->loans) {
    ls_loans_begin(s->loans, batch.rows.count);
  }
  run_all_rows(s, &batch, &ride);
  if (!s->common) {
    ls_stepper_find_losses(s, s->filled, s->leaf_losses);
  }
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
