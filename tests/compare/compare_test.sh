#!/bin/bash
# Many runs: what is finished is not repeated, what is stopped goes on, what diverges or
# dies is a row that says so, and parts come to the same as the whole.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

cat >"$work/schedules" <<'END'
# a comment
constant: constant
falling: linear(1, 0)     # and another
END
recipes=(--schedules "$work/schedules" --seeds 1..2 --epochs 2 --holdout 100
  --data "$work/data")

# compare NAME OPTION...
compare() {
  local name=$1
  shift
  "$LOCKSTEP" compare "${recipes[@]}" --out "$work/$name" "$@" -- --hidden 12 \
    >"$work/$name.out" 2>"$work/$name.err" || {
    cat "$work/$name.err" >&2
    fail "compare of $name ended with $?"
  }
}

# Rows of results.csv without what clocks decide.
rows() {
  cut -d, -f1-9 "$work/$1/results.csv"
}

compare all --lr '0.1,1e30'
[[ $(grep -c ,done, "$work/all/results.csv") -eq 4 ]] || fail "four runs should be done"
[[ $(grep -c ,diverged, "$work/all/results.csv") -eq 4 ]] ||
  fail "four runs should have diverged: $(cat "$work/all/results.csv")"
grep -q '^diverged: constant, sgd, rate 1e30, seed 1: ' "$work/all.out" ||
  fail "the table does not say what has diverged"
[[ -s $work/all/report.html ]] || fail "no report"
! grep -E '^ .{80}' "$work/all.out" || fail "the table is wider than a terminal"
[[ $(head -n 1 "$work/all/table.md") == '| | schedule | | rate | held out | test | sd | '* &&
  $(grep -cE '^\| [1-4] \| (constant|falling) \| `' "$work/all/table.md") -eq 4 ]] ||
  fail "the table in Markdown: $(cat "$work/all/table.md")"

# A second time nothing is run; another option makes all be run again.
stat -c '%n %Y %i' "$work"/all/runs/*/records >"$work/before"
compare all --lr '0.1,1e30'
stat -c '%n %Y %i' "$work"/all/runs/*/records | diff "$work/before" - ||
  fail "finished runs were repeated"
rows all >"$work/rows"

# In parts, and gathered.
for part in 1/3 3/3 2/3; do
  compare parts --lr '0.1,1e30' --part "$part"
  [[ ! -e $work/parts/report.html ]] || fail "a part has reported"
done
"$LOCKSTEP" compare --collect "$work/parts" >"$work/parts.out" 2>/dev/null
rows parts | diff "$work/rows" - || fail "parts differ from the whole"
diff <(cut -c1-60 "$work/all.out") <(cut -c1-60 "$work/parts.out") ||
  fail "the tables differ"

# From anywhere; but what an earlier command has left is not collected.
mv "$work/parts" "$work/moved"
(cd "$work/moved" && "$LOCKSTEP" compare --collect .) >"$work/moved.out" 2>/dev/null
diff "$work/parts.out" "$work/moved.out" || fail "a moved directory reads otherwise"
mv "$work/moved" "$work/parts"
compare parts --lr '0.1,1e30' --part 1/3 --epochs 1
"$LOCKSTEP" compare --collect "$work/parts" >"$work/parts.out" 2>/dev/null
grep -qx 'of these 5 have a result of another command' "$work/parts.out" ||
  fail "runs of two commands were mixed: $(cat "$work/parts.out")"
[[ $(grep -c ,missing, "$work/parts/results.csv") -eq 5 ]] || fail "five are missing"

# Without rows of their own to validate on, the headings say so.
compare 'open' --lr 0.1 --holdout 0
! grep -qi 'held' "$work/open.out" "$work/open/table.md" || fail "nothing was held out"
grep -q 'valid' "$work/open.out" || fail "no heading: $(head -n 2 "$work/open.out")"

# A run that is killed is a row; Ctrl-C ends every process; and the same command goes on.
"$LOCKSTEP" compare "${recipes[@]}" --out "$work/stopped" --jobs 2 --lr 0.1 \
  -- --hidden 12 --epochs 100000 >/dev/null 2>"$work/stopped.err" &
