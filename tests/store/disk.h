#ifndef TESTS_STORE_DISK_H
#define TESTS_STORE_DISK_H

/**
 * A disk that forgets: what a power cut may leave of a logged run.
 *
 * Files have the content of their last sync and the content that the program sees;
 * names have the state of the last directory sync and a list of changes since then.  A
 * power cut keeps some of both.
 */

#include "store/shim.h"

#include <stdbool.h>
#include <stddef.h>

enum { DISK_NAMES = 64 };

/** How much of what was written and not synced a cut leaves. */
typedef enum disk_data {
  DISK_NOTHING,
  DISK_EVERYTHING,
  DISK_SIZE,  /* the right length, zeros */
  DISK_HALF,  /* the first half, then zeros */
  DISK_PAGES, /* random pages of 4,096 bytes, zeros between */
  DISK_SECTORS,
  DISK_CUT, /* a random length */
  DISK_DATA_COUNT
} disk_data;

typedef struct disk disk;

/** A file after a power cut. */
typedef struct disk_file {
  char name[256];
  uint8_t *bytes; /* [length] */
  size_t length;
} disk_file;

/** What is left after a power cut. */
typedef struct disk_state {
  int count;
  disk_file files[DISK_NAMES];
} disk_state;

disk *disk_create(void);
void disk_destroy(disk *all);

/** Do what a record says; `data` are the bytes that follow it. */
void disk_apply(disk *all, const shim_record *record, const uint8_t *data);

/** How many changes of names are not durable yet. */
int disk_pending(const disk *all);

/**
 * Cut the power.
 *
 * state    out: release with disk_state_release
 * names    bit i: the i-th pending change of a name survives
 * seed     of whatever is random in `data`
 */
void disk_cut(disk_state *state, const disk *all, uint64_t names, disk_data data,
              uint64_t seed);

void disk_state_release(disk_state *state);

#endif
