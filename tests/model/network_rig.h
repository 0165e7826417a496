#ifndef TESTS_MODEL_NETWORK_RIG_H
#define TESTS_MODEL_NETWORK_RIG_H

/**
 * A network with rows in it, beside the reference's view of both.
 */

#include "model/network_gradient.h"

#include <stdbool.h>

enum { RIG_ROWS = 13 };

typedef struct network_rig {
  ls_layout layout;
  ls_network *network;
  float *parameters; /* [layout.count] */
  float *gradient;   /* [layout.count] */
  double *exact;     /* [layout.count] the parameters in double */
  double *inputs;    /* [RIG_ROWS][features] */
  uint8_t labels[RIG_ROWS];
  double smoothing;
} network_rig;

/** Made-up rows and parameters, whose biases are not zero.  Local. */
void network_rig_open(network_rig *rig, int features, const char *hidden, int classes);

/** Release what open has allocated.  Local. */
void network_rig_close(network_rig *rig);

/**
 * All the way: forward, backward, and the gradient over some logical shards.
 *
 * Local.
 *
 * first_row   [shards + 1]: rows of each shard
 */
void network_rig_run(network_rig *rig, const int *first_row, int shards);

/** Whether floats from chains as long as the rig's mean `expected`.  Local. */
bool network_rig_is_close(double actual, double expected);

#endif
