#!/bin/bash
# Runs a training command again until the run is done.
#
#   scripts/supervise.sh [--max-restarts N] [--pause SECONDS] mpirun ... lockstep train ... \
#     --out DIR --resume auto
#
# Starts again after a stop (75), a lost rank (76) and a kill.  Pauses, of a second unless
# told otherwise, are four times as long after each start that has gained no step.  Gives
# up when three starts in a row have gained none, and after every other failure.  Ends,
# without a restart, when a person has asked for the stop: a signal to this script, a STOP
# file, --stop-at-step.
set -uo pipefail
# shellcheck source=scripts/again.sh
. "$(dirname "$0")/again.sh"

say() {
  echo "supervise: $*" >&2
}

max_restarts=1000
pause=1
while [[ ${1-} == --max-restarts || ${1-} == --pause ]]; do
  if [[ ! ${2-} =~ ^[0-9]+$ ]]; then
    say "$1 wants a whole number, not '${2-}'"
    exit 2
  fi
  [[ $1 == --pause ]] && pause=$2 || max_restarts=$2
  shift 2
done
directory=
resume=
previous=
for word in "$@"; do
  case $previous in
  --out | -o) directory=$word ;;
  --resume | -r) resume=$word ;;
  esac
  case $word in
  --out=*) directory=${word#*=} ;;
  --resume=*) resume=${word#*=} ;;
  esac
  previous=$word
done
if [[ -z $directory || $resume != auto ]]; then
  say "the command must say where its run is: ... --out DIR --resume auto"
  exit 2
fi

child=
told=
pass_on() {
  told=$1
  [[ -z $child ]] || kill -s "$1" "$child" 2>/dev/null
}
trap 'pass_on TERM' TERM
trap 'pass_on INT' INT
trap 'pass_on USR1' USR1

# In a session of its own, so that Ctrl-C reaches it once, through this script.
run_once() {
  setsid "$@" &
  child=$!
  wait_for_launcher "$child" "$directory"
  child=
}

restarts=0
barren=0
while :; do
  before=$(saved_step "$directory")
  rm -f "$directory/status" # of an earlier start
  run_once "$@"
  after=$(saved_step "$directory")
  if [[ $code -eq 0 ]]; then
    exit 0
  fi
  if [[ -n $told ]]; then
    say "told to stop (SIG$told); step $after is saved, exit code $code"
    exit "$code"
  fi
  why=$(why_not_again "$code" "$directory")
  if [[ -n $why ]]; then
    say "$why; step $after is saved"
    exit "$code"
  fi
  barren=$((after > before ? 0 : barren + 1))
  if [[ $barren -ge 3 ]]; then
    say "giving up: three starts in a row have not gained a step beyond $after"
    exit "$code"
  fi
  if [[ $restarts -ge $max_restarts ]]; then
    say "giving up: $restarts restarts, as allowed by --max-restarts"
    exit "$code"
  fi
  restarts=$((restarts + 1))
  now=$((pause << (2 * barren)))
  say "exit code $code at step $after; restart $restarts in $now s"
  sleep "$now" &
  wait $!
  if [[ -n $told ]]; then
    say "told to stop (SIG$told) between two starts; step $after is saved"
    exit 75
  fi
done
