#ifndef MODEL_LAYOUT_H
#define MODEL_LAYOUT_H

/**
 * Where each parameter of a multilayer perceptron lies in the flat vector.
 *
 *   layer 0 weight [inputs][P(outputs)] | layer 0 bias [P(outputs)] | layer 1 ...
 *
 * P rounds up to whole pads (math/kernels.h), whose floats are +0.0 and stay so, so
 * that kernels never meet a remainder and every tensor begins on a cache line.
 * Checkpoints and the digest of the weights leave the padding out.
 */

#include "lockstep/span.h"
#include "lockstep/status.h"

#include <stdint.h>

enum {
  LS_LAYERS_MAX = 16,
  LS_WIDTH_MAX = 65536,   /* of a layer */
  LS_BLOCK_FLOATS = 1024, /* slices are cut, and norms are summed, by blocks */
  LS_TENSOR_NAME_BYTES = 32
};

typedef struct ls_layer {
  int inputs, outputs;
  int64_t weight, bias; /* first float of each */
} ls_layer;

/** Plain: copy it. */
typedef struct ls_layout {
  int layer_count;
  ls_layer layers[LS_LAYERS_MAX];
  int64_t count; /* floats, with padding */
} ls_layout;

/** One tensor of a layout; tensor 2 i is layer i's weight, tensor 2 i + 1 its bias. */
typedef struct ls_layout_tensor {
  char name[LS_TENSOR_NAME_BYTES]; /* "layer0/weight" */
  const char *activation;          /* of the layer: "relu", or "softmax" for the last */
  int64_t first;                   /* float of the flat vector */
  int64_t rows;                    /* inputs of a weight; outputs of a bias */
  int64_t columns;                 /* outputs of a weight; 0: a bias, a vector */
  int64_t stride;                  /* floats from a row to the next */
} ls_layout_tensor;

/**
 * Lay out a network.
 *
 * Local; same result on every rank.
 *
 * features   inputs of the first layer
 * hidden     widths of the hidden layers, "256,128"; "" or "none": softmax regression
 * classes    outputs of the last layer
 * returns    LS_OK
 *              LS_E_ARG  `hidden` is no such list, or has too many or too wide layers
 */
LS_NODISCARD ls_status ls_layout_create(ls_layout *out, int features,
                                        const char *hidden, int classes);

/** Number of tensors.  Local; same result on every rank. */
int ls_layout_tensor_count(const ls_layout *layout);

/** Describe a tensor.  Local; same result on every rank. */
ls_layout_tensor ls_layout_tensor_at(const ls_layout *layout, int index);

/** The floats of a tensor, with padding.  Local; same result on every rank. */
ls_span ls_layout_tensor_span(const ls_layout *layout, int index);

/** Parameters, without padding.  Local; same result on every rank. */
int64_t ls_layout_parameter_count(const ls_layout *layout);

/**
 * Where the flat vector may be cut into slices.
 *
 * Local; same result on every rank.
 *
 * edges      out, [as many as are returned]; NULL: only count them
 * returns    how many: the beginning of each block of each tensor, and the end
 */
int ls_layout_edges(const ls_layout *layout, int64_t *edges);

/**
 * Set weights that are Glorot-uniform and biases that are zero.
 *
 * Local; same result on every rank.
 *
 * parameters   [count] out, with padding
 * source       Glorot and Bengio 2010, equation 16: uniform within
 *              sqrt(6 / (inputs + outputs))
 */
void ls_layout_init(const ls_layout *layout, float *parameters, uint64_t seed);

/**
 * Digest the parameters without padding, in tensor order, as little-endian float32.
 *
 * Local; same result on every rank.
 *
 * digest     [32] out
 * returns    LS_OK
 *              LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_layout_digest(const ls_layout *layout,
                                        const float *parameters, uint8_t digest[32]);

#endif
