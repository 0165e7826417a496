#!/bin/sh
# inspect, diff and export on the files of a run that only saves.
set -eu
driver=$1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
run=$place/run
failures=0

# expect CODE TEXT COMMAND...: the exit code, and a line of stdout or stderr that holds
# the text.
expect() {
  code=$1 text=$2
  shift 2
  set +e
  "$@" >"$place/output" 2>&1
  got=$?
  set -e
  if [ "$got" -ne "$code" ] || ! grep -qF -- "$text" "$place/output"; then
    echo "FAILED: $*: exit code $got, not $code, or no '$text' in:"
    cat "$place/output"
    failures=$((failures + 1))
  fi
}

expect 3 "no checkpoint in" "$LOCKSTEP" inspect "$place"
expect 3 "does not exist" "$LOCKSTEP" inspect "$place/nothing.h5"
"$driver" "$run" 3 100 300 >/dev/null

expect 0 "step=300 epoch=3 epochs=15" "$LOCKSTEP" inspect "$run"
expect 0 "tensor name=layer0/weight rows=120 columns=20 activation=relu" \
  "$LOCKSTEP" inspect "$run/ckpt-000000000200.h5"
expect 0 "lr=0.072900000000000" "$LOCKSTEP" inspect "$run"
expect 0 "2,200,0.5,0.94999999999999996,nan,0.89000000000000001" \
  "$LOCKSTEP" inspect "$run" --history --csv
expect 2 "--csv needs --history" "$LOCKSTEP" inspect "$run" --csv

expect 0 "diff equal=yes" "$LOCKSTEP" diff "$run" "$run/ckpt-000000000300.h5"
expect 1 "setting name=step a=200 b=300" "$LOCKSTEP" diff \
  "$run/ckpt-000000000200.h5" "$run"
expect 1 "tensor name=m/layer1/bias differing=10" "$LOCKSTEP" diff \
  "$run/ckpt-000000000200.h5" "$run"
expect 1 "history side=a ends" "$LOCKSTEP" diff "$run/ckpt-000000000200.h5" "$run"

for format in keras.h5 npz csv; do
  expect 0 "exported step=300 format=$format" "$LOCKSTEP" export "$run" --to "$format"
  test -s "$run/ckpt-000000000300.$format"
done
test "$(wc -l <"$run/ckpt-000000000300.csv")" -eq $((1 + 120 * 20 + 20 + 20 * 10 + 10))
expect 2 "--to is missing" "$LOCKSTEP" export "$run"
expect 2 "keras" "$LOCKSTEP" export "$run" --to xml


# Never over a checkpoint, under whatever name, nor anything but a file.
cp "$run/ckpt-000000000200.h5" "$place/copy"
echo mine >"$run/lock"
echo old >"$place/old.csv"
mkfifo "$place/fifo"
ln -s old.csv "$place/link"
sum=$(cat "$run"/ckpt-*00.h5 "$place/copy" "$run/lock" | sha256sum)
for target in "$run/ckpt-000000000300.h5" "$place/copy" "$run/lock" \
  "$run/ckpt-000000000999.h5" "$run/STOP"; do
  expect 2 "is a checkpoint or another file of a run" \
    "$LOCKSTEP" export "$run/ckpt-000000000300.h5" --to csv --out "$target"
done
for target in /dev/null "$place/fifo" "$place/link" "$place"; do
  expect 2 "'$target' is there and not a regular file" \
    timeout 10 "$LOCKSTEP" export "$run" --to npz --out "$target"
done
test "$sum" = "$(cat "$run"/ckpt-*00.h5 "$place/copy" "$run/lock" | sha256sum)"
rm "$run/lock"
expect 0 "exported step=300" "$LOCKSTEP" export "$run" --to csv --out "$place/old.csv"

expect 0 "ckpt-000000000100.h5 seal=ok" "$LOCKSTEP" inspect "$run" --verify
printf x | dd of="$run/ckpt-000000000300.h5" bs=1 seek=2000 conv=notrunc 2>/dev/null
expect 1 "the%20seal%20does%20not%20match" "$LOCKSTEP" inspect "$run" --verify
expect 0 "refused: " "$LOCKSTEP" inspect "$run"
expect 0 "step=200" "$LOCKSTEP" inspect "$run"
rm "$run/ckpt-000000000200.h5" "$run/ckpt-000000000100.h5"
expect 4 "1 of the 1 checkpoints" "$LOCKSTEP" inspect "$run" --verify
expect 4 "none of the 1 checkpoints" "$LOCKSTEP" inspect "$run"
exit $((failures > 0))
