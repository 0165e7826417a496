#include "store/difference.h"

#include "base/alloc.h"
#include "store/state.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// Floats in their order: neighbours differ by one, -0 and +0 are the same place.
static int64_t place_of(float value)
{
  int32_t bits;

  memcpy(&bits, &value, sizeof bits);
  return bits < 0 ? (int64_t)INT32_MIN - bits : bits;
}

static void compare_row(ls_tensor_difference *found, const float *a, const float *b,
                        int64_t count)
{
  for (int64_t i = 0; i < count; i++) {
    if (memcmp(&a[i], &b[i], sizeof a[i]) == 0) {
      continue;
    }
    double value = fabs((double)a[i] - (double)b[i]);
    int64_t places = place_of(a[i]) - place_of(b[i]);
    places = places < 0 ? -places : places;
    found->count++;
    found->largest = value > found->largest || isnan(value) ? value : found->largest;
    found->last_place = places > found->last_place ? places : found->last_place;
  }
}

ls_tensor_difference ls_difference_tensor(const ls_tensor *a, const ls_tensor *b)
{
  ls_tensor_difference found = {0};

  if (!b || a->rows != b->rows || a->columns != b->columns) {
    return found;
  }
  found.comparable = true;
  int64_t rows = a->columns == 0 ? 1 : a->rows;
  int64_t columns = a->columns == 0 ? a->rows : a->columns;
  for (int64_t row = 0; row < rows; row++) {
    compare_row(&found, ls_tensor_row(a, row), ls_tensor_row(b, row), columns);
  }
  return found;
}

static const ls_tensor *find_tensor(const ls_tensor *tensors, int64_t count,
                                    const char *name)
{
  for (int64_t i = 0; i < count; i++) {
    if (strcmp(tensors[i].name, name) == 0) {
      return &tensors[i];
    }
  }
  return NULL;
}

static const ls_slot *find_slot(const ls_checkpoint *state, const char *name)
{
  for (int64_t i = 0; i < state->slot_count; i++) {
    if (strcmp(state->slots[i].name, name) == 0) {
      return &state->slots[i];
    }
  }
  return NULL;
}

typedef struct tensor_list {
  const ls_tensor *tensors;
  int64_t count;
} tensor_list;

// All of a, and those that only b has.
static void tell_tensors(const char *prefix, tensor_list a, tensor_list b,
                         ls_difference_tensor_told told, void *context)
{
  char name[2 * LS_NAME_BYTES];

  for (int64_t i = 0; i < a.count; i++) {
    ls_tensor_difference found = ls_difference_tensor(
        &a.tensors[i], find_tensor(b.tensors, b.count, a.tensors[i].name));
    (void)snprintf(name, sizeof name, "%s%s", prefix, a.tensors[i].name);
    told(context, name, &found);
  }
  for (int64_t i = 0; i < b.count; i++) {
    const ls_tensor_difference missing = {0};
    if (!find_tensor(a.tensors, a.count, b.tensors[i].name)) {
      (void)snprintf(name, sizeof name, "%s%s", prefix, b.tensors[i].name);
      told(context, name, &missing);
    }
  }
}

static void tell_slot(const char *name, const ls_checkpoint *a, const ls_checkpoint *b,
                      ls_difference_tensor_told told, void *context)
{
  const ls_slot *slots[2] = {find_slot(a, name), find_slot(b, name)};
  char prefix[LS_NAME_BYTES + 1];

  (void)snprintf(prefix, sizeof prefix, "%s/", name);
  tell_tensors(prefix,
               (tensor_list){slots[0] ? slots[0]->tensors : NULL,
                             slots[0] ? a->tensor_count : 0},
               (tensor_list){slots[1] ? slots[1]->tensors : NULL,
                             slots[1] ? b->tensor_count : 0},
               told, context);
}

void ls_difference_tensors(const ls_checkpoint *a, const ls_checkpoint *b,
                           ls_difference_tensor_told told, void *context)
{
  tell_tensors("", (tensor_list){a->tensors, a->tensor_count},
               (tensor_list){b->tensors, b->tensor_count}, told, context);
  for (int64_t i = 0; i < a->slot_count; i++) {
    tell_slot(a->slots[i].name, a, b, told, context);
  }
  for (int64_t i = 0; i < b->slot_count; i++) {
    if (!find_slot(a, b->slots[i].name)) {
      tell_slot(b->slots[i].name, a, b, told, context);
    }
  }
}

