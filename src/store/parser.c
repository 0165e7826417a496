#include "store/parser.h"

#include "store/builder.h"
#include "store/state.h"

#include <string.h>

// Record a failure at `name`, unless there was one; says whether it all still works.
static bool expect(ls_parser *parser, bool holds, const char *name, const char *what)
{
  if (parser->status == LS_OK && !holds) {
    parser->status = ls_fail(LS_E_FORMAT, "'%s' is not %s", name, what);
  }
  return parser->status == LS_OK;
}

static void *take(ls_parser *parser, size_t count, size_t item_bytes)
{
  void *memory = ls_state_alloc(parser->state, count, item_bytes);

  if (!memory && parser->status == LS_OK) {
    parser->status = LS_E_NOMEM;
  }
  return memory;
}

// Open what a hard link leads to; soft and external ones could lead anywhere.
static hid_t open_object(ls_parser *parser, hid_t parent, const char *name,
                         H5I_type_t type)
{
  H5L_info_t info;

  if (parser->status != LS_OK) {
    return -1;
  }
  if (!expect(parser,
              H5Lget_info(parent, name, &info, H5P_DEFAULT) >= 0 &&
                  info.type == H5L_TYPE_HARD,
              name, "there, by a hard link")) {
    return -1;
  }
  hid_t object = H5Oopen(parent, name, H5P_DEFAULT);
  (void)expect(parser, object >= 0 && H5Iget_type(object) == type, name,
               type == H5I_GROUP ? "a group" : "a data set");
  return object;
}

hid_t ls_parser_group(ls_parser *parser, hid_t parent, const char *name)
{
  return open_object(parser, parent, name, H5I_GROUP);
}

void ls_parser_members(ls_parser *parser, hid_t group, const char *name, int attributes,
                       int64_t links)
{
  H5O_info_t object;
  H5G_info_t members;

  if (parser->status == LS_OK) {
    (void)expect(parser,
                 H5Oget_info2(group, &object, H5O_INFO_NUM_ATTRS) >= 0 &&
                     H5Gget_info(group, &members) >= 0 &&
                     object.num_attrs == (hsize_t)attributes &&
                     members.nlinks == (hsize_t)links,
                 name, "a group with exactly what belongs in it");
  }
}

void ls_parser_close(ls_parser *parser, hid_t object)
{
  if (object >= 0) {
    (void)expect(parser, H5Oclose(object) >= 0, "object", "closed");
  }
}

bool ls_parser_has(ls_parser *parser, hid_t object, const char *name)
{
  return parser->status == LS_OK && H5Aexists(object, name) > 0;
}

// An open attribute and what it says of itself.
typedef struct opened {
  hid_t id;
  hid_t type;
  hid_t space;
} opened;

static opened open_attribute(ls_parser *parser, hid_t object, const char *name)
{
  opened attribute = {-1, -1, -1};

  if (parser->status == LS_OK &&
      expect(parser, H5Aexists(object, name) > 0, name, "there") &&
      expect(parser, (attribute.id = H5Aopen(object, name, H5P_DEFAULT)) >= 0, name,
             "readable")) {
    attribute.type = H5Aget_type(attribute.id);
    attribute.space = H5Aget_space(attribute.id);
    (void)expect(parser, attribute.type >= 0 && attribute.space >= 0, name, "readable");
  }
  return attribute;
}

static void close_opened(ls_parser *parser, const opened *object,
                         herr_t (*close)(hid_t), const char *name)
{
  bool worked = (object->type < 0 || H5Tclose(object->type) >= 0) &&
                (object->space < 0 || H5Sclose(object->space) >= 0);

  worked = (object->id < 0 || close(object->id) >= 0) && worked;
  (void)expect(parser, worked, name, "closed");
}

static void read_scalar(ls_parser *parser, hid_t object, const char *name, hid_t type,
                        hid_t memory_type, void *value)
{
  opened attribute = open_attribute(parser, object, name);

  if (parser->status == LS_OK &&
      expect(parser, H5Sget_simple_extent_type(attribute.space) == H5S_SCALAR, name,
             "a scalar") &&
      expect(parser, H5Tequal(attribute.type, type) > 0, name, "of the known type")) {
    (void)expect(parser, H5Aread(attribute.id, memory_type, value) >= 0, name,
                 "readable");
  }
  close_opened(parser, &attribute, H5Aclose, name);
}

void ls_parser_int(ls_parser *parser, hid_t object, const char *name, int64_t *value)
{
  read_scalar(parser, object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, value);
}

