#!/bin/bash
# shellcheck disable=SC2317,SC2031 # cases run in processes of their own: `lane`
# Copies of the weights that differ by one bit are found and named, and never saved; a
# value that is not finite stops the run or is skipped, as asked.
set -uo pipefail
# shellcheck source=tests/fault/lib.sh
. "${LOCKSTEP_SOURCE:?}/tests/fault/lib.sh"

make_data

# expect FAULT CODE TEXT OPTION ...: with four ranks
expect() {
  local fault=$1 code=$2 text=$3 got
  shift 3
  rm -rf "$here/run"
  LOCKSTEP_FAULT=$fault train 4 --out "$here/run" "$@" >"$here/out" 2>"$here/err"
  got=$?
  [[ $got -eq $code ]] || complain "$fault $*: exit code $got, expected $code"
  grep -q "^lockstep: .*$text" "$here/err" || complain "$fault $*: $(cat "$here/err")"
}

expect_unsaved() {
  expect "$@"
  compgen -G "$here/run/ckpt-*" >/dev/null && complain "$1: saved all the same"
}

# Whoever cannot do a step, all ranks skip the same.
skip_a_step() {
  local skipped way
  expect nan@3#7 0 "step 6 is not finite: update skipped" --on-nan skip
  skipped=$(digest_of "$here/out")
  for way in rows flags; do
    LOCKSTEP_EXCHANGE=$way expect nan@0#7 0 "step 6 is not finite: update skipped" \
      --on-nan skip --fake-nodes 2,2
    [[ $(digest_of "$here/out") == "$skipped" ]] ||
      complain "a skipped update depends on the rank that could not do it ($way)"
  done
}

# A step that was skipped is none to Adam: its first update is lr times the sign of the
# gradient, as large in the second step as it would have been in the first.
adam=(--optimizer adam --lr 0.01 --on-nan skip)
begin_after_a_skip() {
  expect nan@0#1 75 "step 0 is not finite: update skipped" "${adam[@]}" --save-every 1 \
    --stop-at-step 2
  "$LOCKSTEP" diff "$here"/run/ckpt-00000000000[12].h5 >"$here/diff" 2>&1
  grep -q 'name=layer1/bias differing=. largest=0.0\(0999999\|10000\)' "$here/diff" ||
    complain "adam counts the skipped step: $(grep bias "$here/diff")"
}

# A resumed run counts as an uninterrupted one does.
resume_after_a_skip() {
  local skipped
  expect nan@0#7 0 "step 6 is not finite: update skipped" "${adam[@]}"
  skipped=$(digest_of "$here/out")
  expect nan@0#7 75 "step 6 is not finite: update skipped" "${adam[@]}" --stop-at-step 40
  train 3 --resume "$here/run" >"$here/out" 2>"$here/err"
  [[ $(digest_of "$here/out") == "$skipped" ]] ||
    complain "a resumed run does not count skipped updates as it did"
}

lane expect_unsaved weights.flip@2 78 "step 32 differ: rank 2 (.*) from all others" \
  --allreduce mpi
lane expect_unsaved weights.flip@2 78 \
  "step 10 differ: the node of rank 2 (.*) from all others" \
  --fake-nodes 1,1,1,1 --check-every 10
lane expect weights.flip@0 78 \
  "node of rank 0 (.*), the node of rank 2 (.*) from each other" --fake-nodes 2,2
lane expect nan@3#7 1 "rank 3: loss or gradient of step 6 is not finite"
lane expect nan@3 1 "step 3 is not finite either, after 3 skipped" --on-nan skip \
  --skip-limit 3
for way in rows flags; do
  LOCKSTEP_EXCHANGE=$way lane expect step@3#7 1 "rank 3: fault point 'step'" --fake-nodes 2,2
done
lane skip_a_step
lane begin_after_a_skip
lane resume_after_a_skip
finish
