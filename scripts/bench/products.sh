#!/usr/bin/env bash
# A training step beside its matrix products alone, in turns within one run.
#
# usage: scripts/bench/products.sh [--data DIR] [--runs N]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     of each row; the rows take turns [3]
#
# Rows of MNIST are mostly zeros, which a step leaves out; "dense" is the step that keeps
# them.  The products are one dnnl_sgemm each (Debian: libdnnl-dev), on the same cores, by
# the same ranks, every 10 ms.  A ratio is the median over the turns of the quickest run:
# in another run something else may have used a core, which the step waits for twice.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
data=data/mnist
runs=3
while [ $# -gt 0 ]; do
  case $1 in
    --data) data=$2; shift ;;
    --runs) runs=$2; shift ;;
    *) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done

# The benchmark is built beside the tests, which a release does not have.
build=build/bench
cmake -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
if ! cmake --build "$build" --target step_bench >/dev/null 2>&1; then
  echo "a step and its products: not measured, for want of oneDNN (libdnnl-dev)"
  exit 0
fi
bench=$build/tests/train/step_bench
# Else every rank would compute its products on all cores.
export OMP_NUM_THREADS=1
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

for ((run = 0; run < runs; run++)); do
  while read -r ranks batch hidden rounds sparse; do
    mpi_switches "$ranks"
    export LOCKSTEP_SPARSE=$sparse
    mpirun "${mpi_switches[@]}" "$bench" "$data" "$batch" "$hidden" "$rounds" \
      </dev/null | sed "s/\"//g; s/^/$sparse,/" >>"$rows"
  done <<'END'
1 32 128 60 1
2 32 128 60 1
1 512 128 60 1
2 512 128 60 1
2 512 1024,1024 8 1
1 32 128 60 0
2 32 128 60 0
1 512 128 60 0
2 512 128 60 0
2 512 1024,1024 8 0
END
done

# sparse,ranks,batch,hidden...,step,products,ratio; hidden may have commas of its own.
echo "a step beside its matrix products by oneDNN; the quickest of $runs runs, us"
printf '%-18s %6s %6s %6s %10s %10s %7s\n' \
  layers rows batch ranks step products ratio
awk -F, '{
    hidden = $4
    for (i = 5; i <= NF - 3; i++) hidden = hidden "," $i
    key = sprintf("%-18s %6s %6s %6s", "784," hidden ",10", $1 ? "MNIST" : "dense", $3, $2)
    if (!(key in step)) order[++n] = key
    if (!(key in step) || $(NF - 2) + 0 < step[key]) {
      step[key] = $(NF - 2) + 0; alone[key] = $(NF - 1); ratio[key] = $NF
    }
  }
  END {
    for (i = 1; i <= n; i++)
      printf "%s %10.1f %10.1f %7.2f\n", order[i], step[order[i]], alone[order[i]],
        ratio[order[i]]
  }' "$rows"
