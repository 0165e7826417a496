#!/bin/bash
# Slots, clipping, decay and dropout give the same bits on any number of ranks and nodes,
# and after a stop in the middle.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data_with_empty 18

# everywhere NAME OPTION...: whatever is exchanged; batches of 40 rows have the choice.
everywhere() {
  local name=$1
  shift
  set -- --batch 40 "$@"
  train "$name" 1 --epochs 2 "$@"
  train "$name-3" 3 --epochs 2 "$@"
  same_run "$name" "$name-3"
  LOCKSTEP_EXCHANGE=sums train "$name-nodes" 4 --epochs 2 "$@" --fake-nodes 1,2,1
  same_run "$name" "$name-nodes"
  LOCKSTEP_EXCHANGE=rounds LOCKSTEP_SPARSE=1 train "$name-thin" 4 --epochs 2 "$@" \
    --fake-nodes 1,2,1
  same_run "$name" "$name-thin"
  LOCKSTEP_EXCHANGE=flags train "$name-apart" 3 --epochs 2 "$@" --fake-nodes 1,2
  same_run "$name" "$name-apart"
  exit_of 75 "$name-stop" 2 train "${small[@]}" --epochs 2 "$@" --out "$work/$name-stop" \
    --stop-at-step 37
  LOCKSTEP_EXCHANGE=rows exit_of 0 "$name-stop" 5 train --data "$work/data" \
    --resume "$work/$name-stop" --fake-nodes 3,2
  same_end "$name" "$name-stop"
  [[ $(value "$name-nodes" run exchange) == sums ]] || fail "$name: not in sums"
  [[ $(value "$name-stop" run exchange) == rows ]] || fail "$name: not in rows"
}

everywhere momentum --optimizer 'sgd(momentum=0.9, nesterov)' --clip-norm 0.5 \
  --weight-decay 'l2(0.01)' --lr 0.05
everywhere adam --optimizer adam --lr 0.003 --dropout 0.2
everywhere adamw --optimizer 'adamw(weight_decay=0.1)' --lr 0.01 --dropout 0.3 \
  --dropout-inputs 0.1 --label-smoothing 0.1 --hidden 20,20
everywhere rmsprop --optimizer 'rmsprop(momentum=0.5)' --lr 0.001 --clip-norm 1 \
  --batch 37
# A batch of one leaf has no choice.
train leaf 1 --epochs 2 --clip-norm 0.5 --dropout-inputs 0.1
train leaf-nodes 5 --epochs 2 --clip-norm 0.5 --dropout-inputs 0.1 --fake-nodes 2,1,2
same_run leaf leaf-nodes
everywhere adagrad --optimizer adagrad --weight-decay 'decoupled(0.1, biases)'

# Each option decides bits, and each instruction set gives them.
train bare 2 --epochs 2 --lr 0.05 --optimizer 'sgd(0.9, nesterov)'
for option in '--clip-norm 0.5' '--weight-decay l2(0.01)' '--label-smoothing 0.1' \
  '--dropout 0.3' '--dropout-inputs 0.1'; do
  read -ra words <<<"$option"
  train one 2 --epochs 2 --lr 0.05 --optimizer 'sgd(0.9, nesterov)' "${words[@]}"
  other_weights bare one
  rm -rf "$work/one"
done
# What clips nothing changes nothing, however a norm is come by.
for batch in 32 40; do
  train "free$batch" 1 --epochs 2 --batch "$batch"
  train "clip$batch" 3 --epochs 2 --batch "$batch" --clip-norm 1e30
  [[ $(value "free$batch" 'done' weights) == "$(value "clip$batch" 'done' weights)" ]] ||
    fail "a norm that clips nothing decides bits"
done
train plain 2 --epochs 2 --optimizer 'adamw(weight_decay=0.1)' --lr 0.01 --dropout 0.3 \
  --dropout-inputs 0.1 --label-smoothing 0.1 --hidden 20,20 --batch 40 --isa plain
same_run adamw plain

# The same call in other words is the same run; another is refused.
exit_of 0 words 1 train --data "$work/data" --resume "$work/momentum" \
  --optimizer 'sgd( 0.9,nesterov )'
exit_of 1 other 2 train --data "$work/data" --resume "$work/momentum" \
  --optimizer 'sgd(0.8, nesterov)'
says other 'rank 0: .*--optimizer: stored sgd\(momentum=0.9, dampening=0, nesterov\), asked'

# The rule for large batches holds once: with the same command line or none at all.
rule=(--batch 64 --lr 0.05 --lr-scale linear)
train straight 1 "${rule[@]}"
grep -qF 'base rate 0.05 for batch 32 becomes 0.1 for batch 64 (linear rule)' \
  "$work/straight.err" || fail "the rule is not shown"
train meant 1 --batch 64 --lr 0.1
[[ $(value straight 'done' weights) == "$(value meant 'done' weights)" ]] ||
  fail "the rule does not double the rate"
train root 1 --batch 128 --lr 0.05 --lr-scale sqrt
train twice 1 --batch 128 --lr 0.1
[[ $(value root 'done' weights) == "$(value twice 'done' weights)" ]] ||
  fail "the root of four does not double the rate"
for way in none same; do
  again=()
  [[ $way == none ]] || again=("${small[@]}" "${rule[@]}")
  exit_of 75 "rule-$way" 1 train "${small[@]}" "${rule[@]}" --out "$work/rule-$way" \
    --stop-at-step 20
  exit_of 0 "rule-$way" 2 train --data "$work/data" "${again[@]}" \
    --resume "$work/rule-$way"
  same_end straight "rule-$way"
done
