#!/bin/bash
# The disk fills up while a run trains: it trains on, says why nothing was saved, the older
# checkpoint stands, and a resumed run ends as if nothing had been.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data
train straight 2

# By the shim, anywhere: from the second epoch's save on, no checkpoint finds room.
exit_of 75 shimmed 2 train "${small[@]}" --keep 2 --out "$work/shimmed" --stop-at-step 32
before=$(checkpoints shimmed)
LD_PRELOAD=$STORE_SHIM LOCKSTEP_SHIM_PATH=$work/shimmed/.ckpt- LOCKSTEP_SHIM_AT=1 \
  LOCKSTEP_SHIM_DO=sticky-ENOSPC ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 \
  exit_of 1 noroom 2 train --data "$work/data" --resume "$work/shimmed"
[[ $(value noroom 'done' weights) == "$(value straight 'done' weights)" ]] ||
  fail "no room: other weights than with room"
grep -q '^lockstep: step 64 was not saved: .*No space left.*training goes on' \
  "$work/noroom.err" || fail "no room: no word of the failed save"
[[ $(checkpoints shimmed) == "$before" ]] || fail "no room: the older file is gone"
exit_of 0 shimmed 3 train --data "$work/data" --resume "$work/shimmed"
same_end straight shimmed

mkdir "$work/disk"
if ! mount -t tmpfs -o size=400k tmpfs "$work/disk" 2>"$work/mount.err"; then
  echo "by the shim alone: a small tmpfs cannot be mounted: $(cat "$work/mount.err")"
  exit 0
fi
trap 'umount "$work/disk"; rm -rf "$work"' EXIT

# fill_but BYTES: leave that much room, for the lock and the status line.
fill_but() {
  local room
  room=$(df --output=avail -B1 "$work/disk" | tail -n 1)
  head -c $((room - $1)) /dev/zero >"$work/disk/filler"
}

# The first epoch is saved; then the disk is full.
exit_of 75 begun 2 train "${small[@]}" --keep 2 --out "$work/disk/run" \
  --stop-at-step 32
fill_but 8192
before=$(sha256sum "$work"/disk/run/*.h5)

# At the start it is refused: there is no room for what it is to save.
exit_of 1 refused 2 train --data "$work/data" --resume "$work/disk/run"
says refused "rank 0: checkpoints need .* MB and the file system of .* has .* MB"

# When it fills up later, training goes on to the end; only then is it a failure.
rm "$work/disk/filler"
LOCKSTEP_PAUSE=step#9:3 timeout 60 "$MPIEXEC" -n 2 \
  "$LOCKSTEP" train --data "$work/data" --resume "$work/disk/run" \
  >"$work/full.out" 2>"$work/full.err" &
run=$!
until grep -q "paused in 'step'" "$work/full.err" 2>/dev/null; do sleep 0.1; done
fill_but 8192
code=0
wait $run || code=$?
[[ $code -eq 1 ]] || fail "exit code $code, expected 1"
[[ $(value full 'done' step) -eq 96 ]] || fail "training did not go on to the end"
[[ $(value full 'done' weights) == "$(value straight 'done' weights)" ]] ||
  fail "other weights than with room"
grep -q '^lockstep: step 64 was not saved: .*training goes on' "$work/full.err" ||
  fail "no word of the failed save"
[[ $(sha256sum "$work"/disk/run/*.h5) == "$before" ]] || fail "the older file is gone"

# With room again, the run goes on from what stands.
rm "$work/disk/filler"
exit_of 0 again 3 train --data "$work/data" --resume "$work/disk/run"
[[ $(value again 'done' weights) == "$(value straight 'done' weights)" ]] ||
  fail "the resumed run ends elsewhere"
