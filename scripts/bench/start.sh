#!/usr/bin/env bash
# What a start costs beyond an empty MPI program: time to the first step, and memory of a
# further rank.
#
# usage: scripts/bench/start.sh [--data DIR] [--runs N]
#
#   --data DIR   IDX files [data/mnist]
#   --runs N     pairs of runs that the difference is the median of [7]
#
# $LOCKSTEP is the program [build/release/src/lockstep].
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
program=$(realpath "${LOCKSTEP:-build/release/src/lockstep}")
data=data/mnist
runs=7
while [[ $# -gt 0 ]]; do
  case $1 in
  --data) data=$2; shift ;;
  --runs) runs=$2; shift ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mpicc -O2 -o "$work/empty_mpi" scripts/bench/empty_mpi.c
mpi_switches 2
# Lockstep looks for no network on one host; nor shall the other.
export OMPI_MCA_pml=ob1

# seconds_to WORD COMMAND ...: from the launch on two ranks until a line that begins so.
seconds_to() {
  local word=$1 begin end
  shift
  begin=$(date +%s.%N)
  end=$(mpirun "${mpi_switches[@]}" "$@" 2>"$work/err" | {
    grep -qm 1 "^$word" && date +%s.%N
    cat >/dev/null
  }) || true # stopped on request, a run leaves with 75
  [[ -n $end ]] || { cat "$work/err" >&2; exit 1; }
  echo "$end $begin" | awk '{ printf "%.4f\n", $1 - $2 }'
}

# Stopped after its first step, a run also saves it: that is in the time, too.
train_one() {
  rm -rf "$work/run"
  seconds_to 'saved step=1 ' "$program" train --quiet --data "$data" --out "$work/run" \
    --stop-at-step 1
}

for ((run = 0; run < runs; run++)); do
  echo "$(seconds_to up "$work/empty_mpi" 0) $(train_one)"
done | awk '{ print $2 - $1, $1, $2 }' | sort -g >"$work/starts"
awk -v n="$runs" 'NR == int((n + 1) / 2) {
  printf "from the launch to the first step and its checkpoint: %.3f s beyond an empty MPI program\n", $1
  printf "  (median of %d pairs, 2 ranks; that pair: %.3f s and %.3f s; aim: 0.15)\n", n, $3, $2
}' "$work/starts"

# private_of PROGRAM ...: kB of unshared memory of rank 1 of 2 while it runs.
private_of() {
  local launcher process kilobytes=
  mpirun "${mpi_switches[@]}" "$@" >/dev/null 2>&1 &
  launcher=$!
  sleep 1.5
  for process in $(pgrep -P "$launcher"); do
    if tr '\0' '\n' <"/proc/$process/environ" | grep -qx OMPI_COMM_WORLD_RANK=1; then
      kilobytes=$(awk '/^Private_/ { sum += $2 } END { print sum }' \
        "/proc/$process/smaps_rollup")
    fi
  done
  kill "$launcher" 2>/dev/null || true
  wait "$launcher" || true
  echo "$kilobytes"
}
empty=$(private_of "$work/empty_mpi" 10)
full=$(private_of "$program" train --quiet --data "$data" --out "$work/memory" \
  --epochs 1000)
echo "$full $empty" | awk '{
  printf "unshared memory of a further rank: %.1f MB beyond an empty MPI program", ($1 - $2) / 1024
  printf " (%.1f and %.1f MB; aim: 20)\n", $1 / 1024, $2 / 1024 }'
