#include "store/builder.h"

#include "base/alloc.h"
#include "store/memory_file.h"
#include "store/state.h"

#include <stddef.h>
#include <string.h>

// Remember where it failed first.
static void note(ls_builder *builder, const char *name, bool worked)
{
  if (!worked && !builder->fault) {
    builder->fault = name;
  }
}

void ls_builder_begin(ls_builder *builder, int64_t *places)
{
  *builder = (ls_builder){.groups = ls_memory_file_creation(H5P_GROUP_CREATE),
                          .sets = ls_memory_file_creation(H5P_DATASET_CREATE),
                          .places = places};
  note(builder, "creation lists",
       builder->groups >= 0 && builder->sets >= 0 &&
           H5Pset_layout(builder->sets, H5D_CONTIGUOUS) >= 0);
}

ls_status ls_builder_end(ls_builder *builder)
{
  note(builder, "creation lists", H5Pclose(builder->groups) >= 0);
  note(builder, "creation lists", H5Pclose(builder->sets) >= 0);
  if (builder->fault) {
    return ls_fail(LS_E_NOMEM, "HDF5 cannot build '%s' in memory", builder->fault);
  }
  return LS_OK;
}

hid_t ls_builder_group(ls_builder *builder, hid_t parent, const char *name)
{
  hid_t group = -1;

  if (!builder->fault) {
    group = H5Gcreate2(parent, name, H5P_DEFAULT, builder->groups, H5P_DEFAULT);
    note(builder, name, group >= 0);
  }
  return group;
}

void ls_builder_close(ls_builder *builder, hid_t object)
{
  if (object >= 0) {
    note(builder, "close", H5Oclose(object) >= 0);
  }
}

hid_t ls_string_type(size_t bytes)
{
  hid_t type = H5Tcopy(H5T_C_S1);

  if (type >= 0 &&
      (H5Tset_size(type, bytes) < 0 || H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 ||
       H5Tset_cset(type, H5T_CSET_UTF8) < 0)) {
    (void)H5Tclose(type);
    type = -1;
  }
  return type;
}

hid_t ls_history_type(bool in_file)
{
  static const struct {
    const char *name;
    size_t offset;
    bool is_integer;
  } members[] = {
      {"epoch", offsetof(ls_history_row, epoch), true},
      {"step", offsetof(ls_history_row, step), true},
      {"loss", offsetof(ls_history_row, loss), false},
      {"accuracy", offsetof(ls_history_row, accuracy), false},
      {"val_loss", offsetof(ls_history_row, val_loss), false},
      {"val_accuracy", offsetof(ls_history_row, val_accuracy), false},
      {"rate", offsetof(ls_history_row, rate), false},
  };
  const size_t count = sizeof members / sizeof members[0];
  hid_t integer = in_file ? H5T_STD_I64LE : H5T_NATIVE_INT64;
  hid_t real = in_file ? H5T_IEEE_F64LE : H5T_NATIVE_DOUBLE;
  hid_t type = H5Tcreate(H5T_COMPOUND, in_file ? 8 * count : sizeof(ls_history_row));

  for (size_t i = 0; i < count && type >= 0; i++) {
    size_t offset = in_file ? 8 * i : members[i].offset;
    if (H5Tinsert(type, members[i].name, offset,
                  members[i].is_integer ? integer : real) < 0) {
      (void)H5Tclose(type);
      type = -1;
    }
  }
  return type;
}

static void write_attribute(ls_builder *builder, hid_t object, const char *name,
                            hid_t file_type, hid_t memory_type, hid_t space,
                            const void *value)
{
  if (builder->fault) {
    return;
  }
  hid_t attribute =
      H5Acreate2(object, name, file_type, space, H5P_DEFAULT, H5P_DEFAULT);
  note(builder, name, attribute >= 0 && H5Awrite(attribute, memory_type, value) >= 0);
  note(builder, name, attribute >= 0 && H5Aclose(attribute) >= 0);
}

static void write_scalar(ls_builder *builder, hid_t object, const char *name,
                         hid_t file_type, hid_t memory_type, const void *value)
{
  hid_t space = H5Screate(H5S_SCALAR);

  note(builder, name, space >= 0);
  write_attribute(builder, object, name, file_type, memory_type, space, value);
  note(builder, name, space >= 0 && H5Sclose(space) >= 0);
}

