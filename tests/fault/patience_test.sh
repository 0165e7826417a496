#!/bin/bash
# shellcheck disable=SC2317,SC2031 # cases run in processes of their own: `lane`
# What is no silence: a rank in a debugger, a whole job that was suspended, and ranks that
# wait for a core.  Each run ends as one that nothing has happened to.
set -uo pipefail
# shellcheck source=tests/fault/lib.sh
. "${LOCKSTEP_SOURCE:?}/tests/fault/lib.sh"

ranks=3
hang_seconds=2
make_data
make_reference

expect_reference() {
  [[ $2 -eq 0 ]] || complain "$1: exit code $2: $(cat "$here/err")"
  [[ $(digest_of "$here/out") == "$reference" ]] || complain "$1: other weights"
}

# While the others wait for it, longer than they would for a rank that is stuck.
debug_one() {
  LOCKSTEP_PAUSE=step#100:0.5 train "$ranks" --out "$here/run" \
    --hang-timeout "$hang_seconds" >"$here/out" 2>"$here/err" &
  wait_for 20 has_paused "$here/err" "$ranks" || complain "debugger: has not paused"
  "${HOLD:?}" "$(processes 1)" $((hang_seconds + 3)) || complain "debugger: cannot hold"
  [[ $(processes all | wc -l) -eq $ranks ]] || complain "debugger: somebody has ended"
  wait $!
  expect_reference "a debugger" $?
}

# The threads that watch stand still too, and know it afterwards.
suspend_all() {
  local launcher
  LOCKSTEP_PAUSE=step#100:0.5 train "$ranks" --out "$here/run" \
    --hang-timeout "$hang_seconds" >"$here/out" 2>"$here/err" &
  wait_for 20 has_paused "$here/err" "$ranks" || complain "suspension: has not paused"
  launcher=$(pgrep -P $!)
  processes all | xargs kill -STOP "$launcher"
  sleep $((hang_seconds + 3))
  [[ $(processes all | wc -l) -eq $ranks ]] || complain "suspension: somebody has ended"
  processes all | xargs kill -CONT "$launcher"
  wait $!
  expect_reference "a suspension" $?
}

share_a_core() {
  taskset -c 0 "$MPIEXEC" -n 4 "$LOCKSTEP" train --data "$work/data" "${options[@]}" \
    --out "$here/run" --hang-timeout "$hang_seconds" >"$here/out" 2>"$here/err"
  expect_reference "four ranks on a core" $?
}

lane debug_one
lane suspend_all
lane share_a_core
finish