void ls_parser_unsigned(ls_parser *parser, hid_t object, const char *name,
                        uint64_t *value)
{
  read_scalar(parser, object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, value);
}

void ls_parser_double(ls_parser *parser, hid_t object, const char *name, double *value)
{
  read_scalar(parser, object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, value);
}

// Whether a type is our fixed-size string, and of how many bytes; 0: it is not.
static size_t string_bytes(hid_t type)
{
  size_t bytes = 0;

  if (H5Tget_class(type) == H5T_STRING && H5Tis_variable_str(type) == 0) {
    bytes = H5Tget_size(type);
    hid_t ours = bytes > 0 ? ls_string_type(bytes) : -1;
    bytes = ours >= 0 && H5Tequal(type, ours) > 0 ? bytes : 0;
    if (ours >= 0 && H5Tclose(ours) < 0) {
      bytes = 0;
    }
  }
  return bytes;
}

void ls_parser_string(ls_parser *parser, hid_t object, const char *name, char *text,
                      size_t bytes)
{
  opened attribute = open_attribute(parser, object, name);

  memset(text, 0, bytes);
  if (parser->status == LS_OK &&
      expect(parser, H5Sget_simple_extent_type(attribute.space) == H5S_SCALAR, name,
             "a scalar")) {
    size_t length = string_bytes(attribute.type);
    if (expect(parser, length > 0 && length < bytes, name, "a string of sane length")) {
      (void)expect(parser, H5Aread(attribute.id, attribute.type, text) >= 0, name,
                   "readable");
    }
  }
  close_opened(parser, &attribute, H5Aclose, name);
}

int64_t ls_parser_names(ls_parser *parser, hid_t object, const char *name,
                        char (*names)[LS_NAME_BYTES], int64_t most)
{
  opened attribute = open_attribute(parser, object, name);
  hsize_t count = 0;

  if (parser->status == LS_OK &&
      expect(parser,
             H5Sget_simple_extent_ndims(attribute.space) == 1 &&
                 H5Sget_simple_extent_dims(attribute.space, &count, NULL) == 1 &&
                 count >= 1 && count <= (hsize_t)most,
             name, "a list of sane length") &&
      expect(parser, string_bytes(attribute.type) == LS_NAME_BYTES, name,
             "a list of names") &&
      expect(parser, H5Aread(attribute.id, attribute.type, names) >= 0, name,
             "readable")) {
    for (hsize_t i = 0; i < count; i++) {
      (void)expect(parser, names[i][LS_NAME_BYTES - 1] == '\0', name,
                   "a list of names");
    }
  }
  close_opened(parser, &attribute, H5Aclose, name);
  return parser->status == LS_OK ? (int64_t)count : 0;
}

// Open a data set that HDF5 can only read from its own bytes: contiguous, unfiltered.
static opened open_set(ls_parser *parser, hid_t parent, const char *name)
{
  opened set = {open_object(parser, parent, name, H5I_DATASET), -1, -1};

  if (parser->status == LS_OK) {
    hid_t list = H5Dget_create_plist(set.id);
    (void)expect(parser,
                 list >= 0 && H5Pget_layout(list) == H5D_CONTIGUOUS &&
                     H5Pget_nfilters(list) == 0 && H5Pget_external_count(list) == 0,
                 name, "a plain data set");
    (void)expect(parser, list >= 0 && H5Pclose(list) >= 0, name, "readable");
    set.type = H5Dget_type(set.id);
    set.space = H5Dget_space(set.id);
    (void)expect(parser, set.type >= 0 && set.space >= 0, name, "readable");
  }
  return set;
}

const char *ls_parser_text(ls_parser *parser, hid_t parent, const char *name)
{
  opened set = open_set(parser, parent, name);
  char *text = NULL;

  if (parser->status == LS_OK &&
      expect(parser, H5Sget_simple_extent_type(set.space) == H5S_SCALAR, name,
             "a scalar")) {
    size_t length = string_bytes(set.type);
    if (expect(parser, length > 0 && length <= LS_TEXT_MAX, name,
               "a string of sane length") &&
        (text = take(parser, length + 1, 1))) {
      (void)expect(parser,
                   H5Dread(set.id, set.type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text) >= 0,
                   name, "readable");
    }
  }
  close_opened(parser, &set, H5Dclose, name);
  return text;
}

