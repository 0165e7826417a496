#!/bin/bash
# The same bits on any number of ranks, nodes and instruction sets.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data_with_empty 18

train one 1
[[ $(grep -c '^epoch ' "$work/one.out") -eq 3 ]] || fail "expected three epochs"
[[ $(checkpoints one | wc -l) -eq 3 ]] || fail "expected three checkpoints"
accuracy=$(value one 'done' test_accuracy)
awk "BEGIN { exit !($accuracy > 0.5) }" || fail "nothing was learnt: $accuracy"
train seed 1 --seed 2
other_weights one seed

for ranks in 2 3 4 5 8; do
  train "ranks$ranks" "$ranks"
  same_run one "ranks$ranks"
done

# Rows that ranks hand on to each other, or two ranks that do not.
export LOCKSTEP_SPARSE=1
LOCKSTEP_RELAY=0 train no-relay 2
same_run one no-relay
[[ $(value no-relay run relay) -eq 0 ]] || fail "LOCKSTEP_RELAY=0 is not obeyed"
export LOCKSTEP_RELAY=1
for ranks in 2 3 5 8; do
  train "relay$ranks" "$ranks"
  same_run one "relay$ranks"
  [[ $(value "relay$ranks" run relay) -eq 1 ]] || fail "nothing is handed on"
done
train dropped 1 --dropout 0.3 --clip-norm 1 --optimizer adam --batch 37
train dropped3 3 --dropout 0.3 --clip-norm 1 --optimizer adam --batch 37
same_run dropped dropped3
LOCKSTEP_EXCHANGE=flags train apart-relay 4 --fake-nodes 2,2
same_run one apart-relay
[[ $(value apart-relay run relay) -eq 0 ]] || fail "nodes that work apart hand rows on"
export LOCKSTEP_SPARSE=0
for ranks in 2 5; do
  train "dense-relay$ranks" "$ranks"
  same_run one "dense-relay$ranks"
  [[ $(value "dense-relay$ranks" run relay) -eq 1 ]] || fail "no dense row is handed on"
done
unset LOCKSTEP_SPARSE LOCKSTEP_RELAY

# So many steps that two ranks look anew how far apart their cores are.
for options in '' '--clip-norm 1'; do
  read -ra words <<<"--batch 7 --epochs 8 $options"
  train looks1 1 "${words[@]}"
  LOCKSTEP_RELAY=1 train looks2 2 "${words[@]}"
  same_run looks1 looks2
  rm -rf "$work"/looks*
done

# However unequal their parts of a step are.
train more 1 --batch 100
export LOCKSTEP_UNEVEN=1
for ranks in 2 3 5; do
  train "uneven$ranks" "$ranks"
  same_run one "uneven$ranks"
  train "uneven-dropped$ranks" "$ranks" --dropout 0.3 --clip-norm 1 --optimizer adam --batch 37
  same_run dropped "uneven-dropped$ranks"
  LOCKSTEP_SPARSE=1 LOCKSTEP_RELAY=1 train "uneven-relay$ranks" "$ranks"
  same_run one "uneven-relay$ranks"
  LOCKSTEP_RELAY=1 train "uneven-more$ranks" "$ranks" --batch 100
  same_run more "uneven-more$ranks"
done
LOCKSTEP_EXCHANGE=rows train uneven-nodes 5 --fake-nodes 3,2
same_run one uneven-nodes
export LOCKSTEP_EXCHANGE=sums LOCKSTEP_LOANS=1
for options in '--batch 200' '--batch 512 --hidden 24,16 --dropout 0.3 --dropout-inputs 0.2 --epochs 4' \
  '--batch 144 --clip-norm 1 --optimizer adam --shards 9' '--batch 513 --hidden 130'; do
  read -ra words <<<"$options"
  train lends 1 "${words[@]}"
  for ranks in 2 3 5 8; do
    LOCKSTEP_PAUSE=loan#1:0 LOCKSTEP_SPARSE=$((ranks % 3 > 0)) \
      train "lends$ranks" "$ranks" "${words[@]}"
    same_run lends "lends$ranks"
    grep -q "paused in 'loan'" "$work/lends$ranks.err" || fail "$options: no row is lent"
    [[ $(value "lends$ranks" run loans) -eq 1 ]] || fail "$options: nothing is told of loans"
  done
  LOCKSTEP_LOANS=0 train lends-not 2 "${words[@]}"
  same_run lends lends-not
  [[ $(value lends-not run loans) -eq 0 ]] || fail "LOCKSTEP_LOANS=0 is not obeyed"
  rm -rf "$work"/lends*
done
# The second of two ranks runs the last 24 of the first's 100 rows.
LOCKSTEP_FAULT=row@76 exit_of 1 lent-nan 2 train "${small[@]}" --batch 200 \
  --out "$work/lent-nan"
says lent-nan 'rank 1: loss or gradient of step [0-9]+ is not finite'
unset LOCKSTEP_UNEVEN LOCKSTEP_EXCHANGE
LOCKSTEP_EXCHANGE=flags train apart-loans 4 --fake-nodes 3,1 --batch 300
[[ $(value apart-loans run loans) -eq 0 ]] || fail "nodes that work apart lend rows"
unset LOCKSTEP_LOANS

# Nodes that have little choice.
LOCKSTEP_EXCHANGE=rows train nodes 5 --fake-nodes 3,2
same_run one nodes
LOCKSTEP_EXCHANGE=flags train apart 5 --fake-nodes 3,2
same_run one apart
LOCKSTEP_EXCHANGE=sums train no-choice 8 --fake-nodes 2,1,5
same_run one no-choice
says no-choice "LOCKSTEP_EXCHANGE: 'sums' is not possible here, this run takes 'rows'"
train any-choice 8 --fake-nodes 2,1,5
same_run one any-choice

