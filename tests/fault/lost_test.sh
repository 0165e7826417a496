#!/bin/bash
# shellcheck disable=SC2317,SC2031 # cases run in processes of their own: `lane`
# A rank that is killed, stopped, stuck or leaves is named with its phase, everybody else
# ends, and nothing is left behind.
#
#   lost_test.sh [all]       all: every way of the first, a middle and the last rank in
#                            every phase
set -uo pipefail
# shellcheck source=tests/fault/lib.sh
. "${LOCKSTEP_SOURCE:?}/tests/fault/lib.sh"

ranks=4
hang_seconds=4
make_data
declare -A places=([start]="loading, step 0" [step]="a step, step 99"
  [validate]="validation, step 96" [save]="saving, step 64" [finish]="the end, step 640"
  [relay]="a step, step 55" [loan]="a step, step [0-9]*")
declare -A pauses=([start]=start [step]=step#100 [validate]=validate#3 [save]=save#2
  [finish]=finish [relay]=relay#220 [loan]=loan#100)

# The files in shared memory that this case's processes have.
shared_files() {
  local process
  for process in $(processes all); do
    grep -o '/dev/shm/.*' "/proc/$process/maps" 2>/dev/null
  done | sort -u
}

none_is_left() {
  local file
  while read -r file; do
    [[ ! -e $file ]] || return 1
  done <"$1"
}

# expect_end WHAT BEGIN NAMED: of a run that has lost somebody at that nanosecond
expect_end() {
  local what=$1 begin=$2 named=$3 code=$4
  [[ $code -ne 0 && $code -ne 75 ]] || complain "$what: exit code $code"
  [[ $(($(date +%s%N) - begin)) -lt $(((hang_seconds + 5) * 1000000000)) ]] ||
    complain "$what: took $((($(date +%s%N) - begin) / 1000000)) ms"
  grep -q "^lockstep: $named" "$here/err" ||
    complain "$what: not named: $(cat "$here/err")"
  [[ $(grep -c '^lockstep: rank . (host' "$here/err") -eq 1 ]] ||
    complain "$what: named more than once: $(cat "$here/err")"
  wait_for 3 nobody_is_left || complain "$what: still there: $(processes all)"
}

# lose_in PHASE RANK HOW [OPTION ...]: HOW is a signal, or exit=CODE.
lose_in() {
  local phase=$1 rank=$2 how=$3 code what="$1, rank $2, $3" leave='' text="has died"
  local begin paused=$ranks
  shift 3
  # Who leaves does so at once, before all others may have come there.
  [[ $how != exit=* ]] || leave=$rank:${how#exit=} paused=1
  [[ $how != STOP ]] || text="has been stopped by a signal for .* s"
  LOCKSTEP_LEAVE=$leave LOCKSTEP_PAUSE=${pauses[$phase]}:3 train "$ranks" \
    --out "$here/run" --hang-timeout "$hang_seconds" "$@" >"$here/out" 2>"$here/err" &
  wait_for 20 has_paused "$here/err" "$paused" || complain "$what: has not paused"
  shared_files >"$here/shared"
  begin=$(date +%s%N)
  [[ $how == exit=* ]] || processes "$rank" | xargs -r kill -s "$how"
  wait $!
  code=$?
  expect_end "$what" "$begin" \
    "rank $rank (host .*, process .*) $text in ${places[$phase]}" "$code"
  wait_for 3 none_is_left "$here/shared" ||
    complain "$what: left in shared memory: $(cat "$here/shared")"
}

# stick_in PHASE RANK [OPTION ...]: it does not come back from somewhere; files have a
# limit of theirs.
stick_in() {
  local phase=$1 rank=$2 code what="$1, rank $2, stuck" begin limit=--hang-timeout
  shift 2
  [[ $phase =~ ^(step|relay|loan|validate)$ ]] || limit=--io-timeout
  LOCKSTEP_PAUSE=${pauses[$phase]}:100@$rank train "$ranks" --out "$here/run" \
    --hang-timeout 60 --io-timeout 60 "$limit" "$hang_seconds" "$@" \
    >"$here/out" 2>"$here/err" &
  wait_for 20 has_paused "$here/err" 1 || complain "$what: has not paused"
  begin=$(date +%s%N)
  wait $!
  code=$?
  expect_end "$what" "$begin" \
    "rank $rank (host .*, process .*) has been silent for .* in ${places[$phase]}" "$code"
}

# One that never starts is not waited for longer than files are.
miss_one() {
  local code begin
  begin=$(date +%s%N)
  # shellcheck disable=SC2016 # for the shell that each rank is at first
  "$MPIEXEC" -n 2 sh -c '[ "$OMPI_COMM_WORLD_RANK" = 1 ] && exec sleep 30; exec "$@"' sh \
    "$LOCKSTEP" train --data "$work/data" --out "$here/run" --io-timeout 3 \
    >"$here/out" 2>"$here/err"
  code=$?
  [[ $code -ne 0 && $(($(date +%s%N) - begin)) -lt 8000000000 ]] ||
    complain "one does not start: exit code $code, $(($(date +%s%N) - begin)) ns"
  grep -q '^lockstep: process .* has waited too long for the other ranks in start-up' \
    "$here/err" || complain "one does not start: $(cat "$here/err")"
}

# Nobody tidies up after the launcher, but the next start on this host does.
lose_launcher() {
  LOCKSTEP_PAUSE=step#100:3 train "$ranks" --out "$here/run" >"$here/out" 2>"$here/err" &
  wait_for 20 has_paused "$here/err" "$ranks" || complain "launcher: has not paused"
  shared_files >"$here/shared"
  [[ -s $here/shared ]] || complain "launcher: no shared memory is seen"
  pgrep -P $! | xargs -r kill -KILL
  wait $!
  wait_for 5 nobody_is_left || complain "launcher killed: still there: $(processes all)"
  # Old enough to be nobody's who is just about to start.
  xargs -r touch -c -d '2 minutes ago' <"$here/shared"
  train 1 --out "$here/last" >"$here/out" 2>&1 || complain "the start after it fails"
  none_is_left "$here/shared" ||
    complain "launcher killed: left in shared memory: $(cat "$here/shared")"
}

some_of_all() {
  lane lose_in step 2 KILL
  lane lose_in step 0 STOP
  lane lose_in validate 3 STOP
  lane lose_in validate 0 KILL
  lane lose_in save 0 KILL
  lane lose_in save 1 STOP
  lane lose_in start 3 KILL
  lane lose_in finish 3 KILL
  lane lose_in step 0 exit=0
  lane lose_in step 3 exit=3
  lane lose_in step 1 KILL --allreduce mpi
  lane lose_in step 2 STOP --allreduce mpi
  lane lose_in step 2 STOP --fake-nodes 2,2
  lane lose_in step 1 KILL --fake-nodes 1,1,2
  LOCKSTEP_EXCHANGE=rounds lane lose_in step 1 STOP --fake-nodes 2,2 --shards 65
  LOCKSTEP_EXCHANGE=flags lane lose_in step 1 STOP --fake-nodes 2,2
  LOCKSTEP_EXCHANGE=flags lane lose_in step 3 KILL --fake-nodes 2,2
  lane stick_in step 2
  # Where ranks hand rows on, whoever waits for another has come farther.
  export LOCKSTEP_SPARSE=1 LOCKSTEP_RELAY=1
  lane stick_in relay 0
  lane stick_in relay 2
  lane stick_in step 3
  lane lose_in step 1 KILL
  unset LOCKSTEP_SPARSE LOCKSTEP_RELAY
  export LOCKSTEP_UNEVEN=1 LOCKSTEP_LOANS=1 LOCKSTEP_EXCHANGE=sums
  lane stick_in loan 0 --batch 64
  lane stick_in loan 2 --batch 64
  unset LOCKSTEP_UNEVEN LOCKSTEP_LOANS LOCKSTEP_EXCHANGE
  lane stick_in save 0
  lane stick_in start 1
}

all_of_all() {
  local phase rank how
  for phase in start step validate save finish; do
    for rank in 0 1 3; do
      for how in KILL STOP exit=0 exit=3; do
        lane lose_in "$phase" "$rank" "$how"
        [[ $phase != step ]] || lane lose_in "$phase" "$rank" "$how" --allreduce mpi
        [[ $phase != step ]] || lane lose_in "$phase" "$rank" "$how" --fake-nodes 2,2
        # More than 64 shards are never one leaf.
        [[ $phase != step ]] || for way in sums rounds flags; do
          LOCKSTEP_EXCHANGE=$way lane lose_in "$phase" "$rank" "$how" --fake-nodes 2,2 \
            --shards 65
        done
      done
      lane stick_in "$phase" "$rank"
    done
  done
}

if [[ ${1-} == all ]]; then
  all_of_all
else
  some_of_all
fi
lane miss_one
lane lose_launcher
finish
