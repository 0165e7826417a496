#ifndef DATA_IDX_H
#define DATA_IDX_H

/**
 * One IDX file, raw or packed, as memory that the processes of a node share.
 */

#include "data/header.h"
#include "lockstep/status.h"

#include <stdint.h>

typedef struct ls_idx {
  char *path;
  int fd;          /* of the unpacked copy; -1: the file is raw */
  uint64_t device; /* with inode: which file or unpacked copy is mapped */
  uint64_t inode;
  ls_idx_header header;
  void *map; /* [header.file_bytes], read-only; NULL before it is mapped */
} ls_idx;

/** Another process's open file, as seen from this one. */
typedef struct ls_idx_origin {
  int64_t pid;
  int64_t fd; /* -1: the file is raw */
  uint64_t bytes;
  uint64_t device;
  uint64_t inode;
} ls_idx_origin;

/** A file that is not open, which may be closed.  Local; same result on every rank. */
ls_idx ls_idx_none(void);

/**
 * Find `name` in `directory`, and map or unpack it.
 *
 * Local.  `idx` must be closed after a failure too.
 *
 * idx         ls_idx_none()
 * name        as in `train-images-idx3-ubyte`
 * dimensions  LS_IDX_IMAGES or LS_IDX_LABELS
 * returns     as ls_dataset_open
 */
LS_NODISCARD ls_status ls_idx_open(ls_idx *idx, const char *directory, const char *name,
                                   int dimensions);

/**
 * Map what another process of this node has open.
 *
 * Local.  `idx` must be closed after a failure too; the rest as ls_idx_open.
 *
 * returns  as ls_dataset_open_shared
 */
LS_NODISCARD ls_status ls_idx_attach(ls_idx *idx, const char *directory,
                                     const char *name, int dimensions,
                                     const ls_idx_origin *origin);

/** The items, [count][rows][columns]; borrowed.  Local; same result on every rank. */
const uint8_t *ls_idx_items(const ls_idx *idx);

/** Unmap and close.  Local. */
void ls_idx_close(ls_idx *idx);

#endif
