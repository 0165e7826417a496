#ifndef DATA_DATASET_PRIVATE_H
#define DATA_DATASET_PRIVATE_H

/**
 * What a data set is made of.
 */

#include "data/idx.h"
#include "lockstep/dataset.h"

struct ls_dataset {
  ls_idx images;
  ls_idx labels;
  int classes;
};

#endif
