#ifndef STORE_MOLD_H
#define STORE_MOLD_H

/**
 * A checkpoint's image that is kept from save to save.
 *
 * HDF5 takes longer over names, types and shapes than over a small network's weights,
 * and those stay the same while a run trains.  So HDF5 builds the image once and says
 * where the numbers lie that change; later saves copy them there.  The bytes are those
 * of ls_image_build.
 */

#include "store/image.h"

#include "base/sha256.h"

#include <stdbool.h>

typedef struct ls_mold {
  ls_image image; /* the last checkpoint, without a seal until ls_image_seal */
  bool cast;      /* whether the rest holds */
  size_t length;  /* of the image without a seal */
  int64_t *places;
  uint8_t form[LS_SHA256_BYTES]; /* of all that HDF5 wrote and that does not change */
} ls_mold;

/**
 * Make the image of a checkpoint.
 *
 * Local.  May make HDF5 calls: main thread only.
 *
 * mold     zeroed before the first call; `image` is the checkpoint's after the return
 * returns  as ls_image_build
 */
LS_NODISCARD ls_status ls_mold_pour(ls_mold *mold, const ls_checkpoint *checkpoint);

/** Release and empty it.  Local. */
void ls_mold_release(ls_mold *mold);

#endif
