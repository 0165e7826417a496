#ifndef STORE_EXPORT_H
#define STORE_EXPORT_H

/**
 * The weights of a checkpoint for other programs.
 *
 * Each writes one file, atomically and durably; equal weights give equal files.
 */

#include "lockstep/checkpoint.h"

/**
 * Whether an export may be written to a path, or over what is there: never over a
 * checkpoint or under the name of a file of a run, nor anything but a regular file.
 *
 * Local.
 *
 * returns  LS_OK
 *            LS_E_USAGE  it may not; the text says why
 */
LS_NODISCARD ls_status ls_export_check(const char *path);

/**
 * A weights file that Keras loads (legacy HDF5 layout): `layer_names` at the root, a
 * group a layer with `weight_names`, kernels [in, out].
 *
 * Local.  Main thread only.
 *
 * returns  LS_OK
 *            LS_E_ARG  the tensors are not pairs of a weight and its bias
 *            LS_E_IO, LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_export_keras(const char *path,
                                       const ls_checkpoint *checkpoint);

/**
 * NumPy's .npz: an array a tensor, by its name, and `optimizer/<slot>/<name>` for
 * slots.
 *
 * Local.
 *
 * returns  LS_OK, LS_E_IO, LS_E_NOMEM; LS_E_ARG: larger than the 4 GiB of a ZIP file
 */
LS_NODISCARD ls_status ls_export_npz(const char *path, const ls_checkpoint *checkpoint);

/**
 * Text: `tensor,row,column,value`, a line a weight, values with 9 digits.
 *
 * Local.
 *
 * returns  LS_OK, LS_E_IO, LS_E_NOMEM
 */
LS_NODISCARD ls_status ls_export_csv(const char *path, const ls_checkpoint *checkpoint);

#endif
