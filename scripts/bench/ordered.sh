#!/usr/bin/env bash
# What the order of the sum costs: steps of `--allreduce ordered` beside `mpi`, and of 8
# logical shards beside as many as ranks.
#
# usage: scripts/bench/ordered.sh [RUNS]
#
#   RUNS   pairs of runs that a ratio is the median of [5]
#
# $LOCKSTEP is the program [build/release/src/lockstep].
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/steps.sh
. scripts/bench/steps.sh
runs=${1:-5}

# pair NAME NAME RANKS OPTION ... -- OPTION ... -- OPTION ...: those of both sides, those
# of the first, those of the second.
pair() {
  local left=$1 right=$2 ranks=$3 run side=0
  local -a options=() first=() second=()
  shift 3
  for word in "$@"; do
    case $word/$side in
    --/*) side=$((side + 1)) ;;
    */0) options+=("$word") ;;
    */1) first+=("$word") ;;
    *) second+=("$word") ;;
    esac
  done
  for ((run = 0; run < runs; run++)); do
    take "$left" "$ranks" "${options[@]}" "${first[@]}"
    take "$right" "$ranks" "${options[@]}" "${second[@]}"
  done
}

echo "a step in us: the ordered sum beside MPI_Allreduce; pretended nodes; $runs pairs"
printf '%5s %7s %7s %12s %12s %12s\n' ranks nodes batch ordered mpi 'ordered/mpi'
for ranks in 1 2 3 4; do
  for nodes in 1 2; do
    [[ $nodes -le $ranks ]] || continue
    sizes=$ranks
    [[ $nodes -eq 1 ]] || sizes=$(((ranks + 1) / 2)),$((ranks / 2))
    for batch in 32 512; do
      name=$ranks-$nodes-$batch
      pair "ordered-$name" "mpi-$name" "$ranks" --batch "$batch" --fake-nodes "$sizes" \
        -- --allreduce ordered -- --allreduce mpi
      printf '%5s %7s %7s %12s %12s %12.2f\n' "$ranks" "$nodes" "$batch" \
        "$(median_of "ordered-$name")" "$(median_of "mpi-$name")" \
        "$(ratio_of "ordered-$name" "mpi-$name")"
    done
  done
done

echo
echo "a step in us: 8 logical shards beside as many as ranks"
printf '%5s %15s %12s %12s %12s\n' ranks batch '8 shards' 'as ranks' '8/ranks'
for ranks in 1 2 3 4; do
  for batch in 32 512; do
    name=$ranks-$batch
    pair "eight-$name" "least-$name" "$ranks" --batch "$batch" \
      -- --shards 8 -- --shards "$ranks"
    printf '%5s %15s %12s %12s %12.2f\n' "$ranks" "$batch" "$(median_of "eight-$name")" \
      "$(median_of "least-$name")" "$(ratio_of "eight-$name" "least-$name")"
  done
done
