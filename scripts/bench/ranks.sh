#!/usr/bin/env bash
# Ranks help, and there is no cliff: a step on one rank and on two, and on 1 to 8,
# whether they divide the 8 logical shards or not, whether there are as many cores or
# not.
#
# usage: scripts/bench/ranks.sh [--data DIR] [--runs N] [--csv FILE]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     rounds through all numbers of ranks, and a third of the runs in which
#                one rank and two take turns [3]
#   --csv FILE   every single measurement is added to it
#
# One rank and two train on MNIST, most of whose pixels are zeros, and on the same rows
# without leaving zeros out ("dense"), in turns of 20 ms within one run: on a shared
# machine cores change their speed, and their caches, within seconds.  One rank has a
# turn on each of the two cores, which differ, and counts with the mean.  A run's steps
# and ratio ("turns") are medians over its turns; once more over those alone before and
# after which two ranks had two threads of one core ("core"), shared a cache ("cache")
# or did not ("apart"), if a run had ten of them.
#
# 1 to 8 ranks take the dense rows of `lockstep bench`.  A rank has at most ceil(8 /
# ranks) shards, and a core takes turns on ceil(ranks / cores) ranks: the shards that the
# busiest core has to do are what the time should follow (rows of a batch of 32 are dealt
# one by one, a little more evenly).  The ideal is the step of one rank, times these, by
# 8: the mean of one before and one after, because cores change their speed.
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

# The benchmark is built beside the tests, which a release does not have.
build=build/bench
cmake -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$build" --target ranks_bench >"$work/out" ||
  { cat "$work/out" >&2; exit 1; }

# pair ROWS BATCH
pair() {
  local table case place rounds one two turns
  mpi_switches 2
  LOCKSTEP_SPARSE=$([[ $1 = MNIST ]] && echo 1 || echo 0) \
    mpirun "${mpi_switches[@]}" "$build/tests/train/ranks_bench" "$data" "$2" 128 \
    </dev/null >"$work/pair"
  while IFS=, read -r _ _ _ place rounds one two turns; do
    table=pair case="$1 batch $2"
    if [[ $place != any ]]; then
      [[ $rounds -ge 10 ]] || continue
      table=places case+=" $place"
    fi
    record $table "$case" "1 rank" "$run" "$one" us
    record $table "$case" "2 ranks" "$run" "$two" us
    record $table "$case" turns "$run" "$turns" ratio
  done <"$work/pair"
}

# follow RANKS BATCH STEP ONE: what was measured, and what one rank took beside it.
follow() {
  record ranks "ranks $1 batch $2" step "$run" "$3" us
  record ranks "ranks $1 batch $2" ideal "$run" "$(ideal "$1" "$4")" us
}

for ((run = 1; run <= 3 * runs; run++)); do
  for rows in MNIST dense; do
    for batch in 32 512; do
      pair $rows $batch
    done
  done
done
for ((run = 1; run <= runs; run++)); do
  for batch in 32 512; do
    bench_step 1 --batch "$batch"
    before=$step
    follow 1 "$batch" "$step" "$step"
    for ranks in 2 3 4 5 6 7 8; do
      bench_step "$ranks" --batch "$batch"
      many=$step
      bench_step 1 --batch "$batch"
      one=$(awk -v a="$before" -v b="$step" 'BEGIN { print (a + b) / 2 }')
      follow "$ranks" "$batch" "$many" "$one"
      before=$step
    done
  done
done

echo "a step on 1 rank and on 2, in turns; runs: $((3 * runs))"
show pair "1 rank" "2 ranks" turns
if grep -q '^places,' "$measured"; then
  echo
  echo "of these, turns on threads of one core, on cores that share a cache, or apart"
  show places "1 rank" "2 ranks" turns
fi
echo
echo "a step on 1 to 8 ranks, $cores cores, 8 logical shards; rounds: $runs"
show ranks step ideal step/ideal
