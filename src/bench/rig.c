#include "bench/rig.h"

#include "base/alloc.h"
#include "base/random.h"
#include "comm/window.h"
#include "train/pace.h"
#include "train/ride.h"
#include "train/sharing.h"
#include "train/stepper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ls_rig {
  ls_rig_config config;
  int nodes;
  ls_window *window; /* images [rows][features], labels [rows] */
  ls_rows rows;
  ls_reduction *reduction;
  ls_optimizer *optimizer;
  ls_stepper *stepper;
  int64_t step;
};

enum { SEED = 1, STREAM = 1000, LABELS_MOST = 256 };

// Reads "784,128,10"; the widths' count, or 0 if it is no such list.
static int read_widths(long widths[LS_LAYERS_MAX + 1], const char *text)
{
  int count = 0;
  char *end = NULL;

  for (const char *at = text; count <= LS_LAYERS_MAX; at = end + 1) {
    widths[count] = strtol(at, &end, 10);
    if (*at < '0' || *at > '9' || widths[count] < 1 || widths[count] > LS_WIDTH_MAX ||
        (*end != ',' && *end != '\0')) {
      return 0;
    }
    count++;
    if (*end == '\0') {
      return count;
    }
  }
  return 0;
}

ls_status ls_rig_layers(ls_layout *out, const char *text)
{
  char hidden[8 * LS_LAYERS_MAX] = "none";
  long widths[LS_LAYERS_MAX + 1] = {0};
  int count = read_widths(widths, text);
  size_t length = 0;

  if (count < 2 || widths[count - 1] < 2 || widths[count - 1] > LABELS_MOST) {
    return ls_fail(LS_E_ARG,
                   "--layers '%s': expected widths as 784,128,10, the last of 2 to %d, "
                   "and at most %d",
                   text, LABELS_MOST, LS_LAYERS_MAX + 1);
  }
  for (int i = 1; i < count - 1; i++) {
    length += (size_t)snprintf(hidden + length, sizeof hidden - length, "%s%ld",
                               i == 1 ? "" : ",", widths[i]);
  }
  return ls_layout_create(out, (int)widths[0], hidden, (int)widths[count - 1]);
}

static int features_of(const ls_layout *layout)
{
  return layout->layers[0].inputs;
}

static int classes_of(const ls_layout *layout)
{
  return layout->layers[layout->layer_count - 1].outputs;
}

// Each rank of the node makes its share.
static void make_rows(ls_rig *rig, const ls_comm *comm)
{
  int features = features_of(&rig->config.layout);
  uint8_t *images = ls_window_bytes(rig->window);
  uint8_t *labels = images + rig->config.rows * features;
  ls_span share =
      ls_span_part(rig->config.rows, ls_comm_node_size(comm), ls_comm_node_rank(comm));
  uint32_t words[4];

  for (int64_t row = share.first; row < share.first + share.count; row++) {
    uint64_t place = (uint64_t)(row * features);
    for (int i = 0; i < features; i += (int)sizeof words) {
      size_t bytes = sizeof words;
      bytes = (size_t)(features - i) < bytes ? (size_t)(features - i) : bytes;
      ls_random_words(words, SEED, STREAM, place + (uint64_t)i);
      memcpy(images + row * features + i, words, bytes);
    }
    ls_random_words(words, SEED, STREAM + 1, (uint64_t)row);
    labels[row] = (uint8_t)(words[0] % (uint32_t)classes_of(&rig->config.layout));
  }
  rig->rows = (ls_rows){images, labels, rig->config.rows, features};
  ls_window_barrier(rig->window);
}

static ls_batch_plan plan_of(const ls_rig_config *c)
{
  return (ls_batch_plan){c->rows, c->batch, (int)c->shards};
}

static ls_status create_reduction(ls_rig *rig, ls_comm *comm)
{
  const ls_layout *layout = &rig->config.layout;
  const ls_batch_plan plan = plan_of(&rig->config);
  int edge_count = ls_layout_edges(layout, NULL);
  int64_t *edges = ls_alloc((size_t)edge_count, sizeof *edges);

  ls_sharing asked;
  ls_status status = edges ? ls_sharing_read(&asked) : LS_E_NOMEM;

  status = ls_comm_agree(comm, status);

  if (status == LS_OK) {
    (void)ls_layout_edges(layout, edges);
    ls_reduction_config config = {
        .kind = rig->config.plain ? LS_REDUCTION_MPI : LS_REDUCTION_ORDERED,
        .count = layout->count,
        .edges = edges,
        .edge_count = edge_count,
        .shards = (int)rig->config.shards,
        .add = rig->config.kernels->add,
        .fill = ls_stepper_fill,
        .update = ls_stepper_update,
        .anywhere = true, // plain sgd
        .band = ls_sharing_band(layout),
        .rows = ls_stepper_rows(layout, &plan, false, rig->config.kernels->tile_rows,
                                &asked),
        .exchange = asked.exchange,
        .skip_flags = LS_RIDE_SKIPS,
        .common_flags = LS_RIDE_COMMON,
        .diverged_flag = LS_RIDE_DIVERGED,
    };
    if (rig->nodes > 1 && !rig->config.plain) {
      config.rows.pace =
          ls_pace_measure(layout, rig->config.kernels, &plan, &rig->rows, false);
    }
    status = ls_reduction_create(&rig->reduction, comm, &config);
  }
  ls_free(edges);
  return status;
}

