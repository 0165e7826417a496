#!/usr/bin/env bash
# What the order of the sum costs: steps of `--allreduce ordered` beside `mpi`, on ranks
# of one node and of pretended ones, and of 8 logical shards beside as many as ranks.
#
# usage: scripts/bench/ordered.sh [--data DIR] [--runs N] [--csv FILE]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     runs of each pair [3]
#   --csv FILE   every single measurement is added to it
#
# Both of a pair take turns of 20 ms within one run, because machines change their speed
# within seconds: a run's steps and ratio ("turns") are medians over its turns.  Zeros
# of the rows are not left out, so that gradients are dense; what travels between
# pretended nodes goes through memory.  scripts/bench/two_hosts.sh has a cable, and
# leaves zeros out.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
take_options "$@"

# The benchmark is built beside the tests, which a release does not have.
build=build/bench
cmake -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$build" --target ways_bench >"$work/out" ||
  { cat "$work/out" >&2; exit 1; }

# compare TABLE CASE NODES BATCH WAY SIDE WAY SIDE: records both sides and their ratio.
compare() {
  local table=$1 case=$2 nodes=$3 batch=$4 first second turns ranks
  ranks=$((${nodes//,/+}))
  mpi_switches "$ranks"
  IFS=, read -r _ _ _ first second turns < <(LOCKSTEP_SPARSE=0 \
    mpirun "${mpi_switches[@]}" "$build/tests/train/ways_bench" "$data" "$batch" 128 \
    "$nodes" "$5" "$7" </dev/null)
  record "$table" "$case" "$6" "$run" "$first" us
  record "$table" "$case" "$8" "$run" "$second" us
  record "$table" "$case" turns "$run" "$turns" ratio
}

for ((run = 1; run <= runs; run++)); do
  for nodes in 1 2 1,1 3 2,1 1,1,1 4 2,2 1,1,1,1 8; do
    for batch in 32 512; do
      # Commas separate the fields of a record.
      compare ordered "nodes of ${nodes//,/+} batch $batch" "$nodes" "$batch" \
        ordered:8 ordered mpi:8 mpi
    done
  done
  for ranks in 1 2 3 4; do
    for batch in 32 512; do
      compare shards "ranks $ranks batch $batch" "$ranks" "$batch" \
        ordered:8 "8 shards" "ordered:$ranks" "as ranks"
    done
  done
done

echo "a step on dense rows: the ordered sum beside MPI_Allreduce, in turns; 2+1: a node"
echo "of two ranks and one of one; runs: $runs"
show ordered ordered mpi turns
echo
echo "a step on dense rows: 8 logical shards beside as many as ranks, in turns;"
echo "runs: $runs"
show shards "8 shards" "as ranks" turns
