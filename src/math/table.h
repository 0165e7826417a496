#ifndef MATH_TABLE_H
#define MATH_TABLE_H

/**
 * The names of one instruction set's kernels.
 *
 * The files of this room that include this header are compiled once for each table,
 * with LS_ISA naming it; src/math/CMakeLists.txt lists the tables.
 */

#include "math/kernels.h"

#define LS_KERNEL_PASTE(name, isa) ls_##name##_##isa
#define LS_KERNEL_EXPAND(name, isa) LS_KERNEL_PASTE(name, isa)
#define LS_KERNEL(name) LS_KERNEL_EXPAND(name, LS_ISA)

#define LS_TEXT_PASTE(name) #name
#define LS_TEXT(name) LS_TEXT_PASTE(name)

/** The table itself; each of its functions is described in kernels.h. */
extern const ls_kernels LS_KERNEL(kernels);

void LS_KERNEL(forward)(float *out, const float *x, int x_stride, const float *weight,
                        const float *bias, int B, int D, int H);
void LS_KERNEL(gradient)(float *out, const float *x, const float *d,
                         const int *first_row, int shards,
                         const ls_gradient_block *block);
void LS_KERNEL(descend)(float *weights, const float *x, const float *d,
                        const int *first_row, int shards,
                        const ls_gradient_block *block, const ls_descent *descent);
void LS_KERNEL(find_in_rows)(uint64_t *words, const float *x, int x_stride, int B,
                             int D);
void LS_KERNEL(keep_found)(float *d, const uint64_t *words, int B, int D);
void LS_KERNEL(find_in_columns)(uint32_t *words, const float *x, int x_stride, int B,
                                int inputs);
void LS_KERNEL(forward_sparse)(float *out, const float *x, int x_stride,
                               const uint64_t *words, const float *weight,
                               const float *bias, int B, int D, int H);
void LS_KERNEL(gradient_sparse)(float *out, const float *x, const float *d,
                                const int *first_row, int shards,
                                const ls_gradient_block *block);
void LS_KERNEL(descend_sparse)(float *weights, const float *x, const float *d,
                               const int *first_row, int shards,
                               const ls_gradient_block *block,
                               const ls_descent *descent);
void LS_KERNEL(gradient_bias)(float *out, const float *d, const int *first_row,
                              int shards, const ls_gradient_block *block);
float LS_KERNEL(largest)(const float *x, int64_t count);
void LS_KERNEL(backward)(float *dx, const float *d, const float *weight_t, int B, int D,
                         int H);
void LS_KERNEL(transpose)(float *out, const float *in, int D, int H);
void LS_KERNEL(relu_forward)(float *x, int64_t count);
void LS_KERNEL(relu_backward)(float *dx, const float *activation, int64_t count);
void LS_KERNEL(softmax_loss)(float *d, float *loss, uint8_t *correct,
                             const float *logits, const uint8_t *labels, int B, int C,
                             float smoothing);
void LS_KERNEL(exponential)(float *out, const float *x, int64_t count);
void LS_KERNEL(logarithm)(float *out, const float *x, int64_t count);
void LS_KERNEL(unit_from_bytes)(float *out, const uint8_t *bytes, int count);
void LS_KERNEL(add)(float *sum, const float *left, const float *right, int64_t count);
void LS_KERNEL(post)(float *out, const float *in, int64_t count);
void LS_KERNEL(sgd)(float *weights, const float *gradient, int64_t count, float rate,
                    float scale);
void LS_KERNEL(momentum)(float *weights, float *velocity, const float *gradient,
                         int64_t count, const ls_update *u);
void LS_KERNEL(adam)(float *weights, float *mean, float *square, const float *gradient,
                     int64_t count, const ls_update *u);
void LS_KERNEL(rmsprop)(float *weights, float *square, float *velocity,
                        const float *gradient, int64_t count, const ls_update *u);
void LS_KERNEL(adagrad)(float *weights, float *sum, const float *gradient,
                        int64_t count, const ls_update *u);
double LS_KERNEL(sum_of_squares)(const float *x, int64_t count);
void LS_KERNEL(noise)(uint16_t *out, uint64_t seed, uint64_t stream, uint64_t counter,
                      int64_t blocks);
void LS_KERNEL(dropout)(float *x, const uint16_t *noise, int64_t count,
                        uint16_t threshold, float scale);
void LS_KERNEL(scale)(float *x, int64_t count, float factor);

#endif
