#ifndef STORE_BUILDER_H
#define STORE_BUILDER_H

/**
 * Writing HDF5 objects, a line each.
 *
 * A builder remembers the first failure and does nothing after it, so that a layout
 * reads as a list; every close is checked, because with HDF5 a failed close can be the
 * only sign of lost data.  Everything is contiguous, little-endian, without time
 * stamps, and strings have a fixed size.
 */

#include "lockstep/checkpoint.h"

#include <hdf5.h>

typedef struct ls_builder {
  hid_t groups;      /* creation lists */
  hid_t sets;        /* of data sets */
  const char *fault; /* the name where it failed first; NULL: nowhere */
  int64_t *places;   /* NULL: nobody asks */
  int64_t place_count;
} ls_builder;

/**
 * Begin; only ls_builder_end may fail.
 *
 * Local.
 *
 * places   out: where in the file the data sets of numbers lie, one after the other as
 *          they are written; NULL: nobody asks
 */
void ls_builder_begin(ls_builder *builder, int64_t *places);

/**
 * End, whatever happened.
 *
 * Local.
 *
 * returns  LS_OK, or LS_E_NOMEM: HDF5 failed, and the text says at which name
 */
LS_NODISCARD ls_status ls_builder_end(ls_builder *builder);

/** Create a group; close it with ls_builder_close.  Local. */
hid_t ls_builder_group(ls_builder *builder, hid_t parent, const char *name);

/** Close a group or a data set.  Local. */
void ls_builder_close(ls_builder *builder, hid_t object);

/** Write a scalar attribute.  Local. */
void ls_builder_int(ls_builder *builder, hid_t object, const char *name, int64_t value);

/** Write a scalar attribute.  Local. */
void ls_builder_unsigned(ls_builder *builder, hid_t object, const char *name,
                         uint64_t value);

/** Write a scalar attribute.  Local. */
void ls_builder_double(ls_builder *builder, hid_t object, const char *name,
                       double value);

/** Write a scalar string attribute of its own length (at least 1).  Local. */
void ls_builder_string(ls_builder *builder, hid_t object, const char *name,
                       const char *text);

/**
 * Write an attribute that is a list of strings.
 *
 * Local.
 *
 * texts    [count][item_bytes], each padded with zeros
 */
void ls_builder_strings(ls_builder *builder, hid_t object, const char *name,
                        const char *texts, size_t count, size_t item_bytes);

/** Write a scalar string data set.  Local. */
void ls_builder_text(ls_builder *builder, hid_t parent, const char *name,
                     const char *text);

/** Write a scalar data set of an integer.  Local. */
void ls_builder_set_int(ls_builder *builder, hid_t parent, const char *name,
                        int64_t value);

/** Write a scalar data set of a double.  Local. */
void ls_builder_set_double(ls_builder *builder, hid_t parent, const char *name,
                           double value);

/**
 * Write a data set of float32, [rows][columns] or [rows].
 *
 * Local.
 *
 * returns  the open data set, to close with ls_builder_close
 */
hid_t ls_builder_tensor(ls_builder *builder, hid_t parent, const char *name,
                        const ls_tensor *tensor);

/** Write the data set of history rows, with room for more.  Local. */
void ls_builder_history(ls_builder *builder, hid_t parent, const char *name,
                        const ls_history_row *rows, int64_t count);

/** Whether numbers have the same bytes in memory as in a file.  Local. */
bool ls_builder_copies(void);

/**
 * The type of a fixed-size UTF-8 string, padded with zeros.
 *
 * Local.
 *
 * returns  to close with H5Tclose; negative on failure
 */
hid_t ls_string_type(size_t bytes);

/**
 * The type of a history row: in the file (packed), or in memory (the struct's own).
 *
 * Local.
 *
 * returns  to close with H5Tclose; negative on failure
 */
hid_t ls_history_type(bool in_file);

#endif
