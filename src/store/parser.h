#ifndef STORE_PARSER_H
#define STORE_PARSER_H

/**
 * Reading HDF5 objects whose name, type and shape are known beforehand, a line each.
 *
 * The counterpart of builder.h: remembers the first failure, does nothing after it.
 * Whatever is not exactly as expected (a link that is not hard, a type of another size,
 * a filter, an external file, one object more) is a failure.
 */

#include "lockstep/checkpoint.h"

#include <hdf5.h>

typedef struct ls_parser {
  ls_status status;
  ls_checkpoint *state; /* owns what is read */
  size_t file_bytes;    /* bounds every size a file may claim */
  int64_t version;      /* of the format; 0: not read yet */
} ls_parser;

/** Open a group; close it with ls_parser_close; negative after a failure.  Local. */
hid_t ls_parser_group(ls_parser *parser, hid_t parent, const char *name);

/** Demand that a group has exactly these numbers of attributes and links.  Local. */
void ls_parser_members(ls_parser *parser, hid_t group, const char *name, int attributes,
                       int64_t links);

/** Close a group or a data set.  Local. */
void ls_parser_close(ls_parser *parser, hid_t object);

/** Read a scalar attribute.  Local. */
void ls_parser_int(ls_parser *parser, hid_t object, const char *name, int64_t *value);

/** Read a scalar attribute.  Local. */
void ls_parser_unsigned(ls_parser *parser, hid_t object, const char *name,
                        uint64_t *value);

/** Read a scalar attribute.  Local. */
void ls_parser_double(ls_parser *parser, hid_t object, const char *name, double *value);

/**
 * Read a scalar string attribute.
 *
 * Local.
 *
 * text     [bytes] out: with a final zero
 */
void ls_parser_string(ls_parser *parser, hid_t object, const char *name, char *text,
                      size_t bytes);

/**
 * Read an attribute that is a list of strings of LS_NAME_BYTES each.
 *
 * Local.
 *
 * names    [most][LS_NAME_BYTES] out
 * returns  how many: 1 to `most`; 0 after a failure
 */
int64_t ls_parser_names(ls_parser *parser, hid_t object, const char *name,
                        char (*names)[LS_NAME_BYTES], int64_t most);

/** Whether the object has this attribute.  Local. */
bool ls_parser_has(ls_parser *parser, hid_t object, const char *name);

/** Read a scalar string data set; NULL after a failure.  Local. */
const char *ls_parser_text(ls_parser *parser, hid_t parent, const char *name);

/**
 * Read a float32 data set of rank 1 or 2, with its shape.
 *
 * Local.
 *
 * tensor   out: rows, columns, stride, values; its name stays
 * returns  the open data set, to close with ls_parser_close
 */
hid_t ls_parser_tensor(ls_parser *parser, hid_t parent, const char *name,
                       ls_tensor *tensor);

/**
 * Read a number that changes while a run trains: a scalar data set, in version 1 a
 * scalar attribute.
 *
 * Local.
 */
void ls_parser_moving_int(ls_parser *parser, hid_t parent, const char *name,
                          int64_t *value);

/** The same for a double.  Local. */
void ls_parser_moving_double(ls_parser *parser, hid_t parent, const char *name,
                             double *value);

/**
 * Read the data set of history rows; what has room for `finished` rows must have no
 * more of them.
 *
 * Local.
 *
 * finished  rows; negative: all there are (version 1)
 */
void ls_parser_history(ls_parser *parser, hid_t parent, const char *name,
                       int64_t finished);

#endif
