#include "store/export.h"

#include "store/builder.h"
#include "store/durable.h"
#include "store/memory_file.h"
#include "store/state.h"

#include <stdio.h>
#include <string.h>

/*
 *   /            @layer_names [layers] @backend @keras_version
 *   /dense       @weight_names ["dense/kernel:0", "dense/bias:0"]
 *     dense/kernel:0 [in][out] f32
 *     dense/bias:0   [out]     f32
 *   /dense_1     ...
 */

// Keras counts its layers so: dense, dense_1, dense_2.
static void layer_name(char name[LS_NAME_BYTES], int64_t layer)
{
  (void)snprintf(name, LS_NAME_BYTES, layer == 0 ? "dense" : "dense_%lld",
                 (long long)layer);
}

static ls_status check_pairs(const ls_checkpoint *state)
{
  bool paired = state->tensor_count % 2 == 0;

  for (int64_t i = 0; i + 1 < state->tensor_count; i += 2) {
    const ls_tensor *weight = &state->tensors[i];
    const ls_tensor *bias = &state->tensors[i + 1];
    paired = paired && weight->columns > 0 && bias->columns == 0 &&
             bias->rows == weight->columns;
  }
  if (!paired) {
    return ls_fail(LS_E_ARG, "Keras wants a weight and a bias for each layer");
  }
  return LS_OK;
}

static void write_layer(ls_builder *builder, hid_t file, const ls_tensor *pair,
                        int64_t layer)
{
  char name[LS_NAME_BYTES];
  char names[2][LS_NAME_BYTES + 16] = {{0}};

  layer_name(name, layer);
  (void)snprintf(names[0], sizeof names[0], "%s/kernel:0", name);
  (void)snprintf(names[1], sizeof names[1], "%s/bias:0", name);
  hid_t group = ls_builder_group(builder, file, name);
  ls_builder_strings(builder, group, "weight_names", names[0], 2, sizeof names[0]);
  hid_t inner = ls_builder_group(builder, group, name);
  ls_builder_close(builder, ls_builder_tensor(builder, inner, "kernel:0", &pair[0]));
  ls_builder_close(builder, ls_builder_tensor(builder, inner, "bias:0", &pair[1]));
  ls_builder_close(builder, inner);
  ls_builder_close(builder, group);
}

static ls_status write_all(hid_t file, const ls_checkpoint *state)
{
  char names[LS_TENSORS_MAX / 2][LS_NAME_BYTES] = {{0}};
  int64_t layers = state->tensor_count / 2;
  ls_builder builder;

  for (int64_t i = 0; i < layers; i++) {
    layer_name(names[i], i);
  }
  ls_builder_begin(&builder, NULL);
  ls_builder_strings(&builder, file, "layer_names", names[0], (size_t)layers,
                     LS_NAME_BYTES);
  ls_builder_string(&builder, file, "backend", "tensorflow");
  ls_builder_string(&builder, file, "keras_version", "2.0.0");
  for (int64_t i = 0; i < layers; i++) {
    write_layer(&builder, file, &state->tensors[2 * i], i);
  }
  return ls_builder_end(&builder);
}

static ls_status build(ls_image *image, const ls_checkpoint *state)
{
  hid_t file = -1;
  ls_status status =
      ls_memory_file_begin(&file, image, (size_t)ls_checkpoint_bytes_bound(state));

  if (status == LS_OK) {
    status = write_all(file, state);
  }
  if (file >= 0) {
    ls_status finished = ls_memory_file_finish(image, file);
    status = status == LS_OK ? finished : status;
  }
  return status;
}

ls_status ls_export_keras(const char *path, const ls_checkpoint *checkpoint)
{
  ls_image image = {0};
  ls_status status;

  LS_TRY(check_pairs(checkpoint));
  ls_memory_file_prepare();
  H5E_BEGIN_TRY
  {
    status = build(&image, checkpoint);
  }
  H5E_END_TRY;
  if (status == LS_OK) {
    status = ls_durable_write_path(path, image.bytes, image.length);
  }
  ls_image_release(&image);
  return status;
}
