#!/bin/bash
# The study of decay schedules: those of scripts/decays.txt, five seeds each, on MNIST.
#
#   scripts/compare_decays.sh [DATA [OUT]] [option of `lockstep compare` ...]
#
# DATA: a directory of IDX files, data/mnist if left out.  OUT: runs/decays-<data>.  Run
# again, it goes on with what is missing.  docs/decay-study.md tells what came out.
set -euo pipefail
cd "$(dirname "$0")/.."

data=data/mnist
if [[ $# -gt 0 && $1 != -* ]]; then
  data=$1
  shift
fi
out=runs/decays-$(basename "$data")
if [[ $# -gt 0 && $1 != -* ]]; then
  out=$1
  shift
fi

lockstep=${LOCKSTEP:-}
for build in release relassert dev; do
  [[ -n $lockstep ]] || [[ ! -x build/$build/src/lockstep ]] ||
    lockstep=build/$build/src/lockstep
done
lockstep=${lockstep:-lockstep}

exec "$lockstep" compare --schedules scripts/decays.txt --data "$data" --out "$out" \
  --baseline 'keras staircase 0.96' --seeds 1..5 --epochs 15 --lr 0.1 "$@"