compare_id=$!
# wait_for COUNT NAME: until so many runs have a file of that name.
wait_for() {
  for _ in {1..100}; do
    [[ $(find "$work/stopped" -name "$2" 2>/dev/null | wc -l) -lt $1 ]] || return 0
    sleep 0.1
  done
  fail "not $1 runs have '$2'"
}
wait_for 2 status
[[ $(find "$work/stopped" -name records | wc -l) -eq 2 ]] || fail "more runs than jobs"
kill -KILL "$(pgrep -P "$compare_id" | head -n 1)"
wait_for 1 result
grep -qx 'signal 9' "$(find "$work/stopped" -name result)" || fail "no row for the dead"
wait_for 3 status
find "$work/stopped" -name result -delete
kill -INT "$compare_id"
code=0
wait "$compare_id" || code=$?
[[ $code -eq 75 ]] || fail "stopped with $code, expected 75"
[[ -z $(find "$work/stopped" -name result) ]] ||
  fail "a stopped run has a result"
# left: an id of a process that belongs to a run.
left() {
  local pid
  for pid in /proc/[0-9]*; do
    if { tr '\0' ' ' <"$pid/cmdline"; } 2>/dev/null | grep -qF "$work/stopped/runs"; then
      echo "${pid#/proc/}"
    fi
  done
}
[[ -z $(left) ]] || fail "processes are left: $(left)"

# Killed, or without its terminal, it leaves none either.
for signal in KILL HUP; do
  env --default-signal=HUP "$LOCKSTEP" compare "${recipes[@]}" --out "$work/stopped" \
    --jobs 2 --lr 0.1 -- --hidden 12 --epochs 100000 >/dev/null 2>&1 &
  compare_id=$!
  for _ in {1..100}; do
    [[ $(left | wc -l) -lt 2 ]] || break
    sleep 0.1
  done
  [[ $(left | wc -l) -eq 2 ]] || fail "not two runs: $(left)"
  kill -"$signal" "$compare_id"
  wait "$compare_id" 2>/dev/null || true
  for _ in {1..100}; do
    [[ -n $(left) ]] || break
    sleep 0.1
  done
  [[ -z $(left) ]] || fail "after SIG$signal there is left: $(left)"
done
compare stopped --lr 0.1
[[ $(grep -c ,done, "$work/stopped/results.csv") -eq 4 ]] || fail "four runs expected"

# Each run may have ranks of its own: the same figures.
compare ranks --lr 0.1 --ranks-per-run 2 --jobs 1
diff <(rows stopped) <(rows ranks) || fail "ranks change results"
grep -q '^run .* ranks=2 ' "$work"/ranks/runs/*-1/records || fail "not on two ranks"

# A run that dies is a row; if all do, that is a failure.
code=0
"$LOCKSTEP" compare "${recipes[@]}" --out "$work/dead" --lr 0.1 -- --hidden x \
  >"$work/dead.out" 2>"$work/dead.err" || code=$?
[[ $code -eq 1 ]] || fail "all runs failed: exit code $code"
grep -q "all runs have failed" "$work/dead.err" || fail "$(cat "$work/dead.err")"
[[ $(grep -c ,failed, "$work/dead/results.csv") -eq 4 ]] || fail "four runs have failed"
grep -q "^failed: constant.*hidden" "$work/dead.out" || fail "no reason is given"

# What cannot be compared.
for wrong in '--lr 0.1,x' '--seeds 5..1' '--seeds 1..2,7' '--seeds 1,1' '--seeds 1.5' '--baseline nothing' '--part 4/3' \
  '--optimizers adm' '--schedules /nowhere'; do
  code=0
  read -ra words <<<"$wrong"
  "$LOCKSTEP" compare "${recipes[@]}" --out "$work/wrong" "${words[@]}" \
    >/dev/null 2>"$work/wrong.err" || code=$?
  [[ $code -ne 0 && $(wc -l <"$work/wrong.err") -eq 1 ]] ||
    fail "$wrong: exit code $code, $(cat "$work/wrong.err")"
done
