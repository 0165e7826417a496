#!/bin/bash
# A rank that is killed, stopped or leaves is named with its phase, everybody else ends,
# and nothing is left behind.
set -uo pipefail
# shellcheck source=tests/fault/lib.sh
. "${LOCKSTEP_SOURCE:?}/tests/fault/lib.sh"

ranks=4
hang_seconds=4
make_data

# The next start on this host deletes what killed ones have left; files that are old
# enough are made by turning their clock back.
check_shared_memory() {
  local left
  find /dev/shm -maxdepth 1 -newer "$work/begin" -name 'vader_segment.*' \
    -user "$(id -un)" -exec touch -d '2 minutes ago' {} + 2>/dev/null
  train 1 --out "$work/last" >"$work/out" 2>&1 || complain "the start after them fails"
  left=$(find /dev/shm -maxdepth 1 -name 'vader_segment.*' -mmin +1 \
    -user "$(id -un)" -printf '%f\n' | mapped_by_nobody)
  [[ -z $left ]] || complain "left in shared memory: $left"
}

# Files that some process maps belong to a run that goes on.
mapped_by_nobody() {
  local file
  while read -r file; do
    grep -qs "$file" /proc/[0-9]*/maps || echo "$file"
  done
}

# lose_in PHASE RANK HOW TEXT [OPTION ...]: HOW is a signal, or exit=CODE.
lose_in() {
  local phase=$1 rank=$2 how=$3 text=$4 code what="$1, rank $2, $3" leave='' begin
  shift 4
  rm -rf "$work/run" "$work/err"
  [[ $how != exit=* ]] || leave=$rank:${how#exit=}
  LOCKSTEP_LEAVE=$leave LOCKSTEP_PAUSE=$phase:3 train "$ranks" --out "$work/run" \
    --hang-timeout "$hang_seconds" "$@" >"$work/out" 2>"$work/err" &
  wait_for 20 has_paused "$work/err" "$ranks" || complain "$what: has not paused"
  begin=$(date +%s%N)
  [[ $how == exit=* ]] || processes "$rank" | xargs -r kill -s "$how"
  wait $!
  code=$?
  [[ $code -ne 0 && $code -ne 75 ]] || complain "$what: exit code $code"
  [[ $(($(date +%s%N) - begin)) -lt $(((hang_seconds + 5) * 1000000000)) ]] ||
    complain "$what: took $((($(date +%s%N) - begin) / 1000000)) ms"
  grep -q "^lockstep: rank $rank (host .*, process .*) $text" "$work/err" ||
    complain "$what: not named: $(cat "$work/err")"
  [[ $(grep -c '^lockstep: rank . (host' "$work/err") -eq 1 ]] ||
    complain "$what: named more than once: $(cat "$work/err")"
  wait_for 3 nobody_is_left || complain "$what: still there: $(processes all)"
}

touch "$work/begin"
lose_in step#100 2 KILL "has died in a step, step 99"
lose_in step#100 0 STOP "has been stopped by a signal for .* in a step, step 99"
lose_in validate#3 3 STOP "has been stopped by a signal for .* in validation, step 96"
lose_in validate#3 0 KILL "has died in validation, step 96"
lose_in save#2 0 KILL "has died in saving, step 64"
lose_in save#2 1 STOP "has been stopped by a signal for .* in saving, step 64"
lose_in start 3 KILL "has died in loading, step 0"
lose_in finish 3 KILL "has died in the end, step 640"
lose_in step#50 0 exit=0 "has died in a step, step 49"
lose_in step#50 3 exit=3 "has died in a step, step 49"
lose_in step#50 1 KILL "has died in a step, step 49" --allreduce mpi
lose_in step#50 2 STOP "has been stopped by a signal for" --allreduce mpi
check_shared_memory
finish
