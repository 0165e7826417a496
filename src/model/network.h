#ifndef MODEL_NETWORK_H
#define MODEL_NETWORK_H

/**
 * A multilayer perceptron at work: activations of some rows, and what comes back.
 *
 * It holds no parameters: they lie in the flat vector that model/layout.h describes,
 * and all ranks of a node read the same ones.  Nothing is allocated after create.
 *
 * B rows, D inputs, H outputs of a layer, C classes; matrices have padded rows
 * (math/kernels.h).
 */

#include "lockstep/status.h"
#include "math/kernels.h"
#include "model/layout.h"

typedef struct ls_network ls_network;

/**
 * Ranks that hand common rows on to each other (model/network_legs.h); 0: none do.
 */
typedef struct ls_network_legs {
  int count;  /* ranks that do, each for a run of inputs */
  int own;    /* this one */
  int rows;   /* that are handed on at a time, at most */
  bool keeps; /* of two, the second alone computes gradients above the first layer, of
                 which no units are left out: it keeps what the first one's rows make
                 of it, and is told where its own begin before the rows are added to */
} ls_network_legs;

typedef struct ls_network_config {
  const ls_layout *layout;
  const ls_kernels *kernels; /* borrowed; must outlive the network */
  int most_rows;             /* of this rank, and that it runs for another */
  bool sparse;       /* zeros among the inputs are left out; the same on every rank */
  bool drops;        /* units or inputs may be left out: ls_dropout */
  bool forward_only; /* there is no ls_network_backward, and no memory for it */
  float *common;   /* [ls_network_common_floats] that the ranks of a node share, for the
                    rows of all of them, or NULL */
  int common_rows; /* so many */
  ls_network_legs legs; /* the same on every rank but for `own` */
} ls_network_config;

/**
 * Allocate for batches of up to `most_rows` rows.
 *
 * Local.
 *
 * returns   LS_OK
 *             LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_network_create(ls_network **out,
                                         const ls_network_config *config);

/** Release it; NULL is fine.  Local. */
void ls_network_destroy(ls_network *network);

/** Bytes of its own: all but what is common.  Local. */
int64_t ls_network_bytes(const ls_network *network);

/** Floats of inputs, activations and deltas.  Local; same result on every rank. */
int64_t ls_network_floats(const ls_layout *layout, int rows);

/**
 * Floats that ranks share: as many, losses, and another set of inputs; two more sets
 * for each leg but the first.
 *
 * Local; same result on every rank.
 */
int64_t ls_network_common_floats(const ls_layout *layout, int rows, int legs);

/**
 * Go over to the other set of inputs of common rows.
 *
 * Local; all ranks of a node have the same one in a step.  Other ranks may still read
 * this one, while the next rows are put into that one.
 */
void ls_network_turn(ls_network *network);

/**
 * Say where the rows to be run begin in the matrices: in what is common, or among this
 * rank's.
 *
 * Local.  What other ranks have put before and behind them, once they have run
 * ls_network_backward, is what ls_network_gradient sums up too.
 */
void ls_network_begin(ls_network *network, int first);

/** Where to put row `row`: [features] floats in [0, 1].  Local. */
float *ls_network_row(ls_network *network, int row);

/** Where to put the rows' labels: [most_rows].  Local. */
uint8_t *ls_network_labels(ls_network *network);

/**
 * Run rows through the network and compare with their labels.
 *
 * Local; same result on every rank.
 *
 * parameters   [count] of the layout
 * B            rows that have been put in
 * smoothing    label smoothing, in [0, 1)
 */
void ls_network_forward(ls_network *network, const float *parameters, int B,
                        float smoothing);

/** Units that are left out while training, as a pure function of what is here. */
typedef struct ls_dropout {
  double share;      /* of the hidden units, in [0, 1), to a precision of 2^-16 */
  double inputs;     /* of the inputs, likewise */
  uint64_t seed;     /* of the run */
  int64_t first_row; /* of the batch's in the run: step * global batch + position */
} ls_dropout;

/**
 * As ls_network_forward, with dropout; ls_network_backward then follows it.
 *
 * Local; same result on every rank.  A unit that is kept is scaled by 1 / (1 - share).
 *
 * source   Srivastava et al. 2014, section 10, with the scaling moved to training
 */
void ls_network_forward_dropping(ls_network *network, const float *parameters, int B,
                                 float smoothing, const ls_dropout *dropout);

/**
 * As ls_network_forward_dropping, of rows to whose first sums all inputs were added
 * (model/network_legs.h).
 *
 * Local; same result on every rank.  No inputs are dropped.
 */
void ls_network_forward_on(ls_network *network, const float *parameters, int B,
                           float smoothing, const ls_dropout *dropout);

/** The rows' losses, [B], after ls_network_forward.  Local. */
const float *ls_network_losses(const ls_network *network);

/** The losses of all rows that the matrices have, this rank's or all ranks'.  Local. */
const float *ls_network_all_losses(const ls_network *network);

/** Which rows were right, [B] of 0 or 1, after ls_network_forward.  Local. */
const uint8_t *ls_network_correct(const ls_network *network);

/**
 * Bring the loss's derivatives back to every layer's outputs, unscaled.
 *
 * Local; same result on every rank.  After ls_network_forward of the same rows.
 */
void ls_network_backward(ls_network *network, const float *parameters, int B);

/**
 * Whether none of this rank's rows can add anything to a batch's gradient but what
 * stays finite, in whatever order it is summed.
 *
 * Local; the same for a row whichever rank has it.  After ls_network_backward.  What a
 * layer can see at most of a row (pixels are at most 1) and the row's largest delta
 * must have a product that half of float's range holds as many times as the batch has
 * rows: far above anything that trains.
 *
 * B            rows of this rank
 * batch_rows   of all ranks
 */
bool ls_network_is_bounded(const ls_network *network, int B, int64_t batch_rows);

#endif
