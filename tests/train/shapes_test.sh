#!/bin/bash
# Batches, shards, networks and files of awkward sizes give the same bits on 1 and on 3
# ranks, on one node and on two.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

# on_ranks NAME OPTION...
on_ranks() {
  local name=$1
  shift
  train "$name" 1 --epochs 2 "$@"
  train "$name-3" 3 --epochs 2 "$@" --fake-nodes 2,1
  same_run "$name" "$name-3"
}

on_ranks empty-shards --batch 5
[[ $(value empty-shards 'done' step) -eq 402 ]] || fail "402 steps of 5 rows expected"
on_ranks one-row --batch 1 --epochs 1
on_ranks odd-batch --batch 37
[[ $(value odd-batch 'done' step) -eq 56 ]] || fail "56 steps of 37 rows expected"
on_ranks whole --batch 1003
on_ranks shards3 --shards 3
on_ranks shards13 --shards 13 --batch 50
on_ranks regression --hidden none
on_ranks deep --hidden 33,17

on_ranks holdout --holdout 100
[[ $(value holdout 'done' step) -eq 58 ]] || fail "903 rows should be trained"
[[ $(value holdout epoch val_loss) != "$(value holdout 'done' test_loss)" ]] ||
  fail "--holdout validates on the test files"

# Packed files are the same data set.
train raw 1
mkdir "$work/packed"
cp "$work"/data/* "$work/packed"
gzip "$work"/packed/*
train packed 3 --data "$work/packed"
same_run raw packed
[[ $(value raw epoch val_loss) == "$(value raw 'done' test_loss)" ]] ||
  fail "without --holdout validation is on the test files"
