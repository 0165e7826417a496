#!/usr/bin/env bash
# Whole processes of the reference job (784-128-10, 15 epochs) and of the same at batch
# 512, from start to end: lockstep, which also validates and saves after each epoch,
# beside PyTorch where it is installed.
#
# usage: scripts/bench/jobs.sh [--data DIR] [--runs N] [--csv FILE]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     of each job; the sides take turns [3]
#   --csv FILE   every single measurement is added to it
#
# DDP over gloo would take minutes at batch 32: there it trains for one and for two
# epochs, and 15 are as long as the first and 14 times what the second adds.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
take_options "$@"
python=/usr/bin/python3
torch_train=scripts/bench/torch_train.py

# job BATCH SIDE COMMAND ...: its seconds, as those of the present run.
job() {
  local batch=$1 side=$2
  shift 2
  stopwatch "$@" >"$work/out" 2>"$work/err" ||
    { cat "$work/err" >&2; exit 1; }
  record jobs "batch $batch" "$side" "$run" "$elapsed" s
}

lockstep_job() { # RANKS BATCH
  rm -rf "$work/run"
  mpi_switches "$1"
  mpirun "${mpi_switches[@]}" "$program" train --quiet --data "$data" --batch "$2" \
    --out "$work/run"
}

# OpenBLAS would start as many threads as there are cores, beside PyTorch's own.
torch_job() { # THREADS BATCH
  OPENBLAS_NUM_THREADS=$1 "$python" "$torch_train" "$data" --threads "$1" --batch "$2"
}

ddp_job() { # BATCH EPOCHS
  export OPENBLAS_NUM_THREADS=1
  local options=("$data" --batch "$1" --epochs "$2") other
  "$python" "$torch_train" "${options[@]}" --ddp 1 2 29511 &
  other=$!
  if "$python" "$torch_train" "${options[@]}" --ddp 0 2 29511; then
    wait "$other"
    return
  fi
  kill "$other" 2>/dev/null # it would wait for the one that is gone
  return 1
}

# scaled ONE TWO: seconds of 15 epochs.
scaled() {
  awk -v one="$1" -v two="$2" 'BEGIN { printf "%.4f", one + 14 * (two - one) }'
}

has_torch=no
"$python" -c 'import torch' 2>/dev/null && has_torch=yes
for ((run = 1; run <= runs; run++)); do
  for batch in 32 512; do
    job "$batch" "lockstep 2 ranks" lockstep_job 2 "$batch"
    job "$batch" "lockstep 1 rank" lockstep_job 1 "$batch"
    [[ $has_torch = yes ]] || continue
    job "$batch" "torch 1 thread" torch_job 1 "$batch"
    job "$batch" "torch 2 threads" torch_job 2 "$batch"
    if [[ $batch -gt 32 ]]; then
      job "$batch" "torch ddp" ddp_job "$batch" 15
      continue
    fi
    job "$batch" "torch ddp 1 epoch" ddp_job "$batch" 1
    one=$elapsed
    job "$batch" "torch ddp 2 epochs" ddp_job "$batch" 2
    record jobs "batch $batch" "torch ddp" "$run" "$(scaled "$one" "$elapsed")" s
  done
done

echo "whole processes, and how many times as long as lockstep on 2 ranks; runs: $runs"
show jobs --beside "lockstep 2 ranks"
[[ $has_torch = yes ]] || echo "PyTorch is not installed: left out" >&2
