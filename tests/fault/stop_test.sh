#!/bin/bash
# shellcheck disable=SC2317,SC2031 # cases run in processes of their own: `lane`
# Each way to stop, in each phase: no step is lost, exit 75, and the resumed run arrives at
# the weights of one that was never stopped.
#
#   stop_test.sh RANKS [all]       all: every way in every phase, by one rank and by all
set -uo pipefail
# shellcheck source=tests/fault/lib.sh
. "${LOCKSTEP_SOURCE:?}/tests/fault/lib.sh"

ranks=${1:?}
last=$((ranks - 1))
declare -A pauses=([step]=step#100 [validate]=validate#3 [save]=save#2 [start]=start)
declare -A steps=([step]=101 [validate]=97 [save]=65 [start]=1)

# What the record says, if it says it.
stopped_step() {
  sed -n 's/^stopped step=\([0-9]*\) .*/\1/p' "$here/out"
}

# send WAY: SIGNAL is to the last rank, SIGNAL@R to rank R.
send() {
  case $1 in
  all-*) processes all | xargs -r kill -s "${1#all-}" ;;
  apart)
    processes 0 | xargs -r kill -s TERM
    sleep 0.2
    processes "$last" | xargs -r kill -s USR1
    ;;
  # In start-up the directory may be still to be made.
  file) mkdir -p "$here/run" && touch "$here/run/STOP" ;;
  none) ;;
  *@*) processes "${1#*@}" | xargs -r kill -s "${1%@*}" ;;
  *) processes "$last" | xargs -r kill -s "$1" ;;
  esac
}

resume_and_compare() {
  local digest
  LOCKSTEP_PAUSE='' train $((3 - ranks / 2)) --resume "$here/run" >"$here/out2" 2>&1
  digest=$(digest_of "$here/out2")
  [[ $digest == "$reference" ]] ||
    complain "$1: resumed to '$digest': $(tail -n 3 "$here/out2")"
}

# check_stopped WHAT CODE STEP REASON: STEP may be `any`
check_stopped() {
  local what=$1 code=$2 step=$3 reason=$4
  [[ $code -eq 75 ]] || complain "$what: exit code $code: $(cat "$here/err")"
  [[ $step != any ]] || step=$(stopped_step)
  [[ $(stopped_step) == "$step" ]] ||
    complain "$what: stopped at '$(stopped_step)', expected $step"
  [[ $(cat "$here/run/status") == "exit=75 step=$step stopped reason=$reason" ]] ||
    complain "$what: status '$(cat "$here/run/status")'"
  [[ -f $here/run/ckpt-$(printf %012d "$step").h5 ]] || complain "$what: nothing saved"
  [[ ! -e $here/run/STOP ]] || complain "$what: the STOP file is still there"
}

# stop_in PHASE WAY STEP REASON [OPTION ...]: STEP may be `any`, or `next`: the first that
# ends after the phase
stop_in() {
  local phase=$1 way=$2 step=$3 reason=$4 code what="$1, $2 $4, $ranks ranks"
  shift 4
  [[ $step != next ]] || step=${steps[$phase]}
  LOCKSTEP_PAUSE=${pauses[$phase]}:1.5 train "$ranks" --out "$here/run" "$@" \
    >"$here/out" 2>"$here/err" &
  if [[ $way != none ]]; then
    wait_for 20 has_paused "$here/err" "$ranks" || complain "$what: has not paused"
  fi
  send "$way"
  wait $!
  code=$?
  check_stopped "$what" "$code" "$step" "$reason"
  resume_and_compare "$what"
}

# mpirun that is told to end passes TERM on after a second and kills after another, which
# is enough for a step and a save: unless the machine is busy, so there are more tries
# with more seconds.  Whatever comes of one, the run goes on from where it was.
stop_launcher_in() {
  local phase=$1 signal=$2 what="$1, $2 to mpirun, $ranks ranks" try
  for try in 1 2 3 4 5; do
    rm -rf "$here/run" "$here/err"
    OMPI_MCA_odls_base_sigkill_timeout=$try \
      LOCKSTEP_PAUSE=${pauses[$phase]}:$try.4 train "$ranks" --out "$here/run" \
      >"$here/out" 2>"$here/err" &
    wait_for 20 has_paused "$here/err" "$ranks" || complain "$what: has not paused"
    pgrep -P $! | xargs -r kill -s "$signal"
    wait $!
    [[ $? -eq 1 || $signal == USR1 ]] || complain "$what: mpirun does not say 1"
    [[ -z $(stopped_step) ]] || break
    [[ $phase == start ]] || resume_and_compare "$what, too late"
  done
  echo "$what: stopped within $try s"
  [[ $signal == USR1 ]] || signal=TERM # whatever it was told
  check_stopped "$what" 75 "${steps[$phase]}" "SIG$signal"
  resume_and_compare "$what"
}

# The end of the Slurm job comes near; 10 s of it are kept free.
stop_for_slurm() {
  local phase=$1 code what="$1, Slurm's end, $ranks ranks"
  LOCKSTEP_PAUSE=${pauses[$phase]}:1.5 "$MPIEXEC" -n "$ranks" \
    env SLURM_JOB_ID=1 SLURM_JOB_END_TIME=$(($(date +%s) + 12)) \
    "$LOCKSTEP" train --data "$work/data" "${options[@]}" --out "$here/run" \
    >"$here/out" 2>"$here/err"
  code=$?
  check_stopped "$what" "$code" any slurm-end
  resume_and_compare "$what"
}

