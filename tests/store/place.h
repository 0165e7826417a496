#ifndef TESTS_STORE_PLACE_H
#define TESTS_STORE_PLACE_H

/**
 * A directory of a test's own, and the files in it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLACE_BYTES = 256 };

/** Make an empty directory below $TMPDIR, else /dev/shm, else /tmp. */
void place_make(char place[PLACE_BYTES]);

/** Remove a directory and the files in it (one level of directories below it too). */
void place_remove(const char *place);

/** Write a file, replacing what was there. */
void place_write(const char *place, const char *name, const void *bytes, size_t length);

/**
 * Read a file of at most `room` bytes.
 *
 * returns  its length; -1 if it cannot be read
 */
int64_t place_read(const char *place, const char *name, void *bytes, size_t room);

/** Whether the name is there. */
bool place_has(const char *place, const char *name);

#endif
