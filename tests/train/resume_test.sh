#!/bin/bash
# Stopped anywhere and resumed on any number of ranks, a run comes to the same bits.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

# stop NAME RANKS STEP [OPTION...]: train into $work/NAME up to a step.
stop() {
  local name=$1 ranks=$2 step=$3
  shift 3
  exit_of 75 "$name" "$ranks" train "${small[@]}" --out "$work/$name" \
    --stop-at-step "$step" "$@"
  [[ $(record "$name" stopped) == "stopped step=$step reason=step-reached" ]] ||
    fail "$name: $(record "$name" stopped)"
}

# An epoch has 32 steps; the run 96.
train straight 2

# At an epoch's middle, and on in another number of ranks.
stop middle 3 45
exit_of 0 middle 2 train --data "$work/data" --resume "$work/middle"
same_end straight middle
diff <(figures straight | grep '^epoch epoch=[23]') <(figures middle | grep ^epoch) ||
  fail "epochs after the resumption differ"

# At an epoch's end, by --out alone.
stop end 4 64
exit_of 0 end 1 train --data "$work/data" --out "$work/end" --resume auto
same_end straight end
[[ $(figures end | grep -c ^epoch) -eq 1 ]] || fail "the third epoch alone was left"

# From stop to stop, on one, five and three ranks, in the first and the last step too.
stop chain 1 1
exit_of 75 chain 5 train --data "$work/data" --resume "$work/chain" --stop-at-step 33 \
  --fake-nodes 3,2
exit_of 75 chain 3 train --data "$work/data" --resume "$work/chain" --stop-at-step 95
exit_of 0 chain 8 train --data "$work/data" --resume "$work/chain"
same_end straight chain

# One file, into a directory of its own.
cp "$work"/straight/ckpt-*32.h5 "$work/copy.h5"
exit_of 0 file 3 train --data "$work/data" --resume "$work/copy.h5" --out "$work/file"
same_end straight file

# Checkpoints have no padding: a node of one rank, whose memory was never cleared, has it.
train forty 1 --batch 40
for way in sums rounds rows flags; do
  stop "padding-$way" 1 20 --batch 40
  MALLOC_PERTURB_=128 LOCKSTEP_SPARSE=1 LOCKSTEP_EXCHANGE=$way exit_of 0 "padding-$way" 2 \
    train --data "$work/data" --resume "$work/padding-$way" --fake-nodes 1,1
  same_end forty "padding-$way"
done

# A file of the first version of the format, and on in the present one.
old=(--hidden 3 --optimizer adam --lr 0.01 --batch 40)
train adam 2 "${old[@]}"
exit_of 0 old 2 train --data "$work/data" --out "$work/old" \
  --resume "$LOCKSTEP_SOURCE/tests/data/checkpoints/version1-step45.h5"
same_end adam old
if grep 'computes other bits' "$work/old.err" >&2; then
  fail "sums of 40 rows have the order they had"
fi

# Sums of at most 32 rows had another order: a run goes on, with a warning.
for ranks in 1 3; do
  exit_of 0 "order$ranks" "$ranks" train --data "$work/data" --out "$work/order$ranks" \
    --resume "$LOCKSTEP_SOURCE/tests/data/checkpoints/version1-batch32-step45.h5"
  says "order$ranks" 'this processor, C library or version of .* computes other bits than'
done
same_end order1 order3

# --resume auto begins where there is nothing.
train auto 2 --resume auto
same_run straight auto

# A run that is complete stays as it is.
checkpoints straight >"$work/before"
exit_of 0 again 2 train --data "$work/data" --resume "$work/straight"
checkpoints straight | diff "$work/before" - || fail "a complete run was changed"

# The newest one that is whole counts.
cp -r "$work/straight" "$work/damaged"
for file in "$work"/damaged/ckpt-*96.h5; do
  truncate -s -1 "$file"
done
exit_of 0 damaged 3 train --data "$work/data" --resume "$work/damaged"
grep -q '^lockstep: refused: .*96.h5' "$work/damaged.err" || fail "no word of damage"
same_end straight damaged

# An older file of a directory that holds later ones: only if that is meant, and what it
# deletes stands until nothing refuses the run any more.
cp -r "$work/straight" "$work/branch"
checkpoints branch >"$work/before"
branch=(train --data "$work/data" --resume "$work/branch/ckpt-000000000064.h5")
exit_of 1 newer 2 "${branch[@]}"
says newer 'rank 0: .*holds later checkpoints .*--discard-newer'
exit_of 1 unmeant 2 "${branch[@]}" --discard-newer --batch 16
says unmeant 'rank 0: .*--batch: stored 32, asked 16'
checkpoints branch | diff "$work/before" - || fail "a refused run has deleted checkpoints"
exit_of 0 newest 2 train --data "$work/data" --resume "$work/branch" --discard-newer \
  --dry-run
says newest '--discard-newer deletes nothing: '
exit_of 75 branch 2 "${branch[@]}" --discard-newer --stop-at-step 70
[[ $(checkpoints branch | wc -l) -eq 3 && $(newest branch) == *70.h5 ]] ||
  fail "expected steps 32, 64 and 70: $(checkpoints branch)"

# A directory that holds another run is not gone on in.
train another 1 --epochs 1 --seed 5
checkpoints another >"$work/before"
exit_of 1 foreign 2 train --data "$work/data" --resume "$work/straight" --epochs 4 \
  --out "$work/another"
says foreign 'rank 0: .*another. already holds a run '
checkpoints another | diff "$work/before" - || fail "another run's checkpoints changed"