# At any moment from the first in which the program runs itself.
is_listening() {
  local process
  process=$(processes "$last")
  [[ -n $process ]] && grep -q 'SigCgt:.*[4567cdef]...$' "/proc/$process/status" 2>/dev/null
}

stop_early() {
  local delay=$1 what="$1 s after its begin, $ranks ranks" code
  train "$ranks" --out "$here/run" --epochs 200 >"$here/out" 2>"$here/err" &
  wait_for 20 is_listening || complain "$what: does not begin"
  sleep "$delay"
  send TERM
  wait $!
  code=$?
  check_stopped "$what" "$code" any SIGTERM
}

# end_with_signal SIGNAL: in the last moments it changes nothing.
end_with_signal() {
  local code
  LOCKSTEP_PAUSE=finish:1.5 train "$ranks" --out "$here/run" >"$here/out" 2>"$here/err" &
  wait_for 20 has_paused "$here/err" "$ranks" || complain "finish: has not paused"
  send "all-$1"
  wait $!
  code=$?
  [[ $code -eq 0 ]] || complain "$1 in the end: exit code $code"
  [[ $(digest_of "$here/out") == "$reference" ]] || complain "$1 in the end"
}

# save_in PHASE WHO: SIGUSR2 saves after the next step, and the run goes on.
save_in() {
  local phase=$1 step=${steps[$1]}
  LOCKSTEP_PAUSE=${pauses[$phase]}:1.5 train "$ranks" --out "$here/run" \
    >"$here/out" 2>"$here/err" &
  wait_for 20 has_paused "$here/err" "$ranks" || complain "USR2: has not paused"
  send "$2"
  wait $! || complain "USR2 in $phase: exit code $?"
  grep -q "^saved step=$step " "$here/out" || complain "USR2: not saved after step $step"
  [[ $(digest_of "$here/out") == "$reference" ]] || complain "USR2 changes the weights"
}

# end_at_once PHASE: two Ctrl-C do not wait for anything, and what was saved stands.
end_at_once() {
  local phase=$1 code begin what="$1, Ctrl-C twice, $ranks ranks"
  LOCKSTEP_PAUSE=${pauses[$phase]}:60 train "$ranks" --out "$here/run" \
    >"$here/out" 2>"$here/err" &
  wait_for 20 has_paused "$here/err" "$ranks" || complain "$what: has not paused"
  begin=$SECONDS
  send all-INT
  sleep 0.2
  [[ -n $(processes all) ]] || complain "$what: the first one was enough"
  send all-INT
  wait $!
  code=$?
  [[ $code -eq 130 ]] || complain "$what: exit code $code: $(cat "$here/err")"
  [[ $((SECONDS - begin)) -lt 20 ]] || complain "$what: not at once"
  nobody_is_left || complain "$what: still there"
  [[ $phase != start ]] || rm -rf "$here/run" # nothing had been saved to go on with
  LOCKSTEP_PAUSE='' train 1 --out "$here/run" --resume auto >"$here/out2" 2>&1
  [[ $(digest_of "$here/out2") == "$reference" ]] ||
    complain "$what: damage: $(tail -n 3 "$here/out2")"
}

some_of_all() {
  # Alone, because it has one second.
  lane stop_launcher_in step TERM
  wait_for_lanes
  lane stop_in step TERM next SIGTERM
  lane stop_in step file next stop-file
  lane stop_in step none 107 step-reached --stop-at-step 107
  lane stop_in step none any time-limit --time-limit 1
  lane stop_for_slurm step
  lane stop_in validate INT next SIGINT
  lane stop_in save USR1 next SIGUSR1
  lane stop_in start TERM next SIGTERM
  if [[ $ranks -gt 1 ]]; then
    lane stop_in step all-TERM next SIGTERM
    lane stop_in step apart next SIGTERM
    lane stop_in validate all-USR1 next SIGUSR1
    lane stop_in save all-INT next SIGINT
    lane stop_in start all-TERM next SIGTERM
  fi
  lane end_with_signal TERM
  lane save_in step USR2
  lane end_at_once save
}

all_in() {
  local phase=$1 signal
  local -A reached=([step]=107 [validate]=96 [save]=64 [start]=1)
  for signal in INT TERM USR1; do
    lane stop_in "$phase" "$signal@0" next "SIG$signal"
    if [[ $ranks -gt 1 ]]; then
      lane stop_in "$phase" "$signal" next "SIG$signal"
      lane stop_in "$phase" "all-$signal" next "SIG$signal"
    fi
  done
  lane stop_in "$phase" apart next SIGTERM
  for signal in INT TERM USR1; do
    lane stop_launcher_in "$phase" "$signal"
  done
  lane stop_in "$phase" file next stop-file
  lane stop_in "$phase" none any time-limit --time-limit 1
  lane stop_in "$phase" none "${reached[$phase]}" step-reached \
    --stop-at-step "${reached[$phase]}"
  lane stop_for_slurm "$phase"
  lane save_in "$phase" USR2@0
  lane save_in "$phase" all-USR2
  lane end_at_once "$phase"
}

make_data
make_reference
if [[ ${2-} == all ]]; then
  for phase in start step validate save; do
    all_in "$phase"
  done
  for signal in INT TERM USR1 USR2; do
    lane end_with_signal "$signal"
  done
  for delay in 0 0.02 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.5 0.7; do
    lane stop_early "$delay"
  done
else
  some_of_all
fi
finish