static void read_set(ls_parser *parser, hid_t parent, const char *name, hid_t type,
                     hid_t memory_type, void *value)
{
  opened set = open_set(parser, parent, name);

  if (parser->status == LS_OK &&
      expect(parser, H5Sget_simple_extent_type(set.space) == H5S_SCALAR, name,
             "a scalar") &&
      expect(parser, H5Tequal(set.type, type) > 0, name, "of the known type")) {
    (void)expect(
        parser, H5Dread(set.id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0,
        name, "readable");
  }
  close_opened(parser, &set, H5Dclose, name);
}

void ls_parser_moving_int(ls_parser *parser, hid_t parent, const char *name,
                          int64_t *value)
{
  if (parser->version == 1) {
    ls_parser_int(parser, parent, name, value);
  } else {
    read_set(parser, parent, name, H5T_STD_I64LE, H5T_NATIVE_INT64, value);
  }
}

void ls_parser_moving_double(ls_parser *parser, hid_t parent, const char *name,
                             double *value)
{
  if (parser->version == 1) {
    ls_parser_double(parser, parent, name, value);
  } else {
    read_set(parser, parent, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, value);
  }
}

hid_t ls_parser_tensor(ls_parser *parser, hid_t parent, const char *name,
                       ls_tensor *tensor)
{
  opened set = open_set(parser, parent, name);
  hsize_t dims[2] = {0, 0};

  if (parser->status == LS_OK) {
    int rank = H5Sget_simple_extent_ndims(set.space);
    (void)expect(parser,
                 (rank == 1 || rank == 2) &&
                     H5Sget_simple_extent_dims(set.space, dims, NULL) == rank &&
                     dims[0] >= 1 && (rank == 1 || dims[1] >= 1) &&
                     H5Tequal(set.type, H5T_IEEE_F32LE) > 0,
                 name, "a float32 vector or matrix");
    hsize_t most = parser->file_bytes / sizeof(float);
    hsize_t columns = rank == 1 ? 1 : dims[1];
    if (expect(parser, dims[0] > 0 && dims[0] <= most && columns <= most / dims[0],
               name, "smaller than its file")) {
      tensor->rows = (int64_t)dims[0];
      tensor->columns = (int64_t)dims[1];
      tensor->stride = tensor->columns;
      tensor->values = take(parser, (size_t)ls_tensor_count(tensor), sizeof(float));
    }
  }
  if (parser->status == LS_OK) {
    (void)expect(parser,
                 H5Dread(set.id, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                         tensor->values) >= 0,
                 name, "readable");
  }
  hid_t object = set.id;
  set.id = -1;
  close_opened(parser, &set, H5Dclose, name);
  return object;
}

// Equal states are equal files, so rows to come must be zeros, and as many as belong.
static void check_room(ls_parser *parser, const char *name, int64_t room,
                       int64_t finished)
{
  static const ls_history_row none;
  const ls_history_row *rows = parser->state->history;

  if (parser->status == LS_OK &&
      expect(parser, finished <= room && room == ls_state_history_room(finished), name,
             "of the length that its rows need")) {
    for (int64_t i = finished; i < room; i++) {
      (void)expect(parser, memcmp(&rows[i], &none, sizeof none) == 0, name,
                   "empty after its rows");
    }
    parser->state->history_count = finished;
  }
}

void ls_parser_history(ls_parser *parser, hid_t parent, const char *name,
                       int64_t finished)
{
  opened set = open_set(parser, parent, name);
  hid_t file_type = ls_history_type(true);
  hid_t memory_type = ls_history_type(false);
  hsize_t count = 0;

  if (expect(parser, file_type >= 0 && memory_type >= 0, name, "readable") &&
      expect(parser,
             H5Sget_simple_extent_ndims(set.space) == 1 &&
                 H5Sget_simple_extent_dims(set.space, &count, NULL) == 1 &&
                 count <= parser->file_bytes / sizeof(ls_history_row) &&
                 H5Tequal(set.type, file_type) > 0,
             name, "a list of history rows")) {
    parser->state->history_count = (int64_t)count;
    parser->state->history = take(parser, (size_t)count, sizeof(ls_history_row));
    if (parser->status == LS_OK && count > 0) {
      (void)expect(parser,
                   H5Dread(set.id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           parser->state->history) >= 0,
                   name, "readable");
    }
  }
  if (finished >= 0) {
    check_room(parser, name, (int64_t)count, finished);
  }
  (void)expect(parser, file_type >= 0 && H5Tclose(file_type) >= 0, name, "closed");
  (void)expect(parser, memory_type >= 0 && H5Tclose(memory_type) >= 0, name, "closed");
  close_opened(parser, &set, H5Dclose, name);
}
