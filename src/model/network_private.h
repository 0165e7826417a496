#ifndef MODEL_NETWORK_PRIVATE_H
#define MODEL_NETWORK_PRIVATE_H

/**
 * What the network at work and a piece of its gradient share.
 *
 * The matrices have a row for each of the network's rows or, if they are common, for
 * those of all ranks of the node; what is run is from `first` on.
 */

#include "model/network.h"

struct ls_network {
  ls_layout layout;
  const ls_kernels *kernels;
  int most_rows; /* that are run, and have labels, at a time */
  int all_rows;  /* of the matrices */
  int first;
  int64_t bytes;      /* allocated */
  float *memory;      /* of the matrices; NULL: they are common */
  float *inputs;      /* [..][P(features)] */
  float *next_inputs; /* the other set; NULL: rows are not common */
  ls_network_legs legs;
  int64_t leg_floats;    /* from one leg's inputs to the next's, same set */
  int *leg_ends;         /* [legs.count] where each's inputs end */
  float *begun;          /* [legs.rows][P(outputs)]: the first's sums */
  float *handed;         /* [..][P(outputs)] the first layer's sums, in common memory */
  float *private_sums;   /* the same, activations[0], if legs.keeps */
  float *private_deltas; /* [..][P(outputs)]: deltas[0], if there are legs */
  float *posted_deltas;  /* the same in common memory; or in words which are not zero */
  float *private_logits; /* [..][P(outputs)]: activations[last], if there are legs */
  int posted;            /* rows of this rank's, from `first` on */
  bool posts;            /* past the caches */
  float *activations[LS_LAYERS_MAX]; /* [..][P(outputs)] of each layer */
  float *deltas[LS_LAYERS_MAX];      /* [..][P(outputs)]: d loss / d sum */
  float *transposed;                 /* a layer's weight, in ls_network_backward */
  float *last_transposed;            /* the last layer's, as of ls_network_backward */
  uint8_t *labels;                   /* [most_rows] */
  float *losses;                     /* [..] of each of the matrices' rows */
  float *own_losses;                 /* the same to release; NULL: they are common */
  uint8_t *correct;                  /* [most_rows] */
  uint16_t *noise;                   /* [most_rows][P(widest inputs)], for dropout */
  uint64_t *words;                   /* of inputs, by row; NULL: zeros are kept */
  uint32_t *columns;                 /* of a block of inputs of all rows, by column */
  uint64_t *used;                    /* inputs, of all rows; likewise */
  double largest_input;              /* that the last forward can have seen */
  float kept_scale; /* of hidden units in the last forward; 1: all were kept */
};

/**
 * Leave a share of what layer `layer` sees of B rows, x [B][P(inputs)], out.
 *
 * Local; same result on every rank.  B at most the network's most rows.
 */
void ls_network_drop(ls_network *network, float *x, int layer, int B, double share,
                     const ls_dropout *dropout);

/**
 * Bring rows' deltas from layer `layer` back to the one before it.
 *
 * Local; same result on every rank.
 *
 * weight_t   the layer's weight, transposed
 * row        the first of B rows, counted from the matrices' first
 */
void ls_network_bring_back(const ls_network *network, int layer, const float *weight_t,
                           int row, int B);

/**
 * Add what some inputs of B rows make to a layer's sums; the first begin with the bias.
 *
 * Local; same result on every rank.
 *
 * out      [B][P(outputs)]: where the inputs before have left the sums
 * x        [B][P(inputs)]
 * inputs   [first, first + count), from a whole pad on to another one or the last
 */
void ls_network_sum_inputs(const ls_network *network, int layer,
                           const float *parameters, float *out, const float *x,
                           ls_span inputs, int B);

/** What a layer sees, all rows: [..][P(inputs)].  Local. */
float *ls_network_inputs_of(const ls_network *network, int layer);

/**
 * The matrix that has an input of all rows, and the first input behind that it has not.
 *
 * Local.  Of the first layer.
 */
const float *ls_network_inputs_from(const ls_network *network, int input, int *end);

#endif
