#!/usr/bin/env bash
# What it costs to watch a run: heartbeats, requests to stop and digests of the weights, as
# a share of a step of the reference job.
#
# usage: scripts/bench/watching.sh [DATA]
#
#   DATA   directory of IDX files [data/mnist]
#
# Heartbeats and flags cannot be switched off, so they are called alone, many times; a
# comparison counts with one in --check-every steps (1,000 unless told otherwise), on
# --allreduce mpi, where every rank has weights to digest.  $LOCKSTEP is the program
# [build/release/src/lockstep].
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
data=${1:-data/mnist}
program=${LOCKSTEP:-build/release/src/lockstep}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mpicc -std=c17 -O2 -D_GNU_SOURCE -Isrc -Iinclude -o "$work/watching" \
  scripts/bench/watching.c "$(dirname "$program")"/liblockstep{,_schedule}.a -lm -lcrypto -lz -lpthread

# value KEY FILE: of the last record that has it.
value() {
  tr ' ' '\n' <"$2" | sed -n "s/^$1=//p" | tail -n 1
}

echo "watching, as a share of a step: one in 1,000 steps compares the weights"
printf '%5s %6s %9s %9s %9s %8s %7s\n' ranks batch 'step us' 'flags ns' 'check us' \
  'thread %' 'all %'
for ranks in 1 2; do
  mpi_switches "$ranks"
  mpirun "${mpi_switches[@]}" "$work/watching" 101770 >"$work/cost"
  for batch in 32 512; do
    rm -rf "$work/run"
    mpirun "${mpi_switches[@]}" "$program" train --quiet --data "$data" --batch "$batch" \
      --epochs 3 --out "$work/run" >"$work/out"
    awk -v ranks="$ranks" -v batch="$batch" -v steps="$(value steps "$work/out")" \
      -v seconds="$(value seconds "$work/out")" -v flags="$(value step_ns "$work/cost")" \
      -v check="$(value check_us "$work/cost")" \
      -v share="$(value thread_share "$work/cost")" 'BEGIN {
        step = 1e6 * seconds / steps
        printf "%5d %6d %9.1f %9.0f %9.1f %8.3f %7.3f\n", ranks, batch, step, flags,
          check, 100 * share, 100 * ((flags / 1e3 + check / 1e3) / step + share)
      }'
  done
done
