#!/bin/bash
# The rate of every step is that of `lockstep schedule`, to the last bit, also across a
# chain of interrupted and resumed runs on changing numbers of ranks.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

# metrics NAME: `step,lr` of each step's row.
metrics() {
  awk -F, '$1 == "step" { print $3 "," $8 }' "$work/$1.csv"
}

# chain NAME SCHEDULE: one run in four links, into $work/NAME and $work/NAME.csv.
chain() {
  local name=$1 log=(--metrics "$work/$1.csv" --log-every 1)
  exit_of 75 "$name" 1 train "${small[@]}" --out "$work/$name" --schedule "$2" \
    "${log[@]}" --stop-at-step 17
  exit_of 75 "$name" 3 train --data "$work/data" --resume "$work/$name" "${log[@]}" \
    --stop-at-step 32
  exit_of 75 "$name" 4 train --data "$work/data" --resume "$work/$name" "${log[@]}" \
    --stop-at-step 71 --fake-nodes 3,1
  exit_of 0 "$name" 2 train --data "$work/data" --resume "$work/$name" "${log[@]}"
}

# check NAME SCHEDULE [OPTION...]
check() {
  local name=$1 text=$2
  shift 2
  chain "$name" "$text"
  "$LOCKSTEP" schedule "$text" --lr 0.1 --epochs 3 --steps-per-epoch 32 --csv "$@" |
    tail -n +2 >"$work/expected"
  metrics "$name" >"$work/found"
  diff "$work/expected" "$work/found" >&2 || fail "rates of '$text' differ"
  [[ $(wc -l <"$work/found") -eq 96 ]] || fail "expected the rates of 96 steps"
}

check cosine 'warmup for 20 then cosine(end=0.01)'
check product 'multistep(factor=0.3, at=1ep|2ep) * warmup(over=0.5ep)'
plateau='plateau(monitor=val_accuracy, mode=max, factor=0.5, patience=0, threshold=0.9)'
check plateau "$plateau" --history "$work/plateau.csv"
[[ $(cut -d, -f2 "$work/found" | sort -u | wc -l) -gt 1 ]] || fail "no plateau was met"

# The interrupted run decided as an uninterrupted one.
train straight 3 --schedule "$plateau"
same_end straight plateau