// Allocations of this rank's own.
static ls_status create_parts(ls_rig *rig)
{
  const ls_rig_config *c = &rig->config;
  ls_optimizer_config optimizer = {.text = "sgd",
                                   .weight_decay = "none",
                                   .kernels = c->kernels,
                                   .layout = &c->layout,
                                   .own = ls_reduction_own(rig->reduction)};

  LS_TRY(ls_optimizer_create(&rig->optimizer, &optimizer));
  ls_stepper_config stepper = {.plan = plan_of(c),
                               .training = rig->rows,
                               .seed = SEED,
                               .kernels = c->kernels,
                               .layout = &c->layout,
                               .reduction = rig->reduction,
                               .optimizer = rig->optimizer};
  return ls_stepper_create(&rig->stepper, &stepper);
}

static ls_status open_all(ls_rig *rig, ls_comm *comm)
{
  const ls_layout *layout = &rig->config.layout;
  size_t bytes = (size_t)rig->config.rows * ((size_t)features_of(layout) + 1);

  LS_TRY(ls_window_create(&rig->window, comm, bytes));
  make_rows(rig, comm);
  LS_TRY(create_reduction(rig, comm));
  LS_TRY(ls_comm_agree(comm, create_parts(rig)));
  if (ls_comm_rank(comm) == 0) {
    ls_layout_init(layout, ls_reduction_weights(rig->reduction), SEED);
  }
  ls_reduction_share(rig->reduction);
  return LS_OK;
}

ls_status ls_rig_open(ls_rig **out, ls_comm *comm, const ls_rig_config *config)
{
  ls_rig *rig = ls_alloc(1, sizeof *rig);

  *out = NULL;
  ls_status status = ls_comm_agree(comm, rig ? LS_OK : LS_E_NOMEM);
  if (status == LS_OK) {
    rig->config = *config;
    rig->nodes = ls_comm_node_count(comm);
    status = open_all(rig, comm);
  }
  if (status != LS_OK) {
    ls_rig_close(rig);
    return status;
  }
  *out = rig;
  return LS_OK;
}

void ls_rig_close(ls_rig *rig)
{
  if (rig) {
    ls_stepper_destroy(rig->stepper);
    ls_optimizer_destroy(rig->optimizer);
    ls_reduction_destroy(rig->reduction);
    ls_window_destroy(rig->window);
    ls_free(rig);
  }
}

void ls_rig_run(ls_rig *rig, int64_t count)
{
  const float rate = 1e-3f; // small: the weights stay finite, whatever the labels say
  ls_reduction_totals totals;

  for (int64_t i = 0; i < count; i++, rig->step++) {
    ls_step now = {.step = rig->step, .updates = rig->step, .rate = rate};
    ls_stepper_run(rig->stepper, &totals, &now);
  }
}

void ls_rig_seconds(const ls_rig *rig, double *parts)
{
  ls_stepper_times step = ls_stepper_seconds(rig->stepper);
  ls_reduction_times reduction = ls_reduction_seconds(rig->reduction);

  parts[LS_RIG_gather] = step.data;
  parts[LS_RIG_forward] = step.forward;
  parts[LS_RIG_backward] = step.backward;
  parts[LS_RIG_update] = reduction.update;
  parts[LS_RIG_exchange] = reduction.exchange;
  parts[LS_RIG_waiting] = reduction.waiting;
}

int64_t ls_rig_steps(const ls_rig *rig)
{
  return rig->step;
}

ls_reduction_exchange ls_rig_sends(const ls_rig *rig)
{
  return ls_reduction_sends(rig->reduction);
}

bool ls_rig_relays(const ls_rig *rig)
{
  return ls_reduction_legs(rig->reduction) > 0;
}

bool ls_rig_lends(const ls_rig *rig)
{
  return ls_reduction_loans(rig->reduction) != NULL;
}

double ls_rig_sent_bytes(const ls_rig *rig)
{
  return ls_reduction_sent_bytes(rig->reduction);
}

double ls_rig_operations(const ls_rig *rig)
{
  const ls_rig_config *config = &rig->config;
  // Nodes that send each other rows all compute the whole gradient; where nothing but
  // flags travels, all of the step.
  const ls_reduction_exchange sends = ls_rig_sends(rig);
  const int gradients = sends == LS_EXCHANGE_ROWS ? rig->nodes : 1;
  const int steps = sends == LS_EXCHANGE_FLAGS ? rig->nodes : 1;
  double products = 0;

  for (int i = 0; i < config->layout.layer_count; i++) {
    const ls_layer *layer = &config->layout.layers[i];
    // Forward, gradient and, but for the first layer, back-propagation.
    products +=
        (i == 0 ? 1.0 + gradients : 2.0 + gradients) * layer->inputs * layer->outputs;
  }
  return 2 * steps * products * (double)config->batch;
}
