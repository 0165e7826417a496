#!/bin/bash
# lockstep schedule: its table, CSV, formulas, pictures, mistakes.
set -euo pipefail

lockstep=${LOCKSTEP:?}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"

fail() {
  echo "FAILED: $1" >&2
  exit 1
}

# contains WHAT TEXT: a line of the output holds the text.
contains() {
  grep -qF -- "$2" out || { cat out >&2; fail "$1: no '$2'"; }
}

# refused CODE WHAT ARGUMENTS...
refused() {
  local code=0 want=$1 what=$2
  shift 2
  "$lockstep" schedule "$@" >out 2>err || code=$?
  [[ $code -eq $want ]] || fail "$what: exit code $code, not $want"
  [[ ! -s out ]] || fail "$what: something on stdout"
}

"$lockstep" schedule 'warmup for 500 then cosine(end=0.01)' --lr 0.2 --steps 1000 >out
contains table 'resolved  warmup(from=0, shape=linear, over=500) for 500 then cosine('
contains table 'largest   0.20000000000000001 at step 499'
contains table '    2       500       999'
! grep -q '|' out || fail "a drawing where there is no terminal"

"$lockstep" schedule cosine constant --draw --steps 100 >out
contains drawing '0.1 |'
contains drawing '* cosine'
contains drawing '+ constant'

"$lockstep" schedule 'exponential(rate=0.5, every=10, staircase)' --csv --steps 25 >out
[[ $(wc -l <out) -eq 26 ]] || fail "csv: not a row a step"
contains csv 'step,lr'
contains csv '9,0.10000000000000001'
contains csv '24,0.025000000000000001'
"$lockstep" schedule cosine constant --csv --every 10 --steps 25 >out
[[ $(head -1 out) == step,lr1,lr2 ]] || fail "csv: head of several"
[[ $(cut -d, -f1 out | xargs) == "step 0 10 20" ]] || fail "csv: --every"

"$lockstep" schedule --epochs 4 --steps-per-epoch 10 'step(every=1ep)' --csv >out
[[ $(wc -l <out) -eq 41 ]] || fail "csv: epochs"
contains csv '10,0.010000000000000002'

printf '# two stages\nwarmup for 5\n  then cosine # rest\n' >text
"$lockstep" schedule @text --steps 10 >out
contains file 'cosine(over=5)'

"$lockstep" schedule --explain 'inverse_time(rate=0.5, every=2ep)' >out
contains explain '1/(1 + 0.5 t/3750)'
"$lockstep" schedule --explain 'one_cycle(phases=3)' >out
contains explain 'to 1/25 at 2 0.3 28125 - 2'
"$lockstep" schedule --list >out
contains list 'cosine_restarts: half a cosine again and again'
contains list ' [0.3]'

# The history of a run: the loss stops getting better after the second epoch.
{
  echo kind,epoch,step,loss,accuracy,val_loss,val_accuracy,lr,seconds
  echo epoch,1,10,1,0.5,1,0.5,0.1,1
  echo step,2,15,9,0,,,0.1,1
  for epoch in 2 3 4 5; do
    echo epoch,$epoch,${epoch}0,0.5,0.5,0.5,0.5,0.1,1
  done
} >metrics.csv
"$lockstep" schedule 'plateau(factor=0.5, patience=1)' --history metrics.csv \
  --epochs 6 --steps-per-epoch 10 --csv --every 10 >out
[[ $(cut -d, -f2 out | xargs) == \
  "lr 0.10000000000000001 0.10000000000000001 0.10000000000000001 0.10000000000000001 0.050000000000000003 0.050000000000000003" ]] ||
  { cat out >&2; fail "history"; }
refused 1 "no such history" plateau --history nowhere.csv
echo "loss,accuracy" >bad.csv
refused 1 "a history without steps" plateau --history bad.csv

refused 1 "a mistyped kind" 'warmup for 5 then cosin'
diff - err <<'END' || fail "a mistyped kind: another message"
  warmup for 5 then cosin
                    ^
lockstep: schedule:1:19: there is no kind 'cosin' (did you mean 'cosine'?)
END
printf 'constant for 5\nthen cosine(end=2)\n' >text
refused 1 "a mistake in a file" @text
grep -qF 'schedule:2:13:' err || fail "a mistake in a file: its place"
refused 2 "no schedule"
refused 1 "no file" @nowhere
refused 2 "another ending" cosine --plot picture.pdf

# What the manual begins with is accepted.
examples=0
while IFS= read -r text; do
  "$lockstep" schedule "$text" >/dev/null 2>err || { cat err >&2; fail "the manual's '$text'"; }
  examples=$((examples + 1))
done < <(awk '/^```/ { inside = !inside; next } inside' \
  "$LOCKSTEP_SOURCE/docs/schedules.md" | head -6)
[[ $examples -eq 6 ]] || fail "the manual's examples are elsewhere"

PATH=/nonexistent refused 1 "no gnuplot" cosine --plot picture.svg
grep -q "gnuplot-nox" err || fail "no gnuplot: its package is not named"
[[ -z $(ls picture* 2>/dev/null) ]] || fail "a picture is left behind"
if command -v gnuplot >/dev/null; then
  "$lockstep" schedule cosine "it's # no 'kind'" --plot picture.svg 2>/dev/null &&
    fail "a picture of nothing"
  "$lockstep" schedule cosine 'one_cycle # a comment, it'"'"'s quoted' --plot picture.svg
  grep -q '</svg>' picture.svg || fail "no svg"
  "$lockstep" schedule cosine --plot picture.png
  [[ $(head -c 4 picture.png | tail -c 3) == PNG ]] || fail "no png"
else
  echo "no gnuplot: its pictures are not tested"
fi
