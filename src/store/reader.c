#include "store/reader.h"

#include "base/alloc.h"
#include "store/bounded.h"
#include "store/image.h"
#include "store/layout.h"
#include "store/memory_file.h"
#include "store/parser.h"
#include "store/seal.h"
#include "store/state.h"

#include <string.h>

// How many tensors from `first` on are below the same group.
static int64_t group_length(const ls_tensor *tensors, int64_t count, int64_t first)
{
  size_t prefix = strcspn(tensors[first].name, "/") + 1;
  int64_t end = first + 1;

  while (end < count && strncmp(tensors[first].name, tensors[end].name, prefix) == 0) {
    end++;
  }
  return end - first;
}

static int64_t group_count(const ls_tensor *tensors, int64_t count)
{
  int64_t groups = 0;

  for (int64_t i = 0; i < count; i += group_length(tensors, count, i)) {
    groups++;
  }
  return groups;
}

// The tensors, named beforehand, below the groups that their names begin with.
static void read_tensors(ls_parser *parser, hid_t parent, ls_tensor *tensors,
                         int64_t count)
{
  for (int64_t i = 0; i < count && parser->status == LS_OK;) {
    int64_t length = group_length(tensors, count, i);
    char name[LS_NAME_BYTES] = "";
    size_t prefix = strcspn(tensors[i].name, "/");
    memcpy(name, tensors[i].name, prefix);
    hid_t group = ls_parser_group(parser, parent, name);
    ls_parser_members(parser, group, name, 0, length);
    for (int64_t end = i + length; i < end; i++) {
      const char *rest = tensors[i].name + prefix + 1;
      hid_t set = ls_parser_tensor(parser, group, rest, &tensors[i]);
      ls_parser_string(parser, set, LS_AT_ACTIVATION, tensors[i].activation,
                       sizeof tensors[i].activation);
      ls_parser_close(parser, set);
    }
    ls_parser_close(parser, group);
  }
}

// Tensors with these names; leaves NULL after a failure.
static ls_tensor *name_tensors(ls_parser *parser, char (*names)[LS_NAME_BYTES],
                               int64_t count)
{
  ls_tensor *tensors = NULL;

  if (parser->status == LS_OK) {
    tensors = ls_state_alloc(parser->state, (size_t)count, sizeof *tensors);
    parser->status = tensors ? LS_OK : LS_E_NOMEM;
  }
  for (int64_t i = 0; i < count && parser->status == LS_OK; i++) {
    memcpy(tensors[i].name, names[i], LS_NAME_BYTES);
    if (!ls_tensor_name_is_valid(names[i])) {
      parser->status =
          ls_fail(LS_E_FORMAT, "tensor %lld has an impossible name", (long long)i);
    }
  }
  return parser->status == LS_OK ? tensors : NULL;
}

static void read_model(ls_parser *parser, hid_t file)
{
  char names[LS_TENSORS_MAX][LS_NAME_BYTES];
  ls_checkpoint *state = parser->state;
  hid_t group = ls_parser_group(parser, file, LS_AT_MODEL);
  int64_t count = ls_parser_names(parser, group, LS_AT_TENSORS, names, LS_TENSORS_MAX);

  state->tensors = name_tensors(parser, names, count);
  if (state->tensors) {
    state->tensor_count = count;
    ls_parser_members(parser, group, LS_AT_MODEL, 1,
                      group_count(state->tensors, count));
    read_tensors(parser, group, state->tensors, count);
  }
  ls_parser_close(parser, group);
}

static void read_slot(ls_parser *parser, hid_t parent, ls_slot *slot)
{
  const ls_checkpoint *state = parser->state;
  char names[LS_TENSORS_MAX][LS_NAME_BYTES];

  for (int64_t i = 0; i < state->tensor_count; i++) {
    memcpy(names[i], state->tensors[i].name, LS_NAME_BYTES);
  }
  slot->tensors = name_tensors(parser, names, state->tensor_count);
  if (slot->tensors) {
    hid_t group = ls_parser_group(parser, parent, slot->name);
    ls_parser_members(parser, group, slot->name, 0,
                      group_count(slot->tensors, state->tensor_count));
    read_tensors(parser, group, slot->tensors, state->tensor_count);
    ls_parser_close(parser, group);
  }
}

static void read_slots(ls_parser *parser, hid_t group)
{
  char names[LS_SLOTS_MAX][LS_NAME_BYTES];
  ls_checkpoint *state = parser->state;
  int64_t count = 0;

  if (ls_parser_has(parser, group, LS_AT_SLOTS)) {
    count = ls_parser_names(parser, group, LS_AT_SLOTS, names, LS_SLOTS_MAX);
  }
  int moving = 2; // step, skipped
  bool apart = parser->version > 1;
  ls_parser_members(parser, group, LS_AT_OPTIMIZER,
                    (count > 0 ? 2 : 1) + (apart ? 0 : moving),
                    count + (apart ? moving : 0));
  if (count > 0 && parser->status == LS_OK) {
    state->slots = ls_state_alloc(state, (size_t)count, sizeof *state->slots);
    parser->status = state->slots ? LS_OK : LS_E_NOMEM;
  }
  for (int64_t i = 0; i < count && parser->status == LS_OK; i++) {
    memcpy(state->slots[i].name, names[i], LS_NAME_BYTES);
    read_slot(parser, group, &state->slots[i]);
    state->slot_count = i + 1;
  }
}

static void read_optimizer(ls_parser *parser, hid_t file)
{
  ls_checkpoint *state = parser->state;
  hid_t group = ls_parser_group(parser, file, LS_AT_OPTIMIZER);

  ls_parser_string(parser, group, LS_AT_KIND, state->optimizer,
                   sizeof state->optimizer);
  ls_parser_moving_int(parser, group, LS_AT_STEP, &state->step);
  ls_parser_moving_int(parser, group, LS_AT_SKIPPED, &state->skipped);
  read_slots(parser, group);
  ls_parser_close(parser, group);
}

