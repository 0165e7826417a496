#!/bin/bash
# Each way to stop, in each phase: no step is lost, exit 75, and the resumed run arrives at
# the weights of one that was never stopped.
#
#   stop_test.sh RANKS
set -uo pipefail
# shellcheck source=tests/fault/lib.sh
. "${LOCKSTEP_SOURCE:?}/tests/fault/lib.sh"

ranks=${1:?}
make_data
make_reference
run=$work/run

# What the first line of the record says, if it says it.
stopped_step() {
  sed -n 's/^stopped step=\([0-9]*\) .*/\1/p' "$work/out"
}

send() {
  case $1 in
  all-*) processes all | xargs -r kill -s "${1#all-}" ;;
  file) touch "$run/STOP" ;;
  none) ;;
  *) processes $((ranks - 1)) | xargs -r kill -s "$1" ;;
  esac
}

resume_and_compare() {
  local digest
  LOCKSTEP_PAUSE='' train $((3 - ranks / 2)) --resume "$run" >"$work/out2" 2>&1
  digest=$(digest_of "$work/out2")
  [[ $digest == "$reference" ]] ||
    complain "$1: resumed to '$digest': $(tail -n 3 "$work/out2")"
}

# stop_in PHASE WAY STEP REASON [OPTION ...]: STEP may be `any`
stop_in() {
  local phase=$1 way=$2 step=$3 reason=$4 code what="$1, $2, $ranks ranks"
  shift 4
  rm -rf "$run" "$work/err"
  LOCKSTEP_PAUSE=$phase:1.5 train "$ranks" --out "$run" "$@" \
    >"$work/out" 2>"$work/err" &
  if [[ $way != none ]]; then
    wait_for 20 has_paused "$work/err" "$ranks" || complain "$what: has not paused"
  fi
  send "$way"
  wait $!
  code=$?
  [[ $code -eq 75 ]] || complain "$what: exit code $code: $(cat "$work/err")"
  [[ $step != any ]] || step=$(stopped_step)
  [[ $(stopped_step) == "$step" ]] ||
    complain "$what: stopped at '$(stopped_step)', expected $step"
  [[ $(cat "$run/status") == "exit=75 step=$step stopped reason=$reason" ]] ||
    complain "$what: status '$(cat "$run/status")'"
  [[ -f $run/ckpt-$(printf %012d "$step").h5 ]] || complain "$what: nothing saved"
  [[ ! -e $run/STOP ]] || complain "$what: the STOP file is still there"
  resume_and_compare "$what"
}

# A signal in the last moments changes nothing.
end_with_signal() {
  local code
  rm -rf "$run" "$work/err"
  LOCKSTEP_PAUSE=finish:1.5 train "$ranks" --out "$run" >"$work/out" 2>"$work/err" &
  wait_for 20 has_paused "$work/err" "$ranks" || complain "finish: has not paused"
  send all-TERM
  wait $!
  code=$?
  [[ $code -eq 0 ]] || complain "a signal in the end: exit code $code"
  [[ $(digest_of "$work/out") == "$reference" ]] || complain "a signal in the end"
}

save_and_go_on() {
  rm -rf "$run" "$work/err"
  LOCKSTEP_PAUSE=step#100:1.5 train "$ranks" --out "$run" >"$work/out" 2>"$work/err" &
  wait_for 20 has_paused "$work/err" "$ranks" || complain "USR2: has not paused"
  send USR2
  wait $! || complain "USR2: exit code $?"
  grep -q '^saved step=101 ' "$work/out" || complain "USR2: not saved after step 101"
}

stop_in step#100 TERM 101 SIGTERM
stop_in step#100 file 101 stop-file
stop_in step#100 none 107 step-reached --stop-at-step 107
stop_in step#100 none any time-limit --time-limit 1
stop_in validate#3 INT 97 SIGINT
stop_in save#2 USR1 65 SIGUSR1
stop_in start TERM 1 SIGTERM
if [[ $ranks -gt 1 ]]; then
  stop_in step#100 all-TERM 101 SIGTERM
  stop_in validate#3 all-USR1 97 SIGUSR1
  stop_in save#2 all-INT 65 SIGINT
  stop_in start all-TERM 1 SIGTERM
fi
end_with_signal
save_and_go_on
finish
