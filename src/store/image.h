#ifndef STORE_IMAGE_H
#define STORE_IMAGE_H

/**
 * A file's bytes in memory: a checkpoint as an HDF5 image, and then its seal.
 *
 * The buffer is the one allocation that is not ls_alloc's: HDF5 grows it while it
 * builds the file and hands it over when it closes it.
 */

#include "lockstep/checkpoint.h"

typedef struct ls_image {
  uint8_t *bytes;  /* [capacity], of libc's malloc */
  size_t length;   /* of the file */
  size_t capacity; /* with room for the seal */
} ls_image;

/**
 * Build a checkpoint's image, without the seal.
 *
 * Local.  Makes HDF5 calls: main thread only.
 *
 * image    out: release with ls_image_release; empty on failure
 * places   [ls_image_place_count] out: where in the image the numbers lie that change
 *          while a run trains: model's tensors, step, skipped, each slot's tensors,
 *          finished, loss_sum, correct, count, history; NULL: nobody asks
 * returns  LS_OK
 *            LS_E_ARG, LS_E_NUMERIC  the state is impossible (ls_state_check)
 *            LS_E_NOMEM              there is no memory, or HDF5 failed
 */
LS_NODISCARD ls_status ls_image_build(ls_image *image, int64_t *places,
                                      const ls_checkpoint *checkpoint);

/** How many places an image has.  Local; looks at counts alone. */
int64_t ls_image_place_count(const ls_checkpoint *checkpoint);

/** Append the seal; no HDF5 call, any thread.  Local. */
void ls_image_seal(ls_image *image);

/** Release the bytes and empty the image.  Local. */
void ls_image_release(ls_image *image);

#endif
