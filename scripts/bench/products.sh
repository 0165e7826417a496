#!/usr/bin/env bash
# A training step beside its matrix products alone, in turns within one run.
#
# usage: scripts/bench/products.sh [--data DIR] [--runs N] [--csv FILE]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     of each row; the rows take turns [3]
#   --csv FILE   every single measurement is added to it
#
# Rows of MNIST are mostly zeros, which a step leaves out; "dense" is the step that
# keeps them.  The products are one dnnl_sgemm each (Debian: libdnnl-dev), on the same
# cores, by the same ranks, every 10 ms.  A run's step, products and ratio ("turns") are
# medians over its turns: in another run something else may have used a core, which the
# step waits for twice.  Exits 77 where there is no oneDNN.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
take_options "$@"

# The benchmark is built beside the tests, which a release does not have.
build=build/bench
cmake -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
if ! ninja -C "$build" -t query step_bench >/dev/null 2>&1; then
  echo "a step and its products: not measured, for want of oneDNN (libdnnl-dev)" >&2
  exit 77
fi
cmake --build "$build" --target step_bench >"$work/out" ||
  { cat "$work/out" >&2; exit 1; }
bench=$build/tests/train/step_bench
# Else every rank would compute its products on all cores.
export OMP_NUM_THREADS=1

# measure RANKS BATCH HIDDEN TURNS ROWS
measure() {
  local case="ranks $1 batch $2 $5 784-${3//,/-}-10" line
  mpi_switches "$1"
  LOCKSTEP_SPARSE=$([[ $5 = MNIST ]] && echo 1 || echo 0) \
    mpirun "${mpi_switches[@]}" "$bench" "$data" "$2" "$3" "$4" </dev/null >"$work/out"
  line=$(sed 's/.*,\([^,]*,[^,]*,[^,]*\)$/\1/' "$work/out")
  IFS=, read -r step products turns <<<"$line"
  record products "$case" step "$run" "$step" us
  record products "$case" products "$run" "$products" us
  record products "$case" turns "$run" "$turns" ratio
}

for ((run = 1; run <= runs; run++)); do
  for rows in MNIST dense; do
    for batch in 32 512; do
      measure 1 $batch 128 60 $rows
      measure 2 $batch 128 60 $rows
    done
    measure 2 512 1024,1024 8 $rows
  done
done

echo "a step beside its matrix products by oneDNN; runs: $runs"
show products step products turns
