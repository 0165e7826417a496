#!/usr/bin/env bash
# What a start costs beyond an empty MPI program: time to the first step, and memory of
# a further rank.
#
# usage: scripts/bench/start.sh [--data DIR] [--runs N] [--csv FILE]
#
#   --data DIR   MNIST in IDX form [data/mnist]
#   --runs N     pairs of runs for the memory, and a third of those for the time [3]
#   --csv FILE   every single measurement is added to it
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
take_options "$@"
mpicc -O2 -o "$work/empty_mpi" scripts/bench/empty_mpi.c
mpi_switches 2
# Lockstep looks for no network on one host; nor shall the other.
export OMPI_MCA_pml=ob1

# seconds_to WORD COMMAND ...: sets `elapsed`: from the launch on two ranks until a line
# that begins so.
seconds_to() {
  local word=$1 begin end
  shift
  begin=$EPOCHREALTIME
  end=$(mpirun "${mpi_switches[@]}" "$@" 2>"$work/err" | {
    grep -qm 1 "^$word" && echo "$EPOCHREALTIME"
    cat >/dev/null
  }) || true # stopped on request, a run leaves with 75
  [[ -n $end ]] || { cat "$work/err" >&2; return 1; }
  elapsed=$(awk -v a="$begin" -v b="$end" 'BEGIN { printf "%.4f", b - a }')
}

# Stopped after its first step, a run also saves it: that is in the time, too.
train_one() {
  rm -rf "$work/run"
  seconds_to 'saved step=1 ' "$program" train --quiet --data "$data" --out "$work/run" \
    --stop-at-step 1
}

for ((run = 1; run <= 3 * runs; run++)); do
  seconds_to up "$work/empty_mpi" 0
  record start "first step and its checkpoint" empty "$run" "$elapsed" s
  train_one
  record start "first step and its checkpoint" lockstep "$run" "$elapsed" s
done

# private_of PROGRAM ...: sets `megabytes` to rank 1's unshared memory, while it runs.
private_of() {
  local launcher process
  megabytes=
  mpirun "${mpi_switches[@]}" "$@" >/dev/null 2>&1 &
  launcher=$!
  sleep 1.5
  for process in $(pgrep -P "$launcher"); do
    if tr '\0' '\n' <"/proc/$process/environ" | grep -qx OMPI_COMM_WORLD_RANK=1; then
      megabytes=$(awk '/^Private_/ { s += $2 } END { printf "%.2f", s / 1024 }' \
        "/proc/$process/smaps_rollup")
    fi
  done
  kill "$launcher" 2>/dev/null || true
  wait "$launcher" || true
  [[ -n $megabytes ]] || { echo "no rank 1 of $1 to look at" >&2; return 1; }
}

for ((run = 1; run <= runs; run++)); do
  private_of "$work/empty_mpi" 10
  record memory "of a further rank" empty "$run" "$megabytes" MB
  rm -rf "$work/memory"
  private_of "$program" train --quiet --data "$data" --out "$work/memory" --epochs 1000
  record memory "of a further rank" lockstep "$run" "$megabytes" MB
done

echo "from the launch on 2 ranks to the first step, beside an empty MPI program that is"
echo "up; pairs: $((3 * runs))"
show start lockstep empty lockstep-empty
echo
echo "unshared memory of rank 1 of 2; pairs: $runs"
show memory lockstep empty lockstep-empty
