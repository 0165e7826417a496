#ifndef TESTS_DATASET_FILES_H
#define TESTS_DATASET_FILES_H

/**
 * IDX files for tests, honest or not, in a directory of their own.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The bytes of a file to be. */
typedef struct files_bytes {
  uint8_t data[8192];
  size_t used;
} files_bytes;

enum { FILES_COUNT = 20, FILES_ROWS = 3, FILES_COLUMNS = 4, FILES_CLASSES = 5 };

/** Begin with an empty directory; returns its name. */
const char *files_begin(void);

/** Remove the directory and what is in it. */
void files_end(void);

/** Images [20][3][4] of distinct pixels, with header. */
files_bytes files_images(void);

/** Labels [20] of 5 classes, with header. */
files_bytes files_labels(void);

/** Put a big-endian number at a place. */
void files_put(files_bytes *bytes, size_t offset, uint32_t value);

/** Compress as gzip does. */
files_bytes files_gzip(const files_bytes *bytes);

/** The full name of a file in the directory; borrowed until the next call. */
const char *files_path(const char *name);

/** Write a file into the directory. */
void files_write(const char *name, const files_bytes *bytes);

/** Write honest files of one split, `train` or `t10k`, raw or packed. */
void files_write_split(const char *split, bool packed);

#endif
