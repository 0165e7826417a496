#!/bin/bash
# When a run saves, and which of its checkpoints stay.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

# saved NAME: the steps that were acknowledged, in order.
saved() {
  sed -n 's/^saved step=\([0-9]*\) .*/\1/p' "$work/$1.out" | tr '\n' ' '
}

# stand NAME: the steps whose files stand, in order.
stand() {
  (cd "$work/$1" && printf '%s\n' ckpt-*.h5) |
    sed 's/^ckpt-0*//; s/\.h5$//' | tr '\n' ' '
}

# best NAME KEY: the step of the epoch with the largest figure; of equal ones the first.
best() {
  sed -n "s/^epoch .* step=\([0-9]*\) .* $2=\([^ ]*\) .*/\2 \1/p" "$work/$1.out" |
    sort -s -g -r -k 1,1 | head -n 1 | cut -d ' ' -f 2
}

# An epoch has 32 steps.
train mix 2 --save-every '20|1ep'
[[ $(saved mix) == '20 32 40 60 64 80 96 ' ]] || fail "20|1ep: $(saved mix)"
train comma 1 --save-every '2ep,50steps,1h'
[[ $(saved comma) == '50 64 96 ' ]] || fail "2ep,50steps,1h: $(saved comma)"
train never 2 --save-every never
[[ $(saved never) == '96 ' ]] || fail "never: $(saved never)"
same_end mix never

# By time: once a second has gone by, the next step is followed by a save.
LOCKSTEP_PAUSE=step#10:1.5 train time 2 --save-every 1s
[[ $(saved time) =~ ^([0-9]+\ )+96\ $ ]] || fail "1s: $(saved time)"
train long 2 --save-every 60min
[[ $(saved long) == '96 ' ]] || fail "60min: $(saved long)"
same_end time long

# The newest, and the best that grows worse again with a rate that is far too large.
rough=(--epochs 8 --lr 1 --schedule 'multistep(factor=10, at=3ep, grow)' --keep 2)
train rough 2 "${rough[@]}"
[[ $(stand rough) == '224 256 ' ]] || fail "--keep 2 leaves $(stand rough)"
train kept 2 "${rough[@]}" --keep-best val_accuracy
first=$(best kept val_accuracy)
[[ $first -lt 224 ]] || fail "the best of the run is a newest one: $first"
[[ $(stand kept) == "$first 224 256 " ]] ||
  fail "--keep 2 --keep-best leaves $(stand kept), the best is $first"

# The best is known again by a run that goes on.
exit_of 75 chain 3 train "${small[@]}" "${rough[@]}" --keep-best val_accuracy \
  --out "$work/chain" --stop-at-step 200
exit_of 0 chain 2 train --data "$work/data" --resume "$work/chain" --keep 2 \
  --keep-best val_accuracy
[[ $(stand chain) == "$first 224 256 " ]] || fail "a chain leaves $(stand chain)"
