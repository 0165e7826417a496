#!/bin/bash
# The benchmark runs anywhere without data, prints a table of 80 columns and the same
# figures as CSV, and names what bounds a run.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
quick=(bench --layers "40,16,10" --batch 24 --rows 100 --largest 16 --seconds 0.02)

# figure NAME MEASURE BYTES: its median.
figure() {
  sed -n "s/^$2,$3,\([^,]*\),.*/\1/p" "$work/$1.csv"
}

# positive NAME MEASURE BYTES
positive() {
  awk -v x="$(figure "$@")" 'BEGIN { exit !(x > 0) }' || fail "$1: $2 $3: $(figure "$@")"
}

# measured NAME RANKS OPTION...: a run whose table and CSV file are as they should be.
measured() {
  local name=$1 ranks=$2 measure share=0
  shift 2
  exit_of 0 "$name" "$ranks" "${quick[@]}" "$@" --csv "$work/$name.csv"
  ! grep -nE '^.{81}' "$work/$name.out" || fail "$name: longer than 80 columns"
  head -n 1 "$work/$name.out" | grep -q "^lockstep [0-9.]*: $ranks rank" ||
    fail "$name: $(head -n 1 "$work/$name.out")"
  [[ $(grep -cE "^bound by (compute|memory|exchange (latency|bandwidth)|waiting|binding): " \
    "$work/$name.out") -eq 1 ]] || fail "$name: bound by what?"
  for measure in step gather forward backward product_rate memory_rate mpi_barrier; do
    positive "$name" "$measure" 0
  done
  for measure in compute memory latency bandwidth waiting; do
    share="$share + $(figure "$name" "share_$measure" 0)"
  done
  awk "BEGIN { exit !(($share) > 0.999 && ($share) < 1.001) }" ||
    fail "$name: shares are $share"
}

measured alone 1
measured two 2
measured three 3
LOCKSTEP_EXCHANGE=rows measured nodes 3 --fake-nodes 2,1
LOCKSTEP_EXCHANGE=flags measured apart 3 --fake-nodes 2,1
grep -q 'nodes send flags' "$work/apart.out" || fail "$(head -n 3 "$work/apart.out")"
measured plain 2 --allreduce mpi --layers 40,10 --largest 4
for size in 4096 8192 16384; do
  positive three ordered $size
  positive nodes mpi_allreduce $size
done
[[ -z $(figure two ordered 32768) ]] || fail "larger than --largest"
grep -q '^  message, ranks 0 and 2 .*between nodes' "$work/nodes.out" || fail "no message"
# One node's ordered sum exchanges no messages, and so waits for no wire.
[[ $(figure two exchange 0) == 0 && $(figure two share_bandwidth 0) == 0 ]] ||
  fail "an exchange on one node"
positive nodes exchange 0
positive plain exchange 0

exit_of 1 ranks 3 "${quick[@]}" --shards 2
says ranks "3 ranks cannot share 2 logical shards"
exit_of 1 csv 2 "${quick[@]}" --csv "$work/no/where.csv"
says csv "rank 0: cannot open '.*where.csv'"

# refuses LINE OPTION...: before MPI starts, so no launcher is needed.
refuses() {
  local line=$1 code=0
  shift
  "$LOCKSTEP" bench "$@" >"$work/refused.out" 2>"$work/refused.err" || code=$?
  [[ $code -eq 2 && ! -s $work/refused.out ]] || fail "bench $*: exit code $code"
  says refused "$line"
}
for layers in 40 '40,,' 40,x,10 0,10 40,16,1 40,16,257 a,10 40,10x; do
  refuses "--layers '$layers': expected widths as" --layers "$layers"
done
refuses "this build or processor has no kernels named 'none'" --isa none
refuses '--batch: 0 is below 1' --batch 0
refuses '--largest: 2 is below 4' --largest 2