static void read_run(ls_parser *parser, hid_t file)
{
  ls_checkpoint *state = parser->state;
  hid_t group = ls_parser_group(parser, file, LS_AT_RUN);

  ls_parser_members(parser, group, LS_AT_RUN, 7, 4);
  ls_parser_unsigned(parser, group, LS_AT_SEED, &state->seed);
  ls_parser_int(parser, group, LS_AT_GLOBAL_BATCH, &state->global_batch);
  ls_parser_int(parser, group, LS_AT_SHARDS, &state->shards);
  ls_parser_int(parser, group, LS_AT_EPOCHS, &state->epochs);
  ls_parser_int(parser, group, LS_AT_TRAIN_COUNT, &state->train_count);
  ls_parser_double(parser, group, LS_AT_BASE_RATE, &state->base_rate);
  ls_parser_string(parser, group, LS_AT_DATA_DIGEST, state->data_digest,
                   sizeof state->data_digest);
  state->schedule = ls_parser_text(parser, group, LS_AT_SCHEDULE);
  state->resolved = ls_parser_text(parser, group, LS_AT_RESOLVED);
  state->configuration = ls_parser_text(parser, group, LS_AT_CONFIGURATION);
  state->fingerprint = ls_parser_text(parser, group, LS_AT_FINGERPRINT);
  ls_parser_close(parser, group);
}

// Returns the number of finished epochs; -1: as many as the history has rows.
static int64_t read_epoch(ls_parser *parser, hid_t file)
{
  ls_checkpoint *state = parser->state;
  hid_t group = ls_parser_group(parser, file, LS_AT_EPOCH);
  bool apart = parser->version > 1;
  int64_t finished = -1;

  ls_parser_members(parser, group, LS_AT_EPOCH, apart ? 0 : 3, apart ? 4 : 0);
  if (apart) {
    finished = 0;
    ls_parser_moving_int(parser, group, LS_AT_FINISHED, &finished);
    if (parser->status == LS_OK && finished < 0) {
      parser->status = ls_fail(LS_E_FORMAT, "'%s' is negative", LS_AT_FINISHED);
    }
  }
  ls_parser_moving_double(parser, group, LS_AT_LOSS_SUM, &state->epoch_loss_sum);
  ls_parser_moving_int(parser, group, LS_AT_CORRECT, &state->epoch_correct);
  ls_parser_moving_int(parser, group, LS_AT_COUNT, &state->epoch_count);
  ls_parser_close(parser, group);
  return finished;
}

static void read_format(ls_parser *parser, hid_t file)
{
  char format[LS_NAME_BYTES];

  ls_parser_string(parser, file, LS_AT_FORMAT, format, sizeof format);
  ls_parser_int(parser, file, LS_AT_VERSION, &parser->version);
  if (parser->status == LS_OK &&
      (strcmp(format, LS_AT_FORMAT_NAME) != 0 || parser->version < 1 ||
       parser->version > LS_AT_VERSION_NUMBER)) {
    parser->status = ls_fail(
        LS_E_FORMAT,
        "format '%s' version %lld is not known, only '%s' up to version %d", format,
        (long long)parser->version, LS_AT_FORMAT_NAME, LS_AT_VERSION_NUMBER);
  }
  ls_parser_members(parser, file, "/", 2, 5);
}

// Everything in an open file.
static ls_status read_all(ls_checkpoint *state, hid_t file, size_t file_bytes)
{
  ls_parser parser = {.status = LS_OK, .state = state, .file_bytes = file_bytes};

  read_format(&parser, file);
  read_model(&parser, file);
  read_optimizer(&parser, file);
  read_run(&parser, file);
  int64_t finished = read_epoch(&parser, file);
  ls_parser_history(&parser, file, LS_AT_HISTORY, finished);
  if (parser.status == LS_OK && ls_state_check(state) != LS_OK) {
    // The file is at fault here, not the caller.
    parser.status = ls_fail(LS_E_FORMAT, "%s", ls_status_message());
  }
  return parser.status;
}

ls_status ls_reader_parse(ls_checkpoint **out, uint8_t *bytes, size_t length)
{
  ls_image image = {bytes, length, length};
  ls_checkpoint *state = ls_alloc(1, sizeof *state);
  ls_status status = state ? LS_OK : LS_E_NOMEM;
  hid_t file = -1;

  *out = NULL;
  ls_memory_file_prepare();
  H5E_BEGIN_TRY
  {
    if (status == LS_OK) {
      status = ls_memory_file_open(&file, &image);
    }
    if (status == LS_OK) {
      status = read_all(state, file, length);
    }
    if (file >= 0) {
      ls_status closed = ls_memory_file_close(file);
      status = status == LS_OK ? closed : status;
    }
  }
  H5E_END_TRY;
  if (status != LS_OK) {
    ls_checkpoint_destroy(state);
    state = NULL;
  }
  *out = state;
  return status;
}

ls_status ls_checkpoint_load(ls_checkpoint **out, const char *path)
{
  uint8_t *bytes = NULL;
  size_t length = 0;

  *out = NULL;
  ls_status status = ls_bounded_read(&bytes, &length, path);
  if (status == LS_OK) {
    status = ls_seal_check(bytes, length);
    if (status == LS_OK) {
      status = ls_reader_parse(out, bytes, length - LS_SEAL_BYTES);
    }
    if (status != LS_OK) {
      // The parts that look at bytes do not know whose they are.
      status = ls_fail(status, "'%s': %s", path, ls_status_message());
    }
  }
  ls_free(bytes);
  return status;
}
