#ifndef MATH_NEAR_H
#define MATH_NEAR_H

/**
 * Lines of memory that are asked for before they are needed.
 */

#include "math/kernels.h"
#include "math/vector.h"

#include <stddef.h>

/**
 * Bring near, with the intent to write, what a tile of a gradient is written to, and the
 * same places of what the block names.
 *
 * Local.  A store that misses holds up the stores behind it.
 *
 * place   the tile's first float in `out`
 */
LS_INLINE void bring_near(const ls_gradient_block *block, const float *out,
                          ptrdiff_t place, const int inputs, const int outputs)
{
  for (int i = 0; i < inputs; i++) {
    for (int h = 0; h < outputs; h += LS_PAD) {
      const ptrdiff_t at = place + i * (ptrdiff_t)block->stride + h;
      __builtin_prefetch(out + at, 1);
      for (int n = 0; n < 2; n++) {
        if (block->near[n]) {
          __builtin_prefetch(block->near[n] + at, 1);
        }
      }
    }
  }
}

#endif
