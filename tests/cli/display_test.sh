#!/bin/bash
# What people see: on a terminal of 80 columns no line is wider, a bar moves, with a
# launcher or without, and records stay away; in a log there are no control characters.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data
cd "$work"
unset NO_COLOR
export TERM=xterm

# on_terminal NAME COMMAND: what a terminal of 80 columns gets, as $NAME.tty.
on_terminal() {
  local name=$1
  shift
  script -qec "stty cols 80 rows 24; $*" "$name.tty" >/dev/null </dev/null ||
    fail "$name: $* ended with $?: $(cat "$name.tty")"
  # script's own first and last line are not ours.
  sed -i '/^Script \(started\|done\)/d' "$name.tty"
  ! grep -q $'\e' "$name.tty" || fail "$name: an escape sequence"
  ! tr '\r' '\n' <"$name.tty" | grep -nE '^.{81,}' >wide ||
    fail "$name: wider than 80 columns: $(cat wide)"
}

# Slow enough for a bar.
slow="train --data data --hidden 8000 --batch 2 --shards 2 --epochs 2"
on_terminal alone "$LOCKSTEP" "$slow" --out alone
on_terminal launched "$MPIEXEC" -n 2 "$LOCKSTEP" "$slow" --out launched
for name in alone launched; do
  grep -qE $'\r1/2 \\[=*>\\.*\\] loss [0-9.]+ acc' "$name.tty" || fail "$name: no bar"
  [[ $(grep -cE '^Epoch [12]/2 loss .* val_acc .* lr 0[.]' <(tr '\r' '\n' <"$name.tty")) -eq 2 ]] ||
    fail "$name: not a line an epoch"
  grep -qE '^  test accuracy  [0-9.]+ %' "$name.tty" || fail "$name: no result"
  ! grep -qE '(run|epoch|saved|done|time) [a-z_]+=' "$name.tty" ||
    fail "$name: records between the lines for people"
done

# Records are there wherever a program may read them.
quick="train --data data --hidden 20 --epochs 2 --keep 100"
on_terminal piped "$LOCKSTEP $quick --out piped | cat >piped.out"
grep -q '^done ' piped.out || fail "no records in a pipe"
on_terminal piped2 "$MPIEXEC -n 2 $LOCKSTEP $quick --out piped2 >piped2.out"
grep -q '^done ' piped2.out || fail "no records behind a launcher"
grep -q '^Epoch 2/2' <(tr '\r' '\n' <piped2.tty) || fail "no display beside a file"
on_terminal quiet "$LOCKSTEP" "$quick" --out quiet --quiet
grep -q '^done ' quiet.tty || fail "--quiet takes records away"

# A launcher that tags each line, and a terminal that cannot redraw one.
on_terminal tagged "$MPIEXEC --tag-output -n 1 $LOCKSTEP $slow --out tagged 2>&1 | cut -c 1-80"
on_terminal dumb "TERM=dumb $LOCKSTEP $slow --out dumb"
for name in tagged dumb; do
  ! grep -qE '\[=*>\.*\]' "$name.tty" || fail "$name: a bar"
done

# A log file.
read -ra words <<<"$slow"
"$LOCKSTEP" "${words[@]}" --out log >log.out 2>log.err
! LC_ALL=C grep -q '[^[:print:]]' log.out log.err || fail "control characters in a log"
[[ $(grep -cE '^Epoch [12]/2  [0-9.]+s  loss: .*  val_accuracy: ' log.err) -eq 2 ]] ||
  fail "not a line an epoch in a log"

# The other displays.
on_terminal plan "$LOCKSTEP train --data data --dry-run"
on_terminal inspect "$LOCKSTEP inspect piped"
grep -q '^  epochs=2' inspect.tty || fail "the configuration cannot be read"
on_terminal verify "$LOCKSTEP inspect --verify piped"
on_terminal eval "$LOCKSTEP eval piped --data data"
on_terminal diff "$LOCKSTEP diff piped/ckpt-000000000032.h5 piped || true"
on_terminal schedule "$LOCKSTEP schedule 'warmup for 500 then cosine(end=0.01)'"
on_terminal list "$LOCKSTEP schedule --list"
on_terminal explain "$LOCKSTEP schedule --explain one_cycle"
on_terminal optimizers "$LOCKSTEP optimizers"
echo 'a schedule with a rather long name: constant for 50% then cosine(end=0.01)' >list
on_terminal compare "$LOCKSTEP compare --schedules list --seeds 1 --epochs 1 --out compared \
  --holdout 100 --data data -- --hidden 12"
on_terminal help "$LOCKSTEP help"
for command in $("$LOCKSTEP" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
  on_terminal "$command" "$LOCKSTEP help $command"
done
