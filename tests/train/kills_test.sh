#!/bin/bash
# SIGKILL at random moments: nothing that was said to be saved is lost, and the resumed
# run ends in the same file, byte for byte.
#
#   kills_test.sh [COUNT]   25 unless said otherwise; LOCKSTEP_TEST_ROUND=N: at moments of
#                           its own
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data
count=${1-25}
RANDOM=${LOCKSTEP_TEST_ROUND:-1}
epochs=250
job=("${small[@]}" --epochs "$epochs" --save-every 40 --keep 2)

# milliseconds NAME RANKS: how long a whole run takes here.
milliseconds() {
  local begin
  rm -rf "${work:?}/$1"
  begin=$(date +%s%N)
  exit_of 0 "$1" "$2" train "${job[@]}" --out "$work/$1"
  echo $((($(date +%s%N) - begin) / 1000000))
}

# From the first steps to shortly before the end, where a run may already be over.
declare -A took
took[1]=$(milliseconds straight 1)
while [[ ${took[1]} -lt 500 && $epochs -lt 4000 ]]; do # too quick to be killed in time
  epochs=$((epochs + 250))
  job+=(--epochs "$epochs")
  took[1]=$(milliseconds straight 1)
done
took[4]=$(milliseconds straight4 4)
expected=$(newest straight)
echo "a run of $epochs epochs takes ${took[1]} ms on one rank, ${took[4]} on four"
killed=0

# The ranks of a run, by their program and its directory.
ranks_of() {
  local pid
  for pid in /proc/[0-9]*; do
    if [[ $(readlink "$pid/exe" 2>/dev/null) == "$LOCKSTEP" ]] &&
      tr '\0' ' ' <"$pid/cmdline" 2>/dev/null | grep -qF -- "--out $1 "; then
      echo "${pid#/proc/}"
    fi
  done
}

# kill_once RANKS MILLISECONDS: begin a run, kill one rank or all of them, go on.
kill_once() {
  local ranks=$1 pause=$2 launcher pids=() acknowledged newest_step
  rm -rf "$work/run"
  "$MPIEXEC" -n "$ranks" "$LOCKSTEP" train "${job[@]}" --out "$work/run" --quiet \
    >"$work/run.out" 2>"$work/run.err" &
  launcher=$!
  sleep "$(awk "BEGIN { print $pause / 1000 }")"
  mapfile -t pids < <(ranks_of "$work/run")
  if [[ ${#pids[@]} -gt 0 ]]; then
    if ((RANDOM % 2)); then
      pids=("${pids[RANDOM % ${#pids[@]}]}")
    fi
    kill -KILL "${pids[@]}" 2>/dev/null || true
  fi
  if wait "$launcher" 2>/dev/null; then
    # It was over already: with fewer tests beside it a run takes less time.
    took[$ranks]=$((took[$ranks] * 3 / 4))
    return 0
  fi
  killed=$((killed + 1))
  acknowledged=$(sed -n "s/^saved step=\([0-9]*\) .*/\1/p" "$work/run.out" | tail -n 1)
  exit_of 0 again 3 train "${job[@]}" --out "$work/run" --resume auto
  newest_step=$(sed -n 's/^run .* step=\([0-9]*\) .*/\1/p' "$work/again.out")
  [[ $newest_step -ge ${acknowledged:-0} ]] ||
    fail "step $acknowledged was saved, the run went on from $newest_step"
  [[ $(newest run) == "$expected" ]] || fail "the resumed run ends in another file"
}

for ((i = 0; i < count; i++)); do
  ranks=$((i % 2 == 0 ? 1 : 4))
  kill_once "$ranks" $((250 + RANDOM % (took[$ranks] > 500 ? took[$ranks] - 400 : 100)))
done
echo "$killed of $count runs were killed"
[[ $((2 * killed)) -ge $count ]] || fail "too few runs were killed while they trained"
