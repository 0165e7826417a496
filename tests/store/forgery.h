#ifndef TESTS_STORE_FORGERY_H
#define TESTS_STORE_FORGERY_H

/**
 * Edits of a good checkpoint that the strict reader must refuse.
 */

#include <hdf5.h>
#include <stddef.h>

typedef struct forgery {
  const char *name;
  void (*edit)(hid_t file); /* opens what it needs; the file closes strongly */
  const char *word;         /* of the line that refuses it */
} forgery;

extern const forgery forgeries[];
extern const size_t forgery_count;

#endif
