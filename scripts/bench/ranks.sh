#!/usr/bin/env bash
# Ranks help, and there is no cliff: a step on one rank and on two, and on 1 to 8,
# whether they divide the 8 logical shards or not, whether there are as many cores or
# not.
#
# usage: scripts/bench/ranks.sh [--data DIR] [--runs N] [--csv FILE]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     rounds through all numbers of ranks, and a third of the pairs of one
#                rank and two [3]
#   --csv FILE   every single measurement is added to it
#
# One and two ranks train on MNIST, most of whose rows are zeros, and in the dense rows
# of `lockstep bench`, as 1 to 8 do.  A rank has at most ceil(8 / ranks) shards, and a
# core takes turns on ceil(ranks / cores) ranks: the shards that the busiest core has to
# do are what the time should follow.  The ideal is the step of one rank, times these,
# by 8.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
# shellcheck source=scripts/bench/steps.sh
. scripts/bench/steps.sh
take_options "$@"
cores=$(core_count)

# ideal RANKS STEP: where one rank takes STEP, and ranks are spread evenly over cores.
ideal() {
  awk -v n="$1" -v one="$2" -v c="$cores" '
    function up(x) { return x == int(x) ? x : int(x) + 1 }
    BEGIN { s = up(8 / n) * up(n / c); printf "%.2f", one * (s > 8 ? 8 : s) / 8 }'
}

side() {
  [[ $1 -eq 1 ]] && echo "1 rank" || echo "$1 ranks"
}

for ((run = 1; run <= 3 * runs; run++)); do
  for batch in 32 512; do
    for ranks in 1 2; do
      train_step "$ranks" --batch "$batch" --epochs 4
      record pair "MNIST batch $batch" "$(side "$ranks")" "$run" "$step" us
    done
  done
done
for ((run = 1; run <= runs; run++)); do
  for batch in 32 512; do
    for ranks in 1 2 3 4 5 6 7 8; do
      bench_step "$ranks" --batch "$batch"
      [[ $ranks -gt 1 ]] || one=$step
      case="ranks $ranks batch $batch"
      record ranks "$case" step "$run" "$step" us
      record ranks "$case" ideal "$run" "$(ideal "$ranks" "$one")" us
      [[ $ranks -gt 2 ]] ||
        record pair "dense batch $batch" "$(side "$ranks")" "$run" "$step" us
    done
  done
done

echo "a step on 1 rank and on 2; pairs: $((3 * runs)) of MNIST, $runs of dense rows"
show pair "1 rank" "2 ranks" "1 rank/2 ranks"
echo
echo "a step on 1 to 8 ranks, $cores cores, 8 logical shards; rounds: $runs"
show ranks step ideal step/ideal
