#!/bin/bash
# What cannot be trained or resumed ends with one line and the exit code that scripts
# rely on, the same with one rank or several.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

# refused CODE NAME PATTERN RANKS OPTION...
refused() {
  local code=$1 name=$2 pattern=$3 ranks=$4
  shift 4
  exit_of "$code" "$name" "$ranks" train "$@"
  says "$name" "$pattern"
}

train run 2 --epochs 1
train plateau 2 --epochs 1 --schedule 'plateau(patience=2)'
again=(--data "$work/data" --resume "$work/run" --epochs 2)

# Another run than the stored one.
refused 1 batch 'rank 0: .*--batch: stored 32, asked 16' 2 "${again[@]}" --batch 16
refused 1 hidden 'rank 0: .*--hidden: stored 20, asked 21' 1 "${again[@]}" --hidden 21
refused 1 seed 'rank 0: .*--seed: stored 1, asked 3' 2 "${again[@]}" --seed 3
refused 1 two 'rank 0: .*--batch: stored 32.*--shards: stored 8' 1 "${again[@]}" \
  --batch 16 --shards 4
refused 1 rate 'rank 0: .*--lr-change' 1 "${again[@]}" --lr 0.2
refused 1 schedule 'rank 0: .*from step 1 on.*--schedule-change' 2 "${again[@]}" \
  --schedule 'constant * polynomial(power=2)'
refused 1 patience 'rank 0: .*differs.*as the metrics will have it.*patience=2.*patience=1' \
  2 --data "$work/data" --resume "$work/plateau" --schedule 'plateau(patience=1)'
printf 'constant for 1ep\nthen cosine(end=2) # twice\n' >"$work/text"
refused 1 file 'rank 0: schedule:2:13: .end. of cosine would grow' 2 "${again[@]}" \
  --schedule "@$work/text"
grep -A 1 '^  then cosine(end=2) # twice$' "$work/file.err" | grep -q '^ *^$' ||
  fail "no caret under a mistake in a file"
exit_of 0 meant 2 train "${again[@]}" --schedule cosine --schedule-change \
  --out "$work/meant"
if grep 'computes other bits' "$work/meant.err" >&2; then
  fail "a longer run with another schedule was taken for another machine's"
fi
mkdir "$work/other"
"$MAKE_IDX" "$work/other" 2
refused 1 data 'rank 0: .*another data set' 2 "${again[@]}" --data "$work/other"
refused 1 fewer 'rank 0: .*before the stored step' 1 "${again[@]}" --epochs 1 \
  --batch 32 --data "$work/data" --holdout 0 --resume "$work/meant"

# A directory that holds a run, none, or nothing that is whole.
refused 1 taken 'rank 0: .*already holds a run .*--resume' 2 "${small[@]}" \
  --out "$work/run"
mkdir "$work/empty"
refused 3 empty 'rank 0: no checkpoint in' 2 --data "$work/data" --resume "$work/empty"
refused 3 nowhere 'rank 0: nothing to resume: ' 2 --data "$work/data" \
  --resume "$work/nowhere"
cp -r "$work/run" "$work/bad"
truncate -s -1 "$work"/bad/*.h5
for resume in "$work/bad" auto; do
  exit_of 4 bad 2 train --data "$work/data" --out "$work/bad" --resume "$resume"
  grep -q '^lockstep: rank 0: none of the .* is good' "$work/bad.err" ||
    fail "all damaged: $(cat "$work/bad.err")"
done
[[ -e $work/bad/status ]] || fail "refusing a run has removed its status"

# What is refused leaves no directory behind that it has made, nor one's own taken away.
mkdir "$work/own"
refused 1 own "rank 0: .*scripts/fetch_mnist.sh" 1 --data "$work/nodata" --out "$work/own"
refused 1 made "rank 0: .*scripts/fetch_mnist.sh" 1 --data "$work/nodata" \
  --out "$work/made/run"
[[ -d $work/own && ! -e $work/made ]] || fail "empty directories: $(ls "$work")"

# A schedule that would never come to an end.
mkfifo "$work/fifo"
limit=20 refused 1 fifo "rank 0: schedule '.*fifo' is not a regular file" 2 \
  "${small[@]}" --out "$work/x" --schedule "@$work/fifo"

# Nothing to train on, too many ranks, figures that cannot be.
refused 1 nodata "rank 0: .*scripts/fetch_mnist.sh" 2 --data "$work/nodata" \
  --out "$work/x"
refused 1 ranks '5 ranks cannot share 4 logical shards: .*--shards 5' 5 \
  "${small[@]}" --out "$work/x" --shards 4
refused 1 large 'rank 0: --batch 1004 is more than the 1003 rows' 2 "${small[@]}" \
  --out "$work/x" --batch 1004
refused 1 holdout 'rank 0: --holdout 1003 leaves nothing' 2 "${small[@]}" \
  --out "$work/x" --holdout 1003
for points in 1.5ep '1ep|' '5|7' '1min|90s' 0x10 562949953421312ep; do
  refused 1 points 'rank 0: --save-every .*expected epochs, steps and a time' 1 \
    "${small[@]}" --out "$work/x" --save-every "$points"
done
refused 1 kernels "rank 0: .*no kernels named 'abacus'" 1 "${small[@]}" \
  --out "$work/x" --isa abacus
refused 1 nan 'rank 0: loss or gradient of step [0-9]+ is not finite; .*--lr' 3 \
  "${small[@]}" --out "$work/nan" --lr 1e30
LOCKSTEP_EXCHANGE=row refused 1 exchange \
  "rank 0: LOCKSTEP_EXCHANGE is 'row': expected rows, sums, rounds or flags" 2 "${small[@]}" \
  --out "$work/x"
for word in SPARSE RELAY LOANS; do
  export "LOCKSTEP_$word=yes"
  refused 1 word "rank 0: LOCKSTEP_$word is 'yes': expected 0 or 1" 2 "${small[@]}" \
    --out "$work/x"
  unset "LOCKSTEP_$word"
done
refused 1 nodes "--fake-nodes '2,2': expected sizes that add up to 3 ranks" 3 \
  "${small[@]}" --out "$work/x" --fake-nodes 2,2
[[ ! -e $work/x ]] || fail "refused runs have left a directory"
