#!/bin/bash
# Trains the best recipe found for a perceptron of at most a million parameters on MNIST:
# 98.69 % of the test rows on average over seeds 1 to 5 (98.62 to 98.74), 535,818 parameters,
# 44 seconds on two ranks of an AMD EPYC.
#
#   scripts/train_best.sh [RANKS] [option of `lockstep train` ...]
#
# Two ranks and seed 1 if nothing is said; `scripts/train_best.sh 2 --seed 5` is another.
#
# Chosen by 5,000 held-out training rows, then trained on all of them.
set -euo pipefail
if [[ ${1-} == -h || ${1-} == --help ]]; then
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0"
  exit
fi
cd "$(dirname "$0")/.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh

ranks=2
if [[ ${1-} =~ ^[0-9]+$ ]]; then
  ranks=$1
  shift
fi
scripts/fetch_mnist.sh
if [[ ! -f build/release/build.ninja ]]; then
  cmake --preset release >/dev/null
fi
cmake --build --preset release -- --quiet

mpi_switches "$ranks"
mpirun "${mpi_switches[@]}" build/release/src/lockstep train --data data/mnist \
  --hidden 512,256 --batch 128 --epochs 18 --optimizer adamw --lr 0.003 \
  --schedule 'warmup for 1ep then cosine' --dropout 0.25 --dropout-inputs 0.15 "$@"
