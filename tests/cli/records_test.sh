#!/bin/bash
# What programs read: each record on stdout has its one form, and nothing else is there;
# a plan alone leaves nothing behind.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

real='[0-9]+(\.[0-9]+)?(e[-+][0-9]+)?'
whole='[0-9]+'
word='[^ =]+'
form_of() {
  case $1 in
  run) echo "run version=$word ranks=$whole nodes=$whole step=$whole steps=$whole" \
    "steps_per_epoch=$whole parameters=$whole kernels=$word exchange=(rows|sums|rounds|flags|mpi) relay=[01] loans=[01] directory=$word" \
    "command=$word" ;;
  epoch) echo "epoch epoch=$whole step=$whole loss=$real accuracy=$real" \
    "val_loss=$real val_accuracy=$real lr=$real seconds=$real" \
    "samples_per_second=$whole" ;;
  saved) echo "saved step=$whole checkpoint=$word" ;;
  stopped) echo "stopped step=$whole reason=$word" ;;
  done) echo "done step=$whole epochs=$whole lr=$real test_loss=$real" \
    "test_accuracy=$real weights=sha256:[0-9a-f]{64} checkpoint=$word" ;;
  time) echo "time seconds=$real data=$real forward=$real backward=$real" \
    "update=$real exchange=$real waiting=$real validating=$real saving=$real" \
    "other=$real save_stall_ms=$real" ;;
  eval) echo "eval step=$whole count=$whole loss=$real accuracy=$real" ;;
  esac
}

# well_formed NAME KIND...: every line has its kind's form, and each kind occurs.
well_formed() {
  local name=$1 line
  shift
  while IFS= read -r line; do
    grep -qxE "$(form_of "${line%% *}")" <<<"$line" || fail "$name: '$line'"
  done <"$work/$name.out"
  for kind in "$@"; do
    grep -q "^$kind " "$work/$name.out" || fail "$name: no record '$kind'"
  done
}

train run 2
well_formed run run epoch saved 'done' time
[[ $(grep -c '^epoch ' "$work/run.out") -eq 3 ]] || fail "an epoch record each"
[[ $(value run 'done' checkpoint) == "$work/run/ckpt-000000000096.h5" ]] ||
  fail "the last checkpoint is $(value run 'done' checkpoint)"
[[ $(cat "$work/run/status") == *"exit=0 step=96 done"* ]] ||
  fail "status: $(cat "$work/run/status")"

# What the time went to are parts of one whole, also where ranks have unequal work: three
# shards on two ranks. Each of eight parts is rounded to a millisecond.
train times 2 --shards 3 --hidden 512,512 --batch 96 --epochs 10
record times time | tr ' ' '\n' | awk -F = '
  $1 == "seconds" { all = $2 } $1 == "other" { other = $2 }
  $1 ~ /^(data|forward|backward|update|exchange|waiting|validating|saving)$/ { parts += $2 }
  END { exit !(parts > 0.8 * all && parts <= 1.001 * all + 0.004 && other > -0.001 &&
               parts + other > 0.999 * all - 0.005) }' ||
  fail "parts do not make up the whole: $(record times time)"

# 17 digits give the very float32 of the rate: 0.1f * 0.96 rounded, after 1,000 steps.
train rate 1 --schedule 'constant(value=0.96)'
[[ $(value rate 'done' lr) == 0.096000000834465027 ]] || fail "lr=$(value rate 'done' lr)"

exit_of 75 stopped 2 train "${small[@]}" --out "$work/stopped" --stop-at-step 7
well_formed stopped run saved stopped
[[ $(cat "$work/stopped/status") == *"exit=75 step=7 stopped"* ]] ||
  fail "status: $(cat "$work/stopped/status")"

exit_of 0 eval 3 eval "$work/run" --data "$work/data"
well_formed eval eval
for key in loss accuracy; do
  [[ $(value eval eval $key) == "$(value run 'done' test_$key)" ]] ||
    fail "eval and training disagree on $key"
done

