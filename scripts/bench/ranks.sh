#!/usr/bin/env bash
# No cliff: the step on 1 to 8 ranks, whether they divide the 8 logical shards or not,
# whether there are as many cores or not.
#
# usage: scripts/bench/ranks.sh [RUNS]
#
#   RUNS   rounds through all numbers of ranks that a ratio is the median of [3]
#
# A rank has at most ceil(8 / ranks) shards, and a core takes turns on ceil(ranks / cores)
# ranks: the shards that the busiest core has to do are what the time should follow.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/steps.sh
. scripts/bench/steps.sh
runs=${1:-3}
cores=$(core_count)

# Shards of the busiest core, where ranks are spread evenly.
busiest() {
  awk -v n="$1" -v c="$cores" 'function up(x) { return x == int(x) ? x : int(x) + 1 }
    BEGIN { s = up(8 / n) * up(n / c); print (s > 8 ? 8 : s) }'
}

for batch in 32 512; do
  for ((run = 0; run < runs; run++)); do
    for ranks in 1 2 3 4 5 6 7 8; do
      take "$batch-$ranks" "$ranks" --batch "$batch"
    done
  done
done
echo "a step in us on 1 to 8 ranks, $cores cores, 8 logical shards; $runs rounds"
printf '%5s %8s %22s %22s\n' '' 'shards of' 'batch 32' 'batch 512'
printf '%5s %8s %12s %10s %12s %10s\n' ranks 'a core' step 'to ideal' step 'to ideal'
for ranks in 1 2 3 4 5 6 7 8; do
  shards=$(busiest "$ranks")
  printf '%5s %8s' "$ranks" "$shards"
  for batch in 32 512; do
    printf ' %12s %10.2f' "$(median_of "$batch-$ranks")" \
      "$(ratio_of "$batch-$ranks" "$batch-1" | awk -v s="$shards" '{ print $1 * 8 / s }')"
  done
  echo
done
echo "ideal: the step on one rank * shards of the busiest core / 8"
