#!/bin/bash
# Trains the reference job on MNIST, from nothing: installs, builds, fetches, trains.
#
#   scripts/train_mnist.sh [RANKS] [option of `lockstep train` ...]
#
# RANKS is min(cores, 8) if it is left out.  Leaves checkpoint, metrics and plot in a new
# directory under runs/ and says where.
set -euo pipefail
if [[ ${1-} == -h || ${1-} == --help ]]; then
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
  exit
fi
cd "$(dirname "$0")/.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh

ranks=
if [[ ${1-} =~ ^[0-9]+$ ]]; then
  ranks=$1
  shift
elif [[ $# -gt 0 && $1 != --* ]]; then
  echo "usage: scripts/train_mnist.sh [RANKS] [option of lockstep train ...]" >&2
  exit 2
fi

scripts/setup.sh
if [[ -z $ranks ]]; then
  ranks=$(core_count)
  [[ $ranks -le 8 ]] || ranks=8
fi
scripts/fetch_mnist.sh
if [[ ! -f build/release/build.ninja ]]; then
  cmake --preset release >/dev/null
fi
cmake --build --preset release -- --quiet

out=runs/$(date +%Y%m%d-%H%M%S)-mnist
mkdir -p runs
mpi_switches "$ranks"
mpirun "${mpi_switches[@]}" build/release/src/lockstep train \
  --data data/mnist --out "$out" --metrics "$out/metrics.csv" "$@"

scripts/plot_metrics.sh "$out/metrics.csv" "$out/metrics"
cat >&2 <<END

checkpoints  $(find "$out" -name '*.h5' | sort | tail -n 1)
metrics      $out/metrics.csv
plot         $out/metrics.svg, $out/metrics.png
END
