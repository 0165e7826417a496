#include "math/table.h"

const ls_kernels LS_KERNEL(kernels) = {
    .name = LS_TEXT(LS_ISA),
    .forward = LS_KERNEL(forward),
    .gradient = LS_KERNEL(gradient),
    .gradient_bias = LS_KERNEL(gradient_bias),
    .backward = LS_KERNEL(backward),
    .transpose = LS_KERNEL(transpose),
    .relu_forward = LS_KERNEL(relu_forward),
    .relu_backward = LS_KERNEL(relu_backward),
    .softmax_loss = LS_KERNEL(softmax_loss),
    .exponential = LS_KERNEL(exponential),
    .logarithm = LS_KERNEL(logarithm),
    .unit_from_bytes = LS_KERNEL(unit_from_bytes),
    .add = LS_KERNEL(add),
    .sgd = LS_KERNEL(sgd),
};
