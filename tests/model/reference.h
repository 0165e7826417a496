#ifndef TESTS_MODEL_REFERENCE_H
#define TESTS_MODEL_REFERENCE_H

/**
 * The network once more: in double, one row at a time, without padding or kernels.
 */

#include "model/layout.h"

#include <stdint.h>

enum { REFERENCE_WIDTH_MAX = 128 };

/** Rows and their labels.  Plain; borrowed. */
typedef struct reference_rows {
  const double *inputs;  /* [count][features] */
  const uint8_t *labels; /* [count] */
  int count;
} reference_rows;

/**
 * The sum of the rows' losses.
 *
 * Local.
 *
 * parameters   [layout->count], as the layout says, padding unread
 */
double reference_loss(const ls_layout *layout, const double *parameters,
                      const reference_rows *rows, double smoothing);

#endif
