#include "store/state.h"

#include "base/alloc.h"
#include "store/layout.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

// Head of each of a loaded checkpoint's allocations; the payload follows on the next
// cache line.
typedef struct block {
  struct block *next;
} block;

void *ls_state_alloc(ls_checkpoint *checkpoint, size_t count, size_t item_bytes)
{
  if (item_bytes != 0 && count > (SIZE_MAX / 2) / item_bytes) {
    (void)ls_fail(LS_E_NOMEM, "out of memory: %zu items of %zu bytes", count,
                  item_bytes);
    return NULL;
  }
  unsigned char *bytes = ls_alloc(count * item_bytes + LS_ALIGNMENT, 1);
  if (!bytes) {
    return NULL;
  }
  block *head = (block *)(void *)bytes;
  head->next = checkpoint->owned;
  checkpoint->owned = head;
  return bytes + LS_ALIGNMENT;
}

void ls_checkpoint_destroy(ls_checkpoint *checkpoint)
{
  if (!checkpoint) {
    return;
  }
  block *head = checkpoint->owned;
  while (head) {
    block *next = head->next;
    ls_free(head);
    head = next;
  }
  ls_free(checkpoint);
}

int64_t ls_tensor_count(const ls_tensor *tensor)
{
  return tensor->columns == 0 ? tensor->rows : tensor->rows * tensor->columns;
}

const float *ls_tensor_row(const ls_tensor *tensor, int64_t row)
{
  return tensor->columns == 0 ? tensor->values : tensor->values + row * tensor->stride;
}

int64_t ls_state_history_room(int64_t count)
{
  int64_t room = 16;

  while (room < count) {
    room *= 2;
  }
  return room;
}

int64_t ls_checkpoint_bytes_bound(const ls_checkpoint *checkpoint)
{
  const int64_t fixed = 16 * 1024; /* groups, attributes, seal */
  const int64_t each = 1024;       /* a data set's header and its group */
  int64_t floats = 0;

  for (int64_t i = 0; i < checkpoint->tensor_count; i++) {
    floats += ls_tensor_count(&checkpoint->tensors[i]);
  }
  int64_t tensors = checkpoint->tensor_count * (1 + checkpoint->slot_count);
  int64_t epochs = checkpoint->epochs > checkpoint->history_count
                       ? checkpoint->epochs
                       : checkpoint->history_count;
  size_t text = strlen(checkpoint->schedule) + strlen(checkpoint->resolved) +
                strlen(checkpoint->configuration) + strlen(checkpoint->fingerprint);
  return fixed + tensors * (each + LS_NAME_BYTES) +
         floats * (1 + checkpoint->slot_count) * (int64_t)sizeof(float) +
         ls_state_history_room(epochs) * (int64_t)sizeof(ls_history_row) +
         (int64_t)text;
}

static bool is_word(const char *text, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
      return false;
    }
  }
  return length > 0;
}

static bool is_terminated(const char *text, size_t bytes)
{
  return memchr(text, '\0', bytes) != NULL;
}

bool ls_tensor_name_is_valid(const char name[LS_NAME_BYTES])
{
  if (!is_terminated(name, LS_NAME_BYTES)) {
    return false;
  }
  const char *slash = strchr(name, '/');
  return slash && is_word(name, (size_t)(slash - name)) &&
         is_word(slash + 1, strlen(slash + 1));
}

static ls_status check_shape(const ls_tensor *tensor)
{
  const int64_t most = INT64_C(1) << 31; // so that a product fits

  if (tensor->rows < 1 || tensor->rows > most || tensor->columns < 0 ||
      tensor->columns > most || ls_tensor_count(tensor) > most ||
      tensor->stride < tensor->columns || !tensor->values) {
    return ls_fail(LS_E_ARG, "tensor '%s' has the impossible shape %lld x %lld (%lld)",
                   tensor->name, (long long)tensor->rows, (long long)tensor->columns,
                   (long long)tensor->stride);
  }
  return LS_OK;
}

// On the bits, which a compiler can do for several values at once: where the exponent
// is all ones, one more carries into the sign's place.
static bool are_finite(const float *values, int64_t count)
{
  uint32_t carried = 0;

  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    carried |= (bits & UINT32_C(0x7fffffff)) + UINT32_C(0x00800000);
  }
  return carried >> 31 == 0;
}

static ls_status check_finite(const ls_tensor *tensor)
{
  int64_t rows = tensor->columns == 0 ? 1 : tensor->rows;
  int64_t columns = tensor->columns == 0 ? tensor->rows : tensor->columns;

  for (int64_t row = 0; row < rows; row++) {
    if (!are_finite(ls_tensor_row(tensor, row), columns)) {
      return ls_fail(LS_E_NUMERIC, "row %lld of '%s' has a value that is not finite",
                     (long long)row, tensor->name);
    }
  }
  return LS_OK;
}

// Names are unique, and the tensors of a group ("layer0/") follow each other.
static ls_status check_order(const ls_tensor *tensors, int64_t index)
{
  const char *name = tensors[index].name;
  size_t prefix = strcspn(name, "/") + 1;
  bool is_first = index == 0 || strncmp(name, tensors[index - 1].name, prefix) != 0;

  for (int64_t i = 0; i < index; i++) {
    if (strcmp(name, tensors[i].name) == 0 ||
        (is_first && strncmp(name, tensors[i].name, prefix) == 0)) {
      return ls_fail(LS_E_ARG, "tensor '%s' comes twice or out of order", name);
    }
  }
  return LS_OK;
}

