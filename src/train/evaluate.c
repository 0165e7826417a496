/**
 * ls_evaluate: a checkpoint against the test files of a data set.
 */

#include "base/alloc.h"
#include "base/log.h"
#include "data/batch.h"
#include "lockstep/recovery.h"
#include "lockstep/train.h"
#include "train/density.h"
#include "train/evaluation.h"
#include "train/feed.h"
#include "train/tensors.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

// What rank 0 reads and all need.
typedef struct loaded {
  int64_t step;
  ls_layout layout;
} loaded;

static void say_refused(void *context, const char *path, const char *reason)
{
  (void)context;
  (void)path; // the reason names it
  ls_log_warn("refused: %s", reason);
}

static ls_status load(ls_checkpoint **out, const char *path)
{
  struct stat info;
  char newest[LS_PATH_BYTES];

  if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
    return ls_store_load_newest(out, newest, path, say_refused, NULL);
  }
  return ls_checkpoint_load(out, path);
}

// The widths that the checkpoint's weights have, as a layout.
static ls_status find_layout(ls_layout *layout, const ls_checkpoint *checkpoint)
{
  char hidden[LS_LAYERS_MAX * 8] = "";
  size_t used = 0;
  int64_t layers = checkpoint->tensor_count / 2;

  if (layers < 1 || layers > LS_LAYERS_MAX || checkpoint->tensor_count % 2 != 0) {
    return ls_fail(LS_E_FORMAT, "checkpoint of %lld tensors is no perceptron",
                   (long long)checkpoint->tensor_count);
  }
  for (int64_t i = 0; i + 1 < layers; i++) {
    used +=
        (size_t)snprintf(hidden + used, sizeof hidden - used, "%s%lld", i ? "," : "",
                         (long long)checkpoint->tensors[2 * i].columns);
  }
  const ls_tensor *last = &checkpoint->tensors[2 * (layers - 1)];
  return ls_layout_create(layout, (int)checkpoint->tensors[0].rows, hidden,
                          (int)last->columns);
}

static ls_status copy_weights(float *weights, const ls_layout *layout,
                              const ls_checkpoint *checkpoint)
{
  ls_tensor views[2 * LS_LAYERS_MAX];

  ls_tensors_view(views, layout, weights);
  return ls_tensors_copy(views, ls_layout_tensor_count(layout), checkpoint->tensors,
                         checkpoint->tensor_count);
}

static ls_status load_everywhere(loaded *out, float **weights, ls_comm *comm,
                                 const char *path)
{
  ls_checkpoint *checkpoint = NULL;
  ls_status status = LS_OK;
  bool first = ls_comm_rank(comm) == 0;

  if (first) {
    status = load(&checkpoint, path);
    if (status == LS_OK) {
      out->step = checkpoint->step;
      status = find_layout(&out->layout, checkpoint);
    }
  }
  status = ls_comm_agree(comm, status);
  if (status == LS_OK) {
    ls_comm_broadcast(comm, out, sizeof *out);
    *weights = ls_alloc((size_t)out->layout.count, sizeof **weights);
    status = ls_comm_agree(comm, *weights ? LS_OK : LS_E_NOMEM);
  }
  if (status == LS_OK) {
    if (first) {
      status = copy_weights(*weights, &out->layout, checkpoint);
    }
    status = ls_comm_agree(comm, status);
  }
  if (status == LS_OK) {
    ls_comm_broadcast(comm, *weights, (size_t)out->layout.count * sizeof **weights);
  }
  ls_checkpoint_destroy(checkpoint);
  return status;
}

static ls_status check_fit(const ls_layout *layout, const ls_feed *feed)
{
  int classes = layout->layers[layout->layer_count - 1].outputs;

  if (layout->layers[0].inputs != ls_feed_features(feed) ||
      classes < ls_feed_classes(feed)) {
    return ls_fail(LS_E_ARG,
                   "a network of %d inputs and %d classes cannot judge images of %d "
                   "pixels in %d classes",
                   layout->layers[0].inputs, classes, ls_feed_features(feed),
                   ls_feed_classes(feed));
  }
  return LS_OK;
}

static ls_status score_all(ls_score *score, ls_comm *comm, const loaded *model,
                           const float *weights, const ls_rows *rows, const char *isa)
{
  const ls_kernels *kernels = ls_kernels_find(isa);
  ls_network *network = NULL;
  ls_evaluator *evaluator = NULL;
  ls_status status =
      kernels ? LS_OK : ls_fail(LS_E_ARG, "this processor has no kernels '%s'", isa);

  if (status == LS_OK) {
    const ls_network_config config = {.layout = &model->layout,
                                      .kernels = kernels,
                                      .most_rows = LS_EVALUATION_ROWS,
                                      .sparse = ls_rows_are_sparse(rows),
                                      .forward_only = true};
    status = ls_network_create(&network, &config);
  }
  if (status == LS_OK) {
    status = ls_evaluator_create(&evaluator, network, kernels, rows->count);
  }
  status = ls_comm_agree(comm, status);
  if (status == LS_OK) {
    status = ls_evaluator_run(evaluator, score, comm, rows, weights);
  }
  ls_evaluator_destroy(evaluator);
  ls_network_destroy(network);
  return status;
}

ls_status ls_evaluate(ls_evaluation *out, ls_comm *comm, const char *path,
                      const char *data, const char *isa)
{
  loaded model = {0};
  float *weights = NULL;
  ls_feed *feed = NULL;
  ls_score score = {0};

  ls_status status = load_everywhere(&model, &weights, comm, path);
  if (status == LS_OK) {
    status = ls_feed_open(&feed, comm, data, 0);
  }
  if (status == LS_OK) {
    status = ls_comm_agree(comm, check_fit(&model.layout, feed));
  }
  if (status == LS_OK) {
    ls_rows rows = ls_feed_test(feed);
    status = score_all(&score, comm, &model, weights, &rows, isa);
  }
  *out = (ls_evaluation){.step = model.step,
                         .count = score.count,
                         .loss = score.loss,
                         .accuracy = score.accuracy};
  ls_feed_close(feed);
  ls_free(weights);
  return status;
}