void ls_builder_int(ls_builder *builder, hid_t object, const char *name, int64_t value)
{
  write_scalar(builder, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

void ls_builder_unsigned(ls_builder *builder, hid_t object, const char *name,
                         uint64_t value)
{
  write_scalar(builder, object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

void ls_builder_double(ls_builder *builder, hid_t object, const char *name,
                       double value)
{
  write_scalar(builder, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

// HDF5 has no strings of length 0; the final zero of "" stands for them.
static size_t text_bytes(const char *text)
{
  size_t length = strlen(text);

  return length == 0 ? 1 : length;
}

void ls_builder_string(ls_builder *builder, hid_t object, const char *name,
                       const char *text)
{
  hid_t type = ls_string_type(text_bytes(text));

  note(builder, name, type >= 0);
  write_scalar(builder, object, name, type, type, text);
  note(builder, name, type >= 0 && H5Tclose(type) >= 0);
}

void ls_builder_strings(ls_builder *builder, hid_t object, const char *name,
                        const char *texts, size_t count, size_t item_bytes)
{
  hsize_t length = count;
  hid_t type = ls_string_type(item_bytes);
  hid_t space = H5Screate_simple(1, &length, NULL);

  note(builder, name, type >= 0 && space >= 0);
  write_attribute(builder, object, name, type, type, space, texts);
  note(builder, name, type >= 0 && H5Tclose(type) >= 0);
  note(builder, name, space >= 0 && H5Sclose(space) >= 0);
}

static hid_t create_set(ls_builder *builder, hid_t parent, const char *name, hid_t type,
                        hid_t space)
{
  hid_t set = -1;

  if (!builder->fault) {
    set =
        H5Dcreate2(parent, name, type, space, H5P_DEFAULT, builder->sets, H5P_DEFAULT);
    note(builder, name, set >= 0);
  }
  return set;
}

// Remember where a data set of numbers lies, which is known once it was written.
static void note_place(ls_builder *builder, hid_t set, const char *name)
{
  if (builder->places && set >= 0 && !builder->fault) {
    haddr_t place = H5Dget_offset(set);
    note(builder, name, place != HADDR_UNDEF);
    builder->places[builder->place_count++] = (int64_t)place;
  }
}

static void write_number(ls_builder *builder, hid_t parent, const char *name,
                         hid_t file_type, hid_t memory_type, const void *value)
{
  hid_t space = H5Screate(H5S_SCALAR);

  note(builder, name, space >= 0);
  hid_t set = create_set(builder, parent, name, file_type, space);
  if (set >= 0) {
    note(builder, name,
         H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
  }
  note_place(builder, set, name);
  ls_builder_close(builder, set);
  note(builder, name, space >= 0 && H5Sclose(space) >= 0);
}

void ls_builder_set_int(ls_builder *builder, hid_t parent, const char *name,
                        int64_t value)
{
  write_number(builder, parent, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

void ls_builder_set_double(ls_builder *builder, hid_t parent, const char *name,
                           double value)
{
  write_number(builder, parent, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void ls_builder_text(ls_builder *builder, hid_t parent, const char *name,
                     const char *text)
{
  hid_t type = ls_string_type(text_bytes(text));
  hid_t space = H5Screate(H5S_SCALAR);

  note(builder, name, type >= 0 && space >= 0);
  hid_t set = create_set(builder, parent, name, type, space);
  if (set >= 0) {
    note(builder, name, H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0);
  }
  ls_builder_close(builder, set);
  note(builder, name, type >= 0 && H5Tclose(type) >= 0);
  note(builder, name, space >= 0 && H5Sclose(space) >= 0);
}

// The tensor's place in memory: rows of `stride` floats, of which `columns` count.
static hid_t memory_space(const ls_tensor *tensor)
{
  const hsize_t start[2] = {0, 0};
  const hsize_t extent[2] = {(hsize_t)tensor->rows, (hsize_t)tensor->stride};
  const hsize_t count[2] = {(hsize_t)tensor->rows, (hsize_t)tensor->columns};
  hid_t space = H5Screate_simple(2, extent, NULL);

  if (space >= 0 &&
      H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) < 0) {
    (void)H5Sclose(space);
    space = -1;
  }
  return space;
}

hid_t ls_builder_tensor(ls_builder *builder, hid_t parent, const char *name,
                        const ls_tensor *tensor)
{
  const hsize_t dims[2] = {(hsize_t)tensor->rows, (hsize_t)tensor->columns};
  int rank = tensor->columns == 0 ? 1 : 2;
  bool is_dense = rank == 1 || tensor->stride == tensor->columns;
  hid_t space = H5Screate_simple(rank, dims, NULL);
  hid_t memory = is_dense ? H5S_ALL : memory_space(tensor);

  note(builder, name, space >= 0 && memory >= 0);
  hid_t set = create_set(builder, parent, name, H5T_IEEE_F32LE, space);
  if (set >= 0) {
    note(builder, name,
         H5Dwrite(set, H5T_NATIVE_FLOAT, memory, H5S_ALL, H5P_DEFAULT,
                  tensor->values) >= 0);
  }
  note_place(builder, set, name);
  note(builder, name, space >= 0 && H5Sclose(space) >= 0);
  note(builder, name, is_dense || (memory >= 0 && H5Sclose(memory) >= 0));
  return set;
}

bool ls_builder_copies(void)
{
  return H5Tequal(H5T_NATIVE_FLOAT, H5T_IEEE_F32LE) > 0 &&
         H5Tequal(H5T_NATIVE_DOUBLE, H5T_IEEE_F64LE) > 0 &&
         H5Tequal(H5T_NATIVE_INT64, H5T_STD_I64LE) > 0 &&
         sizeof(ls_history_row) == 2 * sizeof(int64_t) + 5 * sizeof(double);
}

// All rows in memory, those to come as zeros.
static ls_history_row *spread(const ls_history_row *rows, int64_t count, int64_t room)
{
  ls_history_row *all = ls_alloc((size_t)room, sizeof *all);

  if (all && count > 0) {
    memcpy(all, rows, (size_t)count * sizeof *all);
  }
  return all;
}

void ls_builder_history(ls_builder *builder, hid_t parent, const char *name,
                        const ls_history_row *rows, int64_t count)
{
  const hsize_t length = (hsize_t)ls_state_history_room(count);
  ls_history_row *all = spread(rows, count, ls_state_history_room(count));
  hid_t file_type = ls_history_type(true);
  hid_t memory_type = ls_history_type(false);
  hid_t space = H5Screate_simple(1, &length, NULL);

  note(builder, name, all && file_type >= 0 && memory_type >= 0 && space >= 0);
  hid_t set = create_set(builder, parent, name, file_type, space);
  if (set >= 0) {
    note(builder, name,
         H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all) >= 0);
  }
  note_place(builder, set, name);
  ls_builder_close(builder, set);
  note(builder, name, file_type >= 0 && H5Tclose(file_type) >= 0);
  note(builder, name, memory_type >= 0 && H5Tclose(memory_type) >= 0);
  note(builder, name, space >= 0 && H5Sclose(space) >= 0);
  ls_free(all);
}
