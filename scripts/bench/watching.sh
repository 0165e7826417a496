#!/usr/bin/env bash
# What it costs to watch a run: heartbeats, requests to stop and digests of the weights,
# as a share of a step of the reference job.
#
# usage: scripts/bench/watching.sh [--data DIR] [--runs N] [--csv FILE]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     of everything [3]
#   --csv FILE   every single measurement is added to it
#
# Heartbeats and flags cannot be switched off, so they are called alone, many times; a
# comparison counts with one in --check-every steps (1,000 unless told otherwise), on
# --allreduce mpi, where every rank has weights to digest.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
# shellcheck source=scripts/bench/steps.sh
. scripts/bench/steps.sh
take_options "$@"

mpicc -std=c17 -O2 -D_GNU_SOURCE -Isrc -Iinclude -o "$work/watching" \
  scripts/bench/watching.c "$(dirname "$program")"/liblockstep{,_schedule}.a \
  -lm -lcrypto -lz -lpthread

# part KEY: of the record of the last run.
part() {
  tr ' ' '\n' <"$work/cost" | sed -n "s/^$1=//p"
}

# share STEP-US: percent of a step, the thread's share of a core included.
share() {
  awk -v step="$1" -v flags="$(part step_ns)" -v check="$(part check_us)" \
    -v thread="$(part thread_share)" 'BEGIN {
      printf "%.4f", 100 * ((flags / 1e3 + check / 1e3) / step + thread) }'
}

for ((run = 1; run <= runs; run++)); do
  for ranks in 1 2; do
    mpi_switches "$ranks"
    mpirun "${mpi_switches[@]}" "$work/watching" 101770 >"$work/cost"
    thread=$(part thread_share | awk '{ printf "%.4f", 100 * $1 }')
    for batch in 32 512; do
      train_step "$ranks" --batch "$batch" --epochs 3
      case="ranks $ranks batch $batch"
      record watching "$case" step "$run" "$step" us
      record watching "$case" flags "$run" "$(part step_ns)" ns
      record watching "$case" check "$run" "$(part check_us)" us
      record watching "$case" thread "$run" "$thread" %
      record watching "$case" all "$run" "$(share "$step")" %
    done
  done
done

echo "watching, as a share of a step; one in 1,000 compares the weights; runs: $runs"
show watching step flags check thread all