# A batch of 32 rows is one leaf, whatever its shards; one of 33 is a leaf a shard.
same_weights() {
  [[ $(value "$1" 'done' weights) == "$(value "$2" 'done' weights)" ]] ||
    fail "weights of $1 and $2 differ"
}
train leaf 2 --shards 3
same_weights one leaf
train shards8 1 --batch 33
train shards3 3 --batch 33 --shards 3
other_weights shards8 shards3

# Whatever nodes send each other.
train larger 1 --batch 40
for way in sums rounds rows flags; do
  export LOCKSTEP_EXCHANGE=$way
  train "$way-32" 5 --batch 40 --fake-nodes 3,2
  same_run larger "$way-32"
  [[ $(value "$way-32" run exchange) == "$way" ]] || fail "nodes have not sent $way"
  train "$way-111" 3 --batch 40 --fake-nodes 1,1,1
  same_run larger "$way-111"
  train "$way-215" 8 --batch 40 --fake-nodes 2,1,5
  same_run larger "$way-215"
  train "$way-2" 2 --batch 40
  same_run larger "$way-2"
done
unset LOCKSTEP_EXCHANGE

# What rank 0's environment says of zeros counts for all.
cat >"$work/at-odds" <<EOF
#!/bin/sh
LOCKSTEP_SPARSE=\$((1 - OMPI_COMM_WORLD_RANK % 2)) exec "$LOCKSTEP" "\$@"
EOF
chmod +x "$work/at-odds"
LOCKSTEP=$work/at-odds train odds-3 3 --batch 40
same_run larger odds-3
LOCKSTEP=$work/at-odds LOCKSTEP_EXCHANGE=rounds train odds-11 2 --batch 40 --fake-nodes 1,1
same_run larger odds-11

# In rounds, zeros that are left out do not travel either, nor weights that stay.
thin() {
  LOCKSTEP_SPARSE=1 LOCKSTEP_EXCHANGE=rounds "$@"
}
for option in '--hidden 32' '--hidden 64,32' '--batch 512' '--clip-norm 0.5'; do
  read -ra words <<<"--batch 40 $option"
  train one-of 1 "${words[@]}"
  thin train thin-11 2 "${words[@]}" --fake-nodes 1,1
  same_run one-of thin-11
  thin train thin-32 5 "${words[@]}" --fake-nodes 3,2
  same_run one-of thin-32
  rm -rf "$work/one-of" "$work"/thin-*
done
thin exit_of 75 stopped 2 train "${small[@]}" --batch 40 --out "$work/stopped" \
  --fake-nodes 1,1 --stop-at-step 37
thin exit_of 0 stopped 4 train --data "$work/data" --resume "$work/stopped" \
  --fake-nodes 1,2,1
same_end larger stopped

# Ranks that ask for different ways do not wait for each other: rank 0's counts.
"$MPIEXEC" -n 1 -x LOCKSTEP_EXCHANGE=rows "$LOCKSTEP" train "${small[@]}" --batch 40 \
  --out "$work/asked" --fake-nodes 1,1 --io-timeout 20 : \
  -n 1 "$LOCKSTEP" train "${small[@]}" --batch 40 --out "$work/asked" --fake-nodes 1,1 \
  --io-timeout 20 >"$work/asked.out" 2>"$work/asked.err" || fail "$(cat "$work/asked.err")"
same_run larger asked
"$MPIEXEC" -n 1 "$LOCKSTEP" train "${small[@]}" --batch 40 --out "$work/other" \
  --fake-nodes 1,1 --io-timeout 20 : -n 1 -x LOCKSTEP_EXCHANGE=rows "$LOCKSTEP" train \
  "${small[@]}" --batch 40 --out "$work/other" --fake-nodes 1,1 --io-timeout 20 \
  >"$work/other.out" 2>"$work/other.err" || fail "$(cat "$work/other.err")"
same_run larger other

# Without a launcher.
"$LOCKSTEP" train "${small[@]}" --out "$work/alone" >"$work/alone.out" 2>/dev/null
same_run one alone

# Zeros of the images left out, and not.
LOCKSTEP_SPARSE=0 train dense 1
same_run one dense
for ranks in 1 3 8; do
  LOCKSTEP_SPARSE=1 train "sparse$ranks" "$ranks"
  same_run one "sparse$ranks"
done

train plain 2 --isa plain
same_run one plain
# Ranks with tiles of other heights hand on as many rows as the first one says.
"$MPIEXEC" -n 1 -x LOCKSTEP_SPARSE=0 -x LOCKSTEP_RELAY=1 "$LOCKSTEP" train "${small[@]}" \
  --batch 40 --out "$work/tiles" --isa plain --io-timeout 20 : \
  -n 1 -x LOCKSTEP_SPARSE=0 -x LOCKSTEP_RELAY=1 "$LOCKSTEP" train "${small[@]}" \
  --batch 40 --out "$work/tiles" --io-timeout 20 >"$work/tiles.out" 2>"$work/tiles.err" ||
  fail "$(cat "$work/tiles.err")"
same_run larger tiles
for isa in avx2 avx512f; do
  if grep -qw "$isa" /proc/cpuinfo; then
    train "$isa" 2 --isa "${isa%f}"
    same_run one "$isa"
  fi
done
