#!/bin/bash
# Copies of the weights that differ by one bit are found and named, and never saved; a
# value that is not finite stops the run or is skipped, as asked.
set -uo pipefail
# shellcheck source=tests/fault/lib.sh
. "${LOCKSTEP_SOURCE:?}/tests/fault/lib.sh"

make_data
run=$work/run

# expect FAULT CODE TEXT OPTION ...: with four ranks
expect() {
  local fault=$1 code=$2 text=$3 got
  shift 3
  rm -rf "$run"
  LOCKSTEP_FAULT=$fault train 4 --out "$run" "$@" >"$work/out" 2>"$work/err"
  got=$?
  [[ $got -eq $code ]] || complain "$fault $*: exit code $got, expected $code"
  grep -q "^lockstep: .*$text" "$work/err" || complain "$fault $*: $(cat "$work/err")"
}

expect_no_checkpoint() {
  compgen -G "$run/ckpt-*" >/dev/null && complain "$1: saved all the same"
}

expect weights.flip@2 78 "step 32 differ: rank 2 (.*) from all others" --allreduce mpi
expect_no_checkpoint "one rank of four"
expect weights.flip@2 78 "step 10 differ: the node of rank 2 (.*) from all others" \
  --fake-nodes 1,1,1,1 --check-every 10
expect_no_checkpoint "one node of four"
expect weights.flip@0 78 "node of rank 0 (.*), the node of rank 2 (.*) from each other" \
  --fake-nodes 2,2
expect nan@3#7 1 "rank 3: loss or gradient of step 6 is not finite"
expect nan@3#7 0 "step 6 is not finite: update skipped" --on-nan skip
skipped=$(digest_of "$work/out")
expect nan@0#7 0 "step 6 is not finite: update skipped" --on-nan skip --fake-nodes 2,2
[[ $(digest_of "$work/out") == "$skipped" ]] ||
  complain "a skipped update depends on the rank that could not do it"
expect nan@3 1 "step 3 is not finite either, after 3 skipped" --on-nan skip --skip-limit 3
finish