# Values keep to their word, whatever is in them.
train 'odd = name' 1 --epochs 1
well_formed 'odd = name' 'done'
[[ $(value 'odd = name' 'done' checkpoint) == *odd%20%3D%20name/* ]] || fail "no encoding"

# --quiet takes away what is for people, and no record.
train quiet 2 --quiet
[[ ! -s $work/quiet.err ]] || fail "--quiet says: $(cat "$work/quiet.err")"
diff <(figures run) <(figures quiet) || fail "--quiet changes the records"

# Nothing on stderr tries to move a cursor where there is no terminal.
! grep -q $'[\r\e]' "$work/run.err" || fail "control characters in a log file"

# The metrics file.
train metrics 2 --metrics "$work/run.csv" --log-every 16
[[ $(head -n 1 "$work/run.csv") == kind,epoch,step,loss,* ]] || fail "no head"
[[ $(grep -c ^epoch, "$work/run.csv") -eq 3 ]] || fail "a row an epoch"
[[ $(grep -c ^step, "$work/run.csv") -eq 6 ]] || fail "a row each 16 steps"

# A plan.
find "$work" -not -name 'plan.*' | sort >"$work/plan.before"
exit_of 0 plan 2 train "${small[@]}" --out "$work/planned/run" --dry-run \
  --metrics "$work/planned.csv"
find "$work" -not -name 'plan.*' | sort | diff "$work/plan.before" - ||
  fail "--dry-run leaves files"
grep -qE '^steps +96 in 3 epochs of 32, from step 0' "$work/plan.out" || fail "no plan"

# Nothing is kept that is never saved, and each save counts once: 96 steps of 32 an epoch.
saves() {
  exit_of 0 saves 1 train "${small[@]}" --dry-run --out "$work/no" --keep 1000000 "$@"
  sed -n 's/^saves  *\([0-9]*\) .*/\1/p' "$work/saves.out"
}
[[ $(saves) -eq 3 && $(saves --save-every never) -eq 1 && $(saves --save-every 20) -eq 5 &&
  $(saves --save-every '1ep|24') -eq 6 ]] || fail "saves: $(cat "$work/saves.out")"
grep -qE '^disk +0\.[0-9] MB needed' "$work/saves.out" ||
  fail "six small files need much: $(grep ^disk "$work/saves.out")"

# planned_memory RANKS OPTION...: "rank node" of a plan, in MB.
planned_memory() {
  exit_of 0 memory "$1" train "${small[@]}" --hidden 2000 --dry-run --out "$work/no" "${@:2}"
  sed -n 's/^memory  *\([0-9.]*\) MB a rank; \([0-9.]*\) MB that .*/\1 \2/p' "$work/memory.out"
}

# adds_up LEFT RIGHT SUM: to the precision of what is printed.
adds_up() {
  awk -v a="$1" -v b="$2" -v sum="$3" 'BEGIN { d = a + b - sum; exit !(d * d < 0.16 ^ 2) }'
}

# Rows of a batch of 256 lie in the node's memory; of a larger batch each rank has its own,
# and room for a quarter as many that its neighbour may lend it.
read -r alone alone_node < <(planned_memory 1 --batch 256)
read -r evaluation node < <(planned_memory 2 --batch 256)
read -r half half_node < <(LOCKSTEP_LOANS=1 planned_memory 2 --batch 512)
read -r dropping _ < <(planned_memory 2 --batch 256 --dropout 0.5)
# A row is 4,144 floats and, with dropout, as many random numbers of two bytes as the widest
# layer has, for all rows that a rank may be dealt.
adds_up "$evaluation" 5.3 "$half" || fail "half of 512 rows plans $half MB"
adds_up "$evaluation" 0 "$alone" || fail "a rank alone plans $alone MB"
adds_up "$evaluation" 1.0 "$dropping" || fail "with dropout a rank plans $dropping MB"
adds_up "$alone_node" 0 "$node" || fail "one rank's node plans $alone_node MB, not $node"
# But then no gradient is stored, which takes 108 * 2000 floats and some, 0.9 MB a rank, nor
# what comes of 64 lent rows, 2,000 floats and some each.
adds_up "$half_node" 4.2 "$(awk -v n="$node" 'BEGIN { print n + 2 * 0.9 + 0.5 }')" ||
  fail "with common rows a node plans $node MB, else $half_node"
# Between nodes a rank has messages, of at least half of its sums in and as much out.
read -r apart apart_node < <(LOCKSTEP_EXCHANGE=sums planned_memory 2 --batch 512 --fake-nodes 1,1)
adds_up "$apart_node" 1.4 "$half_node" || fail "a rank's own node plans $apart_node MB"
awk -v half="$half" -v apart="$apart" 'BEGIN { exit !(apart > half - 1.1 + 0.7) }' ||
  fail "with messages a rank plans $apart MB, without $half"
