#!/usr/bin/env bash
# What saving every epoch costs the reference job (784-128-10, batch 32, 2 ranks).
#
# usage: scripts/bench/saves.sh [--data DIR] [--runs N] [--csv FILE]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     runs that save every epoch, and that save once, at the end; they take
#                turns [3]
#   --csv FILE   every single measurement is added to it
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
# shellcheck source=scripts/bench/steps.sh
. scripts/bench/steps.sh
take_options "$@"

for ((run = 1; run <= runs; run++)); do
  train_step 2 --save-every 1ep
  saves=$(grep -c '^saved ' "$work/out")
  record saves "reference job" "each epoch" "$run" "${times[seconds]}" s
  record saves "reference job" stall "$run" "${times[save_stall_ms]}" ms
  record saves "reference job" "held up" "$run" \
    "$(awk -v n="$saves" -v stall="${times[save_stall_ms]}" -v all="${times[seconds]}" \
      'BEGIN { printf "%.4f", n * stall / 10 / all }')" %
  train_step 2
  record saves "reference job" once "$run" "${times[seconds]}" s
done

echo "runs that save each epoch beside runs that save once; what a save holds the steps"
echo "up for (stall), and what all saves do of a run; runs: $runs"
show saves "each epoch" once "each epoch/once" stall "held up"
