#!/usr/bin/env bash
# What saving every epoch costs the reference job (784-128-10, batch 32, 2 ranks).
#
# usage: scripts/bench/saves.sh PROGRAM DATA [RUNS]
#
# Runs that save every epoch and runs that save once, at the end, take turns.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
[ $# -ge 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
program=$1 data=$2 runs=${3-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# job SAVE_POINTS: "seconds saves stall" of one run, from its records.
job() {
  mpi_switches 2
  rm -rf "$work/run"
  mpirun "${mpi_switches[@]}" "$program" train --quiet --data "$data" --out "$work/run" \
    --save-every "$1" 2>"$work/err" |
    awk '/^saved / { saves++ } /^time / {
      for (i = 2; i <= NF; i++) { split($i, word, "="); of[word[1]] = word[2] }
      print of["seconds"], saves, of["save_stall_ms"] }'
}

for ((run = 0; run < runs; run++)); do
  job 1ep >>"$work/every"
  job never >>"$work/once"
done
# median FILE COLUMN
median() {
  cut -d ' ' -f "$2" "$1" | sort -g | sed -n "$(((runs + 1) / 2))p"
}
awk -v every="$(median "$work/every" 1)" -v once="$(median "$work/once" 1)" \
  -v saves="$(median "$work/every" 2)" -v stall="$(median "$work/every" 3)" 'BEGIN {
  printf "a save holds the steps up for %.2f ms (median)\n", stall
  printf "saving every epoch holds up %.2f %% of the run; as a whole it takes %.3f s, with one save %.3f s (%+.1f %%)\n",
    saves * stall / 10 / every, every, once, 100 * (every - once) / once }'
