#include "store/mold.h"

#include "base/alloc.h"
#include "base/fault.h"
#include "store/builder.h"
#include "store/state.h"

#include <string.h>

static void add_text(ls_sha256 *sha, const char *text)
{
  ls_sha256_add(sha, text, strlen(text) + 1);
}

static void add_numbers(ls_sha256 *sha, const int64_t *numbers, size_t count)
{
  ls_sha256_add(sha, numbers, count * sizeof *numbers);
}

static void add_run(ls_sha256 *sha, const ls_checkpoint *state)
{
  const int64_t numbers[] = {
      (int64_t)state->seed, state->global_batch,
      state->shards,        state->epochs,
      state->train_count,   state->tensor_count,
      state->slot_count,    ls_state_history_room(state->history_count),
  };

  add_numbers(sha, numbers, sizeof numbers / sizeof *numbers);
  ls_sha256_add(sha, &state->base_rate, sizeof state->base_rate);
  add_text(sha, state->schedule);
  add_text(sha, state->resolved);
  add_text(sha, state->configuration);
  add_text(sha, state->fingerprint);
  add_text(sha, state->data_digest);
  add_text(sha, state->optimizer);
}

// Everything in a file but the numbers that have places.
static ls_status digest_form(uint8_t form[LS_SHA256_BYTES], const ls_checkpoint *state)
{
  ls_sha256 *sha;

  LS_TRY(ls_sha256_create(&sha));
  add_run(sha, state);
  for (int64_t i = 0; i < state->tensor_count; i++) {
    const ls_tensor *tensor = &state->tensors[i];
    add_text(sha, tensor->name);
    add_text(sha, tensor->activation);
    add_numbers(sha, (const int64_t[]){tensor->rows, tensor->columns}, 2);
  }
  for (int64_t i = 0; i < state->slot_count; i++) {
    add_text(sha, state->slots[i].name);
  }
  ls_sha256_destroy(form, sha);
  return LS_OK;
}

// The next number's place; moves on to the one after it.
static void put(ls_mold *mold, int64_t *next, const void *value, size_t bytes)
{
  memcpy(mold->image.bytes + mold->places[(*next)++], value, bytes);
}

static void put_tensor(ls_mold *mold, int64_t *next, const ls_tensor *tensor)
{
  size_t columns = (size_t)(tensor->columns == 0 ? tensor->rows : tensor->columns);
  int64_t rows = tensor->columns == 0 ? 1 : tensor->rows;
  uint8_t *to = mold->image.bytes + mold->places[(*next)++];

  if (tensor->stride == tensor->columns) {
    columns *= (size_t)rows;
    rows = 1;
  }
  for (int64_t row = 0; row < rows; row++) {
    memcpy(to, ls_tensor_row(tensor, row), columns * sizeof(float));
    to += columns * sizeof(float);
  }
}

// In the order of ls_image_build.
static void put_all(ls_mold *mold, const ls_checkpoint *state)
{
  int64_t next = 0;
  size_t rows = (size_t)state->history_count;
  size_t room = (size_t)ls_state_history_room(state->history_count);

  for (int64_t i = 0; i < state->tensor_count; i++) {
    put_tensor(mold, &next, &state->tensors[i]);
  }
  put(mold, &next, &state->step, sizeof state->step);
  put(mold, &next, &state->skipped, sizeof state->skipped);
  for (int64_t slot = 0; slot < state->slot_count; slot++) {
    for (int64_t i = 0; i < state->tensor_count; i++) {
      put_tensor(mold, &next, &state->slots[slot].tensors[i]);
    }
  }
  put(mold, &next, &state->history_count, sizeof state->history_count);
  put(mold, &next, &state->epoch_loss_sum, sizeof state->epoch_loss_sum);
  put(mold, &next, &state->epoch_correct, sizeof state->epoch_correct);
  put(mold, &next, &state->epoch_count, sizeof state->epoch_count);
  uint8_t *history = mold->image.bytes + mold->places[next];
  memset(history, 0, room * sizeof *state->history);
  if (rows > 0) {
    memcpy(history, state->history, rows * sizeof *state->history);
  }
}

static ls_status cast(ls_mold *mold, const ls_checkpoint *checkpoint)
{
  ls_mold_release(mold);
  LS_TRY(digest_form(mold->form, checkpoint));
  mold->places = ls_alloc((size_t)ls_image_place_count(checkpoint), sizeof(int64_t));
  if (!mold->places) {
    return LS_E_NOMEM;
  }
  LS_TRY(ls_image_build(&mold->image, mold->places, checkpoint));
  mold->length = mold->image.length;
  mold->cast = ls_builder_copies();
  return LS_OK;
}

ls_status ls_mold_pour(ls_mold *mold, const ls_checkpoint *checkpoint)
{
  uint8_t form[LS_SHA256_BYTES];

  LS_TRY(ls_state_check(checkpoint));
  if (ls_fault("store.image", 0)) {
    return ls_fail(LS_E_NOMEM, "fault point 'store.image'");
  }
  if (mold->cast) {
    LS_TRY(digest_form(form, checkpoint));
  }
  if (!mold->cast || memcmp(form, mold->form, sizeof form) != 0) {
    return cast(mold, checkpoint);
  }
  mold->image.length = mold->length;
  put_all(mold, checkpoint);
  return LS_OK;
}

void ls_mold_release(ls_mold *mold)
{
  ls_image_release(&mold->image);
  ls_free(mold->places);
  *mold = (ls_mold){0};
}
