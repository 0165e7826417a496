#!/usr/bin/env bash
# Two hosts on this machine, a rank on each: what a training step takes beside what it must.
#
# usage: scripts/bench/two_hosts.sh [--program FILE] [--data DIR] [--runs N] [--csv FILE]
#
#   --program FILE   lockstep [build/release/src/lockstep]
#   --data DIR       IDX files [data/mnist]
#   --runs N         of each job; the median counts [3]
#   --csv FILE       every single run
#
# Hosts send what should be quickest, LOCKSTEP_EXCHANGE=rows, sums, rounds or flags what it
# says.
#
# A host is a set of namespaces with a cable (veth) between them: bare, and limited to
# 1 Gbit/s each way (tbf).  A step is what is left of a run without validation and saves;
# what it must take is the longer of
#
#   work    gathering, forward, backward and update, of the run's `time` record
#   wire    bytes / rate + 2 latencies: bytes that went through the cable during the run,
#           by the interface's counter; rate each way of 4 MiB messages while both hosts
#           send, and latency of 8 bytes, by `lockstep bench` next to the run
#
# Needs root (namespaces, qdiscs) and exits 77 where it cannot.
set -euo pipefail
cd "$(dirname "$0")/../.."

program=build/release/src/lockstep
data=data/mnist
runs=3
csv=/dev/null
while [[ $# -gt 0 ]]; do
  case $1 in
  --program) program=$2; shift ;;
  --data) data=$2; shift ;;
  --runs) runs=$2; shift ;;
  --csv) csv=$2; shift ;;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
program=$(realpath "$program")
data=$(realpath "$data")

# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=tests/skip.sh
. tests/skip.sh
MPIEXEC=${MPIEXEC:-mpirun}
work=$(mktemp -d)
trap 'hosts_down; rm -rf "$work"' EXIT

# wait_for SECONDS COMMAND ...: until it succeeds.
wait_for() {
  local tries=$(($1 * 20))
  shift
  while ! "$@"; do
    tries=$((tries - 1))
    [[ $tries -gt 0 ]] || return 1
    sleep 0.05
  done
}
# shellcheck source=tests/fault/hosts.sh
. tests/fault/hosts.sh

# Both hosts would count cores from 0, and bind to the same one.
run_on_hosts() {
  on_hosts --bind-to none -n 2 "$program" "$@" 2>"$work/err" ||
    { cat "$work/err" >&2; exit 1; }
}

# h1's counter of bytes sent.
sent_bytes() {
  # shellcheck disable=SC2016 # for awk
  nsenter -t "$h1" --net awk '$1 == "eth0:" { print $10 }' /proc/net/dev
}

median() {
  sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'
}

figure() {
  sed -n "s/^$1,0,\([^,]*\),.*/\1/p" "$work/bench.csv"
}

# measure NETWORK BATCH EPOCHS: a line of figures in seconds and bytes into $work/figures.
measure() {
  local begin steps sends word value
  local -A of=()
  run_on_hosts bench --batch "$2" --rows 1000 --largest 4 --seconds 0.5 \
    --csv "$work/bench.csv" >/dev/null
  begin=$(sent_bytes)
  rm -rf "$work/run"
  run_on_hosts train --quiet --data "$data" --batch "$2" --epochs "$3" --save-every never \
    --out "$work/run" >"$work/out"
  while IFS='=' read -r word value; do
    of[$word]=$value
  done < <(grep '^time ' "$work/out" | tr ' ' '\n')
  sends=$(sed -n 's/^run .* exchange=\([a-z]*\) .*/\1/p' "$work/out")
  steps=$(sed -n 's/^done step=\([0-9]*\) .*/\1/p' "$work/out")
  awk -v steps="$steps" -v bytes=$(($(sent_bytes) - begin)) -v all="${of[seconds]}" \
    -v between="${of[validating]} ${of[saving]}" \
    -v work="${of[data]} ${of[forward]} ${of[backward]} ${of[update]}" \
    -v exchange="${of[exchange]}" -v rate="$(figure message_rate)" \
    -v latency="$(figure message)" -v network="$1" -v batch="$2" -v sends="$sends" 'BEGIN {
      split(between, pause, " ")
      whole = all - pause[1] - pause[2]
      split(work, part, " ")
      work = (part[1] + part[2] + part[3] + part[4]) / steps
      wire = bytes / steps / rate + 2 * latency
      must = work > wire ? work : wire
      printf "%s %d %g %g %g %g %g %g %g %g %s\n", network, batch, whole / steps, work,
        exchange / steps, bytes / steps, rate, latency, wire, whole / steps / must, sends
    }' >>"$work/figures"
}

# report NETWORK BATCH: medians over the runs, and what the last of them sent.
report() {
  local columns=() column
  for column in 3 4 5 6 7 8 9 10; do
    columns+=("$(awk -v n="$1" -v b="$2" -v c=$column '$1 == n && $2 == b { print $c }' \
      "$work/figures" | median)")
  done
  columns+=("$(awk -v n="$1" -v b="$2" '$1 == n && $2 == b { s = $11 } END { print s }' \
    "$work/figures")")
  # shellcheck disable=SC2016 # for awk
  echo "${columns[*]}" | awk -v network="$1" -v batch="$2" '{
    printf "%-8s%6d %6s%9.0f%8.0f%10.0f%10.0f%10.0f%9.1f%8.0f%8.2f\n", network, batch, $9,
      1e6 * $1, 1e6 * $2, 1e6 * $3, $4 / 1000, $5 / 1e6, 1e6 * $6, 1e6 * $7, $8 }'
}

hosts_up
disown "${host_pids[@]}" # nobody is to tell that they were killed in the end
networks=(veth)
for ((run = 0; run < runs; run++)); do
  measure veth 32 1
  measure veth 512 4
done
limit=(tc qdisc add dev eth0 root tbf rate 1gbit burst 32kb latency 50ms)
if command -v tc >/dev/null && nsenter -t "$h1" --net "${limit[@]}" &&
  nsenter -t "$h2" --net "${limit[@]}"; then
  networks+=(1Gbit/s)
  for ((run = 0; run < runs; run++)); do
    measure 1Gbit/s 32 1
    measure 1Gbit/s 512 2
  done
else
  echo "no tbf here: 1 Gbit/s is left out" >&2
fi
{
  echo network,batch,step,work,exchange,bytes,rate,latency,wire,ratio,sends
  tr ' ' , <"$work/figures"
} >"$csv"

echo "two hosts, one rank on each; a step in us, medians of $runs runs"
echo "network  batch  sends     step    work  exchange   kB sent  MB/s way  latency    wire   ratio"
for network in "${networks[@]}"; do
  report "$network" 32
  report "$network" 512
done
echo "ratio: step / longer of work and wire; aim: 1.25"
