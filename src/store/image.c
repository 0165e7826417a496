#include "store/image.h"

#include "base/alloc.h"
#include "base/assert.h"
#include "store/builder.h"
#include "store/layout.h"
#include "store/memory_file.h"
#include "store/seal.h"
#include "store/state.h"

#include <stdlib.h>
#include <string.h>

// The tensors, each below the group that its name begins with; ls_state_check saw that
// the tensors of a group follow each other.
static void write_tensors(ls_builder *builder, hid_t parent, const ls_tensor *tensors,
                          int64_t count)
{
  char open_name[LS_NAME_BYTES] = "";
  hid_t group = -1;

  for (int64_t i = 0; i < count; i++) {
    const char *slash = strchr(tensors[i].name, '/');
    size_t length = (size_t)(slash - tensors[i].name);
    if (strncmp(open_name, tensors[i].name, length) != 0 || open_name[length] != '\0') {
      ls_builder_close(builder, group);
      memcpy(open_name, tensors[i].name, length);
      open_name[length] = '\0';
      group = ls_builder_group(builder, parent, open_name);
    }
    hid_t set = ls_builder_tensor(builder, group, slash + 1, &tensors[i]);
    ls_builder_string(builder, set, LS_AT_ACTIVATION, tensors[i].activation);
    ls_builder_close(builder, set);
  }
  ls_builder_close(builder, group);
}

static void write_model(ls_builder *builder, hid_t file, const ls_checkpoint *state)
{
  char names[LS_TENSORS_MAX][LS_NAME_BYTES] = {{0}};

  for (int64_t i = 0; i < state->tensor_count; i++) {
    memcpy(names[i], state->tensors[i].name, strlen(state->tensors[i].name));
  }
  hid_t group = ls_builder_group(builder, file, LS_AT_MODEL);
  ls_builder_strings(builder, group, LS_AT_TENSORS, names[0],
                     (size_t)state->tensor_count, LS_NAME_BYTES);
  write_tensors(builder, group, state->tensors, state->tensor_count);
  ls_builder_close(builder, group);
}

static void write_optimizer(ls_builder *builder, hid_t file, const ls_checkpoint *state)
{
  char names[LS_SLOTS_MAX][LS_NAME_BYTES] = {{0}};

  for (int64_t i = 0; i < state->slot_count; i++) {
    memcpy(names[i], state->slots[i].name, strlen(state->slots[i].name));
  }
  hid_t group = ls_builder_group(builder, file, LS_AT_OPTIMIZER);
  ls_builder_string(builder, group, LS_AT_KIND, state->optimizer);
  if (state->slot_count > 0) {
    ls_builder_strings(builder, group, LS_AT_SLOTS, names[0], (size_t)state->slot_count,
                       LS_NAME_BYTES);
  }
  ls_builder_set_int(builder, group, LS_AT_STEP, state->step);
  ls_builder_set_int(builder, group, LS_AT_SKIPPED, state->skipped);
  for (int64_t i = 0; i < state->slot_count; i++) {
    hid_t slot = ls_builder_group(builder, group, state->slots[i].name);
    write_tensors(builder, slot, state->slots[i].tensors, state->tensor_count);
    ls_builder_close(builder, slot);
  }
  ls_builder_close(builder, group);
}

static void write_run(ls_builder *builder, hid_t file, const ls_checkpoint *state)
{
  hid_t group = ls_builder_group(builder, file, LS_AT_RUN);

  ls_builder_unsigned(builder, group, LS_AT_SEED, state->seed);
  ls_builder_int(builder, group, LS_AT_GLOBAL_BATCH, state->global_batch);
  ls_builder_int(builder, group, LS_AT_SHARDS, state->shards);
  ls_builder_int(builder, group, LS_AT_EPOCHS, state->epochs);
  ls_builder_int(builder, group, LS_AT_TRAIN_COUNT, state->train_count);
  ls_builder_double(builder, group, LS_AT_BASE_RATE, state->base_rate);
  ls_builder_string(builder, group, LS_AT_DATA_DIGEST, state->data_digest);
  ls_builder_text(builder, group, LS_AT_SCHEDULE, state->schedule);
  ls_builder_text(builder, group, LS_AT_RESOLVED, state->resolved);
  ls_builder_text(builder, group, LS_AT_CONFIGURATION, state->configuration);
  ls_builder_text(builder, group, LS_AT_FINGERPRINT, state->fingerprint);
  ls_builder_close(builder, group);
}

static void write_epoch(ls_builder *builder, hid_t file, const ls_checkpoint *state)
{
  hid_t group = ls_builder_group(builder, file, LS_AT_EPOCH);

  ls_builder_set_int(builder, group, LS_AT_FINISHED, state->history_count);
  ls_builder_set_double(builder, group, LS_AT_LOSS_SUM, state->epoch_loss_sum);
  ls_builder_set_int(builder, group, LS_AT_CORRECT, state->epoch_correct);
  ls_builder_set_int(builder, group, LS_AT_COUNT, state->epoch_count);
  ls_builder_close(builder, group);
}

static ls_status write_all(hid_t file, int64_t *places, const ls_checkpoint *state)
{
  ls_builder builder;

  ls_builder_begin(&builder, places);
  ls_builder_string(&builder, file, LS_AT_FORMAT, LS_AT_FORMAT_NAME);
  ls_builder_int(&builder, file, LS_AT_VERSION, LS_AT_VERSION_NUMBER);
  write_model(&builder, file, state);
  write_optimizer(&builder, file, state);
  write_run(&builder, file, state);
  write_epoch(&builder, file, state);
  ls_builder_history(&builder, file, LS_AT_HISTORY, state->history,
                     state->history_count);
  return ls_builder_end(&builder);
}

static ls_status build(ls_image *image, int64_t *places, const ls_checkpoint *state)
{
  hid_t file;

  // The bound holds room for epochs to come; the image is grown to it once, not in
  // steps.
  ls_status status =
      ls_memory_file_begin(&file, image, (size_t)ls_checkpoint_bytes_bound(state));
  if (status == LS_OK) {
    status = write_all(file, places, state);
  }
  if (file >= 0) {
    ls_status finished = ls_memory_file_finish(image, file);
    status = status == LS_OK ? finished : status;
  }
  return status;
}

int64_t ls_image_place_count(const ls_checkpoint *checkpoint)
{
  const int64_t others = 7; // step, skipped, the four of the epoch, history

  return checkpoint->tensor_count * (1 + checkpoint->slot_count) + others;
}

ls_status ls_image_build(ls_image *image, int64_t *places,
                         const ls_checkpoint *checkpoint)
{
  ls_status status;

  *image = (ls_image){0};
  LS_TRY(ls_state_check(checkpoint));
  ls_memory_file_prepare();
  // HDF5 prints a page for every failure; ours is one line.
  H5E_BEGIN_TRY
  {
    status = build(image, places, checkpoint);
  }
  H5E_END_TRY;
  if (status != LS_OK) {
    ls_image_release(image);
  }
  return status;
}

void ls_image_seal(ls_image *image)
{
  char seal[LS_SEAL_BYTES];

  LS_ASSERT(image->capacity - image->length >= LS_SEAL_BYTES);
  ls_seal_make(seal, image->bytes, image->length);
  memcpy(image->bytes + image->length, seal, LS_SEAL_BYTES);
  image->length += LS_SEAL_BYTES;
}

void ls_image_release(ls_image *image)
{
  free(image->bytes);
  *image = (ls_image){0};
}