static ls_status check_model(const ls_checkpoint *checkpoint)
{
  for (int64_t i = 0; i < checkpoint->tensor_count; i++) {
    const ls_tensor *tensor = &checkpoint->tensors[i];
    if (!ls_tensor_name_is_valid(tensor->name) ||
        !is_terminated(tensor->activation, sizeof tensor->activation)) {
      return ls_fail(LS_E_ARG, "tensor %lld has an impossible name", (long long)i);
    }
    LS_TRY(check_order(checkpoint->tensors, i));
    LS_TRY(check_shape(tensor));
    LS_TRY(check_finite(tensor));
  }
  return LS_OK;
}

// "step" and "skipped" stand beside the slots in a file.
static bool is_slot_name(const char *name)
{
  return is_word(name, strlen(name)) && strcmp(name, LS_AT_STEP) != 0 &&
         strcmp(name, LS_AT_SKIPPED) != 0;
}

static ls_status check_slot(const ls_slot *slot, const ls_checkpoint *checkpoint)
{
  if (!is_terminated(slot->name, sizeof slot->name) || !is_slot_name(slot->name)) {
    return ls_fail(LS_E_ARG, "an optimizer slot has an impossible name");
  }
  for (int64_t i = 0; i < checkpoint->tensor_count; i++) {
    const ls_tensor *tensor = &slot->tensors[i];
    const ls_tensor *model = &checkpoint->tensors[i];
    if (!is_terminated(tensor->name, sizeof tensor->name) ||
        strcmp(tensor->name, model->name) != 0 || tensor->rows != model->rows ||
        tensor->columns != model->columns ||
        !is_terminated(tensor->activation, sizeof tensor->activation) ||
        strcmp(tensor->activation, model->activation) != 0) {
      return ls_fail(LS_E_ARG, "slot '%s' does not match the model's '%s'", slot->name,
                     model->name);
    }
    LS_TRY(check_shape(tensor));
  }
  return LS_OK;
}

static ls_status check_text(const char *text, const char *what)
{
  if (!text || strlen(text) > LS_TEXT_MAX) {
    return ls_fail(LS_E_ARG, "the %s is missing or longer than %d bytes", what,
                   LS_TEXT_MAX);
  }
  return LS_OK;
}

static ls_status check_numbers(const ls_checkpoint *checkpoint)
{
  const struct {
    const char *name;
    int64_t value;
    int64_t least;
    int64_t most;
  } ranges[] = {
      {"step", checkpoint->step, 0, INT64_MAX},
      {"skipped", checkpoint->skipped, 0, INT64_MAX},
      {"global batch", checkpoint->global_batch, 1, INT64_MAX},
      {"shards", checkpoint->shards, 1, INT64_MAX},
      {"epochs", checkpoint->epochs, 0, INT64_MAX},
      {"train count", checkpoint->train_count, 1, INT64_MAX},
      {"count of tensors", checkpoint->tensor_count, 1, LS_TENSORS_MAX},
      {"count of slots", checkpoint->slot_count, 0, LS_SLOTS_MAX},
      {"epoch's count", checkpoint->epoch_count, 0, checkpoint->train_count},
      {"epoch's correct", checkpoint->epoch_correct, 0, checkpoint->epoch_count},
      {"length of history", checkpoint->history_count, 0, INT64_C(1) << 32},
  };
  for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
    if (ranges[i].value < ranges[i].least || ranges[i].value > ranges[i].most) {
      return ls_fail(LS_E_ARG, "the %s is %lld, outside [%lld, %lld]", ranges[i].name,
                     (long long)ranges[i].value, (long long)ranges[i].least,
                     (long long)ranges[i].most);
    }
  }
  return LS_OK;
}

ls_status ls_state_check(const ls_checkpoint *checkpoint)
{
  LS_TRY(check_numbers(checkpoint));
  LS_TRY(check_text(checkpoint->schedule, "schedule"));
  LS_TRY(check_text(checkpoint->resolved, "resolved schedule"));
  LS_TRY(check_text(checkpoint->configuration, "configuration"));
  LS_TRY(check_text(checkpoint->fingerprint, "fingerprint"));
  if (!is_terminated(checkpoint->data_digest, sizeof checkpoint->data_digest) ||
      !is_terminated(checkpoint->optimizer, sizeof checkpoint->optimizer)) {
    return ls_fail(LS_E_ARG, "the data digest or the optimizer's text has no end");
  }
  LS_TRY(check_model(checkpoint));
  for (int64_t i = 0; i < checkpoint->slot_count; i++) {
    LS_TRY(check_slot(&checkpoint->slots[i], checkpoint));
  }
  return LS_OK;
}

static const struct {
  const char *name;
  size_t offset; /* in ls_history_row */
  double sign;
} metrics[] = {
    {"loss", offsetof(ls_history_row, loss), -1.0},
    {"accuracy", offsetof(ls_history_row, accuracy), 1.0},
    {"val_loss", offsetof(ls_history_row, val_loss), -1.0},
    {"val_accuracy", offsetof(ls_history_row, val_accuracy), 1.0},
};

double ls_state_merit(const ls_checkpoint *checkpoint, const char *metric)
{
  if (!metric || checkpoint->history_count == 0) {
    return NAN;
  }
  const ls_history_row *row = &checkpoint->history[checkpoint->history_count - 1];
  for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
    if (strcmp(metrics[i].name, metric) == 0 && row->step == checkpoint->step) {
      double value;
      memcpy(&value, (const char *)row + metrics[i].offset, sizeof value);
      return metrics[i].sign * value;
    }
  }
  return NAN;
}

bool ls_state_knows_metric(const char *metric)
{
  for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++) {
    if (strcmp(metrics[i].name, metric) == 0) {
      return true;
    }
  }
  return false;
}
