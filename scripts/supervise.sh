#!/bin/bash
# Runs a training command again until the run is done.
#
#   scripts/supervise.sh [--max-restarts N] mpirun ... lockstep train ... --out DIR --resume auto
#
# Starts again after a stop (75), a lost rank (76) and a kill, with pauses that grow while
# no step is gained: 1, 4, 16 seconds.  Gives up when three starts in a row have
# gained none, and after every other failure.  Ends, without a restart, when a person has
# asked for the stop: a signal to this script, a STOP file, --stop-at-step.
#
# Launchers do not always pass exit codes on, so the line in DIR/status has the last word.
set -uo pipefail

say() {
  echo "supervise: $*" >&2
}

max_restarts=1000
if [[ ${1-} == --max-restarts ]]; then
  max_restarts=${2:?}
  shift 2
fi
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

# Prints a word of the status line, `exit=75 step=120 stopped reason=SIGTERM`.
status_of() {
  sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" "$directory/status" 2>/dev/null
}

# The newest checkpoint's step: what a restart begins from.
saved_step() {
  local newest
  newest=$(find "$directory" -maxdepth 1 -name 'ckpt-*.h5' 2>/dev/null | sort | tail -n 1)
  newest=${newest##*/ckpt-}
  newest=${newest%.h5}
  [[ $newest =~ ^[0-9]+$ ]] && echo $((10#$newest)) || echo -1
}

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
  wait "$child"
  code=$?
  while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    code=$?
  done
  child=
  case $(status_of exit) in
  '' | none) ;;
  *) [[ $code -eq 0 ]] || code=$(status_of exit) ;;
  esac
}

restarts=0
barren=0
while :; do
  before=$(saved_step)
  rm -f "$directory/status" # of an earlier start
  run_once "$@"
  after=$(saved_step)
  if [[ $code -eq 0 ]]; then
    exit 0
  fi
  if [[ -n $told ]]; then
    say "told to stop (SIG$told); step $after is saved, exit code $code"
    exit "$code"
  fi
  if [[ $code -ne 75 && $code -ne 76 && $code -lt 128 && $(status_of exit) =~ ^[0-9]+$ ]]; then
    say "exit code $code is nothing that a restart helps against"
    exit "$code"
  fi
  case $(status_of reason) in
  stop-file | step-reached)
    say "stopped on request ($(status_of reason)) at step $after"
    exit "$code"
    ;;
  esac
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
  pause=$((barren == 0 ? 1 : 1 << (2 * barren)))
  say "exit code $code at step $after; restart $restarts in $pause s"
  sleep "$pause" &
  wait $!
  if [[ -n $told ]]; then
    say "told to stop (SIG$told) between two starts; step $after is saved"
    exit 75
  fi
done
