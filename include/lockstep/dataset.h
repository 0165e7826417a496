#ifndef LOCKSTEP_DATASET_H
#define LOCKSTEP_DATASET_H

/**
 * A set of labelled images in IDX files, in memory once per node.
 *
 * A directory holds `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same
 * with `t10k` for the test split; a dot may stand for the dash before `idx`, and each
 * may be packed as `.gz`.  Raw files are mapped read-only, so every process of a node
 * shares the page cache's copy.  Packed ones are unpacked into memory by one process of
 * the node, and the others attach to that copy:
 *
 *   first process                             the others
 *   ls_dataset_open(&data, dir, split)
 *   ls_dataset_get_share(&share, data)  --->  ls_dataset_open_shared(..., &share)
 *                                       <---  attached
 *
 * Images and labels never change while a data set is open.
 */

#include "lockstep/api.h"
#include "lockstep/status.h"

#include <stdint.h>

typedef struct ls_dataset ls_dataset;

typedef enum ls_split { LS_SPLIT_TRAIN, LS_SPLIT_TEST } ls_split;

/** What one process tells the others of its node; plain bytes, without pointers. */
typedef struct ls_dataset_share {
  int64_t pid;
  struct {
    int64_t fd; /* of process `pid`: unpacked data; -1: a raw file, mapped by each */
    uint64_t bytes;
    uint64_t device; /* with inode: which file that is */
    uint64_t inode;
  } files[2]; /* images, labels */
} ls_dataset_share;

/**
 * Open one split of the data set in `directory`.
 *
 * Local.
 *
 * returns  LS_OK
 *            LS_E_IO      a file is missing, is not a regular file, or cannot be read
 *            LS_E_FORMAT  a file is not what its name or header says
 *            LS_E_NOMEM   there is no memory, or unpacked data would not fit
 */
LS_API LS_NODISCARD ls_status ls_dataset_open(ls_dataset **out, const char *directory,
                                              ls_split split);

/**
 * Say how other processes of this node open the same data without a second copy.
 *
 * Local.  `dataset` must stay open until they have.
 */
LS_API void ls_dataset_get_share(ls_dataset_share *share, const ls_dataset *dataset);

/**
 * Open the data that another process of this node has open.
 *
 * Local.
 *
 * returns  as ls_dataset_open
 *            LS_E_IO  also: a file is not the one that the other process has, or its
 *                     unpacked copy cannot be reached
 */
LS_API LS_NODISCARD ls_status ls_dataset_open_shared(ls_dataset **out,
                                                     const char *directory,
                                                     ls_split split,
                                                     const ls_dataset_share *share);

/** Close a data set; NULL is fine.  Local. */
LS_API void ls_dataset_close(ls_dataset *dataset);

/** Number of images, at least 1.  Local; same result on every rank. */
LS_API int64_t ls_dataset_count(const ls_dataset *dataset);

/** Height of an image in pixels, at least 1.  Local; same result on every rank. */
LS_API int ls_dataset_rows(const ls_dataset *dataset);

/** Width of an image in pixels, at least 1.  Local; same result on every rank. */
LS_API int ls_dataset_columns(const ls_dataset *dataset);

/** Pixels of an image: rows * columns.  Local; same result on every rank. */
LS_API int ls_dataset_features(const ls_dataset *dataset);

/** One more than the largest label, at most 256.  Local; same result on every rank. */
LS_API int ls_dataset_classes(const ls_dataset *dataset);

/** All pixels, [count][features]; borrowed.  Local; same result on every rank. */
LS_API const uint8_t *ls_dataset_images(const ls_dataset *dataset);

/** All labels, [count], each below classes; borrowed.  Local; same on every rank. */
LS_API const uint8_t *ls_dataset_labels(const ls_dataset *dataset);

/**
 * Check a data set against what a model or another split has.
 *
 * Local; same result on every rank.
 *
 * wanted_by  who has those figures, for the message: "the training images"
 * returns    LS_OK
 *              LS_E_FORMAT  images have another size, or a label is `classes` or more
 */
LS_API LS_NODISCARD ls_status ls_dataset_check(const ls_dataset *dataset, int features,
                                               int classes, const char *wanted_by);

/** Pieces of 1 MiB of the images and of the labels.  Local; same on every rank. */
LS_API int64_t ls_dataset_pieces(const ls_dataset *dataset);

/**
 * Digest some of a data set's pieces, so that ranks can share them out.
 *
 * Local.
 *
 * digests  [pieces][32] out: those from `first` on, the others are left alone
 */
LS_API void ls_dataset_digest_pieces(uint8_t (*digests)[32], const ls_dataset *dataset,
                                     int64_t first, int64_t count);

/**
 * Digest what a data set says, whatever files it came from.
 *
 * Local; same result on every rank that has the same data.  The digest is SHA-256 over
 * count, rows and columns (64 bits each, little endian), then the SHA-256 of each piece
 * of 1 MiB of the images, then of the labels; the last piece of each may be short.
 *
 * digest   [32] out
 * digests  [pieces][32] all of ls_dataset_digest_pieces
 * returns  LS_OK
 *            LS_E_NOMEM  there is no memory
 */
LS_API LS_NODISCARD ls_status ls_dataset_digest(uint8_t digest[32],
                                                const ls_dataset *dataset,
                                                uint8_t (*digests)[32]);

#endif
