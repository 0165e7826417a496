#!/bin/bash
# Whatever fails on one rank ends all of them at once: exit code 1, one line that names
# the rank, no process, no half-written file and no shared memory left.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
# shellcheck source=tests/train/points.sh
. "$LOCKSTEP_SOURCE/tests/train/points.sh"
make_data
ranks=3

# A run to go on with, for what is met only then.
exit_of 75 begun 1 train "${small[@]}" --out "$work/begun" --stop-at-step 40

# options_for POINT: what makes the run come by that point.
options_for() {
  case $1 in
  store.read) echo "--resume $work/point/ckpt-000000000040.h5" ;;
  metrics.open) echo "--metrics $work/metrics.csv" ;;
  weights.flip) echo "--allreduce mpi" ;;
  *) echo "--save-errors stop" ;;
  esac
}

# No rank fails by itself where weights differ: all find it out together.
code_of() {
  case $1 in *.flip) echo 78 ;; *) echo 1 ;; esac
}

# line_of POINT RANK: how the one line that names the rank begins; a pattern for any.
line_of() {
  case $1 in
  weights.flip) echo "^lockstep: the weights after step [0-9]* differ: rank $2 " ;;
  # What differs is said of the other one of the two.
  rate.flip) echo "^lockstep: rank [0-9]*: the step, .* differs from rank 0's" ;;
  *) echo "^lockstep: rank $2: " ;;
  esac
}

# Shared memory of these runs alone: other jobs come and go beside this test.
shared=$(mktemp -d /dev/shm/lockstep-failures-XXXXXX)
trap 'rm -rf "$work" "$shared"' EXIT
export OMPI_MCA_btl_vader_backing_directory=$shared OMPI_MCA_osc_sm_backing_directory=$shared

# Nothing of the run is left, wherever it looked for room.
check_remains() {
  local what=$1 pid remains
  for pid in /proc/[0-9]*; do
    # Written out, because "$work" is in our own command line too.
    if [[ $(readlink "$pid/exe" 2>/dev/null) == "$LOCKSTEP" ]] &&
      tr '\0' ' ' <"$pid/cmdline" 2>/dev/null | grep -qF "$work/point"; then
      fail "$what: process ${pid#/proc/} is left"
    fi
  done
  remains=$(find "$work" -name '*.tmp')
  [[ -z $remains ]] || fail "$what: half-written files: $remains"
}

# break_at POINT RANK
break_at() {
  local point=$1 rank=$2 what="$1 on rank $2" options lines
  rm -rf "$work/point"
  cp -r "$work/begun" "$work/point"
  read -ra options <<<"$(options_for "$point")"
  [[ ${options[0]} == --resume ]] || rm -rf "$work/point"
  LOCKSTEP_FAULT=$point@$rank exit_of "$(code_of "$point")" "$point" "$ranks" \
    train "${small[@]}" --epochs 2 --out "$work/point" "${options[@]}"
  lines=$(grep -c "$(line_of "$point" '[0-9]*')" "$work/$point.err" || true)
  if [[ $lines -ne 1 ]] || ! grep -q "$(line_of "$point" "$rank")" "$work/$point.err"; then
    cat "$work/$point.err" >&2
    fail "$what: expected one line that names rank $rank"
  fi
  check_remains "$what"
}

fault_points | sort -u >"$work/points"
[[ $(wc -l <"$work/points") -ge 20 ]] || fail "fault points are not found any more"
while read -r point only <&3; do
  case $point in
  # A warning, not a failure: the new checkpoint stands.
  store.prune) continue ;;
  esac
  break_at "$point" 0
  if [[ -z $only ]]; then
    break_at "$point" $((ranks - 1))
  fi
done 3<"$work/points"
[[ -z $(ls "$shared") ]] || fail "left in shared memory: $(ls "$shared")"

# One failed save is enough to stop for, if the next one works at once too.
for point in store.image store.rename; do
  rm -rf "$work/once"
  LOCKSTEP_FAULT=$point@0#2 exit_of 1 once 2 train "${small[@]}" --out "$work/once" \
    --save-every 1 --save-errors stop
  grep -q '^lockstep: rank 0: .* save has failed: ' "$work/once.err" ||
    fail "$point once: $(cat "$work/once.err")"
done
