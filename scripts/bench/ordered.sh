#!/usr/bin/env bash
# What the order of the sum costs: steps of `--allreduce ordered` beside `mpi`, on ranks
# of one node and of pretended ones, and of 8 logical shards beside as many as ranks.
#
# usage: scripts/bench/ordered.sh [--runs N] [--csv FILE]
#
#   --runs N     pairs of runs; three times as many where both sides do nearly the same:
#                on one rank, and on two nodes of a rank [3]
#   --csv FILE   every single measurement is added to it
#
# The rows are those of `lockstep bench`, which are dense; what travels between
# pretended nodes goes through memory.  scripts/bench/two_hosts.sh has a cable, and
# MNIST.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
# shellcheck source=scripts/bench/steps.sh
. scripts/bench/steps.sh
take_options "$@"

# Ranks of each node.
shapes="1 2 1,1 3 2,1 1,1,1 4 2,2 1,1,1,1 8"

for shape in $shapes; do
  nodes=${shape//,/+} # commas separate the fields of a record
  pairs=$runs
  [[ $shape != 1 && $shape != 1,1 ]] || pairs=$((3 * runs))
  for ((run = 1; run <= pairs; run++)); do
    for batch in 32 512; do
      for sum in ordered mpi; do
        bench_step $((nodes)) --batch "$batch" --fake-nodes "$shape" --allreduce "$sum"
        record ordered "nodes of $nodes batch $batch" $sum "$run" "$step" us
      done
    done
  done
done
for ((run = 1; run <= runs; run++)); do
  for ranks in 1 2 3 4; do
    for batch in 32 512; do
      bench_step "$ranks" --batch "$batch" --shards 8
      record shards "ranks $ranks batch $batch" "8 shards" "$run" "$step" us
      bench_step "$ranks" --batch "$batch" --shards "$ranks"
      record shards "ranks $ranks batch $batch" "as ranks" "$run" "$step" us
    done
  done
done

echo "a step on dense rows: the ordered sum beside MPI_Allreduce; 2+1: a node of two"
echo "ranks and one of one; pairs: $runs, of 1 and of 1+1 $((3 * runs))"
show ordered ordered mpi ordered/mpi
echo
echo "a step on dense rows: 8 logical shards beside as many as ranks; pairs: $runs"
show shards "8 shards" "as ranks" "8 shards/as ranks"
