#include "store/sample.h"

#include "base/random.h"
#include "store/state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TENSORS = 4, SLOTS = 2, ROWS_MAX = 64 };

struct ls_sample {
  ls_checkpoint state;
  ls_tensor tensors[1 + SLOTS][TENSORS];
  ls_slot slots[SLOTS];
  ls_history_row history[ROWS_MAX];
  float *floats[1 + SLOTS][TENSORS];
};

static void fill(ls_tensor *tensor, uint64_t seed, uint64_t stream)
{
  int64_t rows = tensor->columns == 0 ? 1 : tensor->rows;
  int64_t columns = tensor->columns == 0 ? tensor->rows : tensor->columns;

  for (int64_t row = 0; row < rows; row++) {
    for (int64_t i = 0; i < columns; i++) {
      uint32_t words[4];
      ls_random_words(words, seed, stream, (uint64_t)(row * columns + i));
      tensor->values[row * tensor->stride + i] = ls_random_unit(words[0]) - 0.5f;
    }
  }
}

static void make_tensors(ls_sample *sample, int set, int inputs, int hidden,
                         int padding)
{
  const ls_tensor shapes[TENSORS] = {
      {"layer0/weight", "relu", inputs, hidden, hidden + padding, NULL},
      {"layer0/bias", "relu", hidden, 0, 0, NULL},
      {"layer1/weight", "softmax", hidden, 10, 10, NULL},
      {"layer1/bias", "softmax", 10, 0, 0, NULL},
  };

  for (int i = 0; i < TENSORS; i++) {
    ls_tensor *tensor = &sample->tensors[set][i];
    *tensor = shapes[i];
    int64_t stride = tensor->stride > 0 ? tensor->stride : 1;
    size_t count = (size_t)(tensor->rows * stride);
    tensor->values = calloc(count, sizeof(float));
    if (!tensor->values) {
      abort();
    }
    sample->floats[set][i] = tensor->values;
    fill(tensor, (uint64_t)sample->state.step, (uint64_t)(set * TENSORS + i));
  }
}

static void make_history(ls_sample *sample)
{
  ls_checkpoint *state = &sample->state;

  state->history_count = state->step / 100 < ROWS_MAX ? state->step / 100 : ROWS_MAX;
  state->history = sample->history;
  for (int64_t i = 0; i < state->history_count; i++) {
    double epoch = (double)(i + 1);
    state->history[i] =
        (ls_history_row){i + 1, 100 * (i + 1), 1.0 / epoch, 1.0 - 0.1 / epoch, NAN,
                         // best in the third epoch
                         0.9 - 0.01 * fabs(epoch - 3.0), 0.1 * pow(0.9, epoch)};
  }
}

ls_sample *sample_create(int inputs, int hidden, int padding, int64_t step)
{
  ls_sample *sample = calloc(1, sizeof *sample);

  if (!sample) {
    abort();
  }
  sample->state = (ls_checkpoint){
      .step = step,
      .skipped = 1,
      .seed = UINT64_C(0xfedcba9876543210),
      .global_batch = 32,
      .shards = 8,
      .epochs = 15,
      .train_count = 3200,
      .base_rate = 0.1,
      .schedule = "exponential(rate=0.9, every=1ep)",
      .resolved = "exponential(rate=0.90000000000000002, every=100steps)",
      .configuration = "hidden=128\nbatch=32\n",
      .fingerprint = "",
      .data_digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      .tensor_count = TENSORS,
      .tensors = sample->tensors[0],
      .optimizer = "adam(beta1=0.9, beta2=0.999)",
      .slot_count = SLOTS,
      .slots = sample->slots,
      .epoch_loss_sum = 0.1 * (double)(step % 100),
      .epoch_correct = step % 100,
      .epoch_count = 32 * (step % 100),
  };
  for (int set = 0; set <= SLOTS; set++) {
    make_tensors(sample, set, inputs, hidden, set == 0 ? padding : 0);
  }
  (void)snprintf(sample->slots[0].name, LS_NAME_BYTES, "m");
  (void)snprintf(sample->slots[1].name, LS_NAME_BYTES, "v");
  sample->slots[0].tensors = sample->tensors[1];
  sample->slots[1].tensors = sample->tensors[2];
  make_history(sample);
  return sample;
}

ls_checkpoint *sample_state(ls_sample *sample)
{
  return &sample->state;
}

void sample_destroy(ls_sample *sample)
{
  for (int set = 0; set <= SLOTS; set++) {
    for (int i = 0; i < TENSORS; i++) {
      free(sample->floats[set][i]);
    }
  }
  free(sample);
}

static bool equal_tensors(const ls_tensor *a, const ls_tensor *b, int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    int64_t rows = a[i].columns == 0 ? 1 : a[i].rows;
    size_t columns = (size_t)(a[i].columns == 0 ? a[i].rows : a[i].columns);
    if (strcmp(a[i].name, b[i].name) != 0 || a[i].rows != b[i].rows ||
        strcmp(a[i].activation, b[i].activation) != 0 || a[i].columns != b[i].columns) {
      return false;
    }
    for (int64_t row = 0; row < rows; row++) {
      if (memcmp(ls_tensor_row(&a[i], row), ls_tensor_row(&b[i], row),
                 columns * sizeof(float)) != 0) {
        return false;
      }
    }
  }
  return true;
}

bool sample_equals(const ls_checkpoint *a, const ls_checkpoint *b)
{
  bool equal =
      a->step == b->step && a->skipped == b->skipped && a->seed == b->seed &&
      a->global_batch == b->global_batch && a->shards == b->shards &&
      a->epochs == b->epochs && a->train_count == b->train_count &&
      a->base_rate == b->base_rate && strcmp(a->schedule, b->schedule) == 0 &&
      strcmp(a->resolved, b->resolved) == 0 &&
      strcmp(a->configuration, b->configuration) == 0 &&
      strcmp(a->fingerprint, b->fingerprint) == 0 &&
      strcmp(a->data_digest, b->data_digest) == 0 &&
      strcmp(a->optimizer, b->optimizer) == 0 && a->tensor_count == b->tensor_count &&
      a->slot_count == b->slot_count && a->epoch_loss_sum == b->epoch_loss_sum &&
      a->epoch_correct == b->epoch_correct && a->epoch_count == b->epoch_count &&
      a->history_count == b->history_count &&
      memcmp(a->history, b->history, (size_t)a->history_count * sizeof *a->history) ==
          0;

  equal = equal && equal_tensors(a->tensors, b->tensors, a->tensor_count);
  for (int64_t i = 0; equal && i < a->slot_count; i++) {
    equal = strcmp(a->slots[i].name, b->slots[i].name) == 0 &&
            equal_tensors(a->slots[i].tensors, b->slots[i].tensors, a->tensor_count);
  }
  return equal;
}
