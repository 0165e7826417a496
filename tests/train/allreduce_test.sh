#!/bin/bash
# The plain MPI_Allreduce path gives the same figures to rounding.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

# About 100 updates of float32 weights, each rounded in another order: 100 * 2^-24 is
# 6e-6, which a loss of about 1 may magnify some.
near() {
  awk "BEGIN { d = $2 - $3; exit !(d < 1e-4 && d > -1e-4) }" || fail "$1: $2 and $3"
}

train ordered 1
for ranks in 1 3 4; do
  train "mpi$ranks" "$ranks" --allreduce mpi
  for key in loss val_loss; do
    near "$key on $ranks ranks" "$(value ordered epoch $key)" \
      "$(value "mpi$ranks" epoch $key)"
  done
  near "test_loss on $ranks ranks" "$(value ordered 'done' test_loss)" \
    "$(value "mpi$ranks" 'done' test_loss)"
  [[ $(value ordered 'done' lr) == "$(value "mpi$ranks" 'done' lr)" ]] ||
    fail "other rates"
done