int64_t ls_difference_history(const ls_checkpoint *a, const ls_checkpoint *b)
{
  for (int64_t i = 0; i < a->history_count && i < b->history_count; i++) {
    if (memcmp(&a->history[i], &b->history[i], sizeof a->history[i]) != 0) {
      return i;
    }
  }
  if (a->history_count == b->history_count) {
    return -1;
  }
  return a->history_count < b->history_count ? a->history_count : b->history_count;
}

typedef struct listener {
  ls_difference_told told;
  void *context;
} listener;

static void tell_text(const listener *to, const char *key, const char *a, const char *b)
{
  if (!a || !b || strcmp(a, b) != 0) {
    to->told(to->context, key, a, b);
  }
}

static void tell_int(const listener *to, const char *key, int64_t a, int64_t b)
{
  char texts[2][32];

  (void)snprintf(texts[0], sizeof texts[0], "%" PRId64, a);
  (void)snprintf(texts[1], sizeof texts[1], "%" PRId64, b);
  tell_text(to, key, texts[0], texts[1]);
}

static void tell_double(const listener *to, const char *key, double a, double b)
{
  char texts[2][32];

  (void)snprintf(texts[0], sizeof texts[0], "%.17g", a);
  (void)snprintf(texts[1], sizeof texts[1], "%.17g", b);
  tell_text(to, key, texts[0], texts[1]);
}

// The value of a key in `key=value` lines; NULL if there is none.  *value is released
// by the caller.
static ls_status find_key(char **value, const char *lines, const char *key)
{
  size_t length = strlen(key);

  *value = NULL;
  for (const char *line = lines; *line;) {
    size_t end = strcspn(line, "\n");
    if (end > length && strncmp(line, key, length) == 0 && line[length] == '=') {
      *value = ls_alloc_text(line + length + 1, end - length - 1);
      return *value ? LS_OK : LS_E_NOMEM;
    }
    line += end + (line[end] == '\n' ? 1 : 0);
  }
  return LS_OK;
}

// Tell the keys of `lines` that differ in `others`; the missing ones only, if so asked.
static ls_status tell_lines(const listener *to, const char *lines, const char *others,
                            bool only_missing)
{
  for (const char *line = lines; *line;) {
    size_t end = strcspn(line, "\n");
    size_t equals = strcspn(line, "=\n");
    char *key = ls_alloc_text(line, equals);
    char *mine = NULL;
    char *other = NULL;
    ls_status status = key ? find_key(&other, others, key) : LS_E_NOMEM;
    if (status == LS_OK) {
      status = find_key(&mine, lines, key);
    }
    if (status == LS_OK && !only_missing) {
      tell_text(to, key, mine, other);
    } else if (status == LS_OK && !other) {
      tell_text(to, key, NULL, mine);
    }
    ls_free(key);
    ls_free(mine);
    ls_free(other);
    LS_TRY(status);
    line += end + (line[end] == '\n' ? 1 : 0);
  }
  return LS_OK;
}

ls_status ls_difference_settings(const ls_checkpoint *a, const ls_checkpoint *b,
                                 ls_difference_told told, void *context)
{
  const listener to = {told, context};
  char seeds[2][32];

  (void)snprintf(seeds[0], sizeof seeds[0], "%" PRIu64, a->seed);
  (void)snprintf(seeds[1], sizeof seeds[1], "%" PRIu64, b->seed);
  tell_int(&to, "step", a->step, b->step);
  tell_int(&to, "skipped", a->skipped, b->skipped);
  tell_text(&to, "seed", seeds[0], seeds[1]);
  tell_int(&to, "global_batch", a->global_batch, b->global_batch);
  tell_int(&to, "shards", a->shards, b->shards);
  tell_int(&to, "epochs", a->epochs, b->epochs);
  tell_int(&to, "train_count", a->train_count, b->train_count);
  tell_double(&to, "base_rate", a->base_rate, b->base_rate);
  tell_text(&to, "optimizer", a->optimizer, b->optimizer);
  tell_text(&to, "schedule", a->schedule, b->schedule);
  tell_text(&to, "resolved", a->resolved, b->resolved);
  tell_text(&to, "data_digest", a->data_digest, b->data_digest);
  tell_text(&to, "fingerprint", a->fingerprint, b->fingerprint);
  tell_double(&to, "epoch_loss_sum", a->epoch_loss_sum, b->epoch_loss_sum);
  tell_int(&to, "epoch_correct", a->epoch_correct, b->epoch_correct);
  tell_int(&to, "epoch_count", a->epoch_count, b->epoch_count);
  LS_TRY(tell_lines(&to, a->configuration, b->configuration, false));
  return tell_lines(&to, b->configuration, a->configuration, true);
}
