#!/bin/bash
# The supervisor starts again after a stop and a kill, gives up where nothing is gained,
# and stops when it is told to.
set -uo pipefail
# shellcheck source=tests/fault/lib.sh
. "${LOCKSTEP_SOURCE:?}/tests/fault/lib.sh"

make_data
make_reference
run=$work/run

supervise=$LOCKSTEP_SOURCE/scripts/supervise.sh

command_of() {
  echo "${MPIEXEC:?} -n 2 $LOCKSTEP train --data $work/data ${options[*]} --out $run --resume auto"
}

# Each start pauses in its 100th step, where it is stopped, and then killed.
read -ra command < <(command_of)
LOCKSTEP_PAUSE=step#100:1 "$supervise" "${command[@]}" >"$work/out" 2>"$work/err" &
wait_for 20 has_paused "$work/err" 2 || complain "the first start has not paused"
processes 0 | xargs -r kill -TERM
wait_for 20 has_paused "$work/err" 4 || complain "the second start has not paused"
processes 1 | xargs -r kill -KILL
wait $! || complain "supervised: exit code $?: $(cat "$work/err")"
[[ $(digest_of "$work/out") == "$reference" ]] || complain "supervised: other weights"
[[ $(grep -c '^supervise: .*restart' "$work/err") -eq 2 ]] ||
  complain "not restarted twice: $(cat "$work/err")"

# Told to stop, it passes that on and does not start again.
rm -rf "$run" "$work/err"
LOCKSTEP_PAUSE=step#100:1 "$supervise" "${command[@]}" >"$work/out" 2>"$work/err" &
wait_for 20 has_paused "$work/err" 2 || complain "told: has not paused"
kill -USR1 $!
wait $!
[[ $? -eq 75 ]] || complain "told: $(cat "$work/err")"
grep -q 'told to stop (SIGUSR1)' "$work/err" || complain "told: $(cat "$work/err")"
wait_for 5 nobody_is_left || complain "told: still there"

# A rank that dies before the first save each time: no step is gained.
rm -rf "$run" "$work/err"
export LOCKSTEP_LEAVE=1:9 LOCKSTEP_PAUSE=step#5:0.1
"$supervise" --pause 0 "${command[@]}" >"$work/out" 2>"$work/err" &&
  complain "barren: success"
grep -q 'giving up: three starts in a row have not gained' "$work/err" ||
  complain "barren: $(cat "$work/err")"
[[ $(grep -c '^supervise: .*restart' "$work/err") -eq 2 ]] ||
  complain "barren: not restarted twice: $(cat "$work/err")"
rm -rf "$run"
"$supervise" --max-restarts 1 --pause 0 "${command[@]}" >"$work/out" 2>"$work/err" &&
  complain "few: success"
grep -q 'giving up: 1 restarts' "$work/err" || complain "few: $(cat "$work/err")"
unset LOCKSTEP_LEAVE LOCKSTEP_PAUSE

# What fails for good, and what a person has asked for, is not repeated.
rm -rf "$run"
"$supervise" "${command[@]}" --data "$work/none" >"$work/out" 2>"$work/err"
[[ $? -eq 1 ]] || complain "no data: $(cat "$work/err")"
grep -q 'exit code 1 is nothing that a restart helps against' "$work/err" ||
  complain "no data: $(cat "$work/err")"
"$supervise" "${command[@]}" --stop-at-step 40 >"$work/out" 2>"$work/err"
[[ $? -eq 75 ]] || complain "on request: $(cat "$work/err")"
grep -q 'stopped on request (step-reached); step 40 is saved' "$work/err" ||
  complain "on request: $(cat "$work/err")"
finish
