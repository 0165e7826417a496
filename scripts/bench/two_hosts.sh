#!/usr/bin/env bash
# Two hosts on this machine, a rank on each: what a training step takes beside what it
# must, and beside other ways to exchange.
#
# usage: scripts/bench/two_hosts.sh [OPTION ...] [-- OPTION FOR TRAIN ...]
#
#   --networks "N ..."   veth (a bare cable) or what it is limited to, each way, as tc
#                        says it: 1gbit, 2.5gbit, 10gbit ["veth 1gbit"]
#   --batches "B ..."    ["32 512"]
#   --sides "S ..."      ways to exchange, which take turns: chosen, mpi (--allreduce
#                        mpi), or flags, rows, sums, rounds (LOCKSTEP_EXCHANGE); steps
#                        are compared with the first one's [chosen]
#   --epochs N           of a run [1; from batch 256 on 4 on veth, else 2]
#   --data DIR           MNIST in IDX form [data/mnist]
#   --runs N             of each [3]
#   --csv FILE           every single measurement is added to it
#
# $LOCKSTEP is the program [build/release/src/lockstep].
#
# A host is a set of namespaces with a cable (veth) between them, which tbf may limit.
# A step is what is left of a run without validation and saves; what it must take is the
# longer of
#
#   work    gathering, forward, backward and update, of the run's `time` record
#   wire    bytes / rate + 2 latencies: bytes that went through the cable during the
#           run, by the interface's counter; rate each way of 4 MiB messages while both
#           hosts send, and latency of 8 bytes, by `lockstep bench` before their turns
#
# Needs root (namespaces, qdiscs) and exits 77 where it cannot.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh
# shellcheck source=scripts/bench/steps.sh
. scripts/bench/steps.sh
# shellcheck source=tests/skip.sh
. tests/skip.sh

networks="veth 1gbit"
batches="32 512"
sides=chosen
epochs=
while [[ $# -gt 0 && $1 != -- ]]; do
  case $1 in
  --networks) networks=${2-} ;;
  --batches) batches=${2-} ;;
  --sides) sides=${2-} ;;
  --epochs) epochs=${2-} ;;
  *) take_option "$1" "${2-}" || usage ;;
  esac
  [[ $# -ge 2 ]] || usage
  shift 2
done
options=("${@:2}")
for side in $sides; do
  [[ $side =~ ^(chosen|mpi|flags|rows|sums|rounds)$ ]] || usage
done
program=$(realpath "$program")
data=$(realpath "$data")
unset LOCKSTEP_EXCHANGE
MPIEXEC=${MPIEXEC:-mpirun}
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

# limit NETWORK: what the cable carries from now on.  A bucket holds a quarter of a
# millisecond, or no rate beyond a gigabit would be reached.
limit() {
  local host burst
  burst=$(awk -v rate="$1" 'BEGIN {
    bytes = rate * (rate ~ /gbit/ ? 1e9 : rate ~ /mbit/ ? 1e6 : 1) / 8 * 0.00025
    printf "%d", (bytes > 32768 ? bytes : 32768) }')
  for host in "$h1" "$h2"; do
    nsenter -t "$host" --net tc qdisc del dev eth0 root 2>/dev/null || true
    [[ $1 = veth ]] || nsenter -t "$host" --net tc qdisc add dev eth0 root \
      tbf rate "$1" burst "$burst" latency 50ms || return
  done
}

# Both hosts would count cores from 0, and bind to the same one.
run_on_hosts() {
  on_hosts --bind-to none -n 2 "$program" "$@" 2>"$work/err" ||
    { cat "$work/err" >&2; return 1; }
}

# h1's counter of bytes sent.
sent_bytes() {
  # shellcheck disable=SC2016 # for awk
  nsenter -t "$h1" --net awk '$1 == "eth0:" { print $10 }' /proc/net/dev
}

# Sets `rate`, bytes a second, and `latency`, seconds, of the cable.
measure_network() {
  run_on_hosts bench --rows 1000 --largest 4 --seconds 0.5 --csv "$work/bench.csv" \
    >/dev/null
  rate=$(awk -F, '$1 == "message_rate" { print $3 }' "$work/bench.csv")
  latency=$(awk -F, '$1 == "message" { print $3 }' "$work/bench.csv")
}

# What tells `lockstep train` to exchange that way.
train_as() { # SIDE OPTION ...
  local side=$1
  shift
  case $side in
  chosen) run_on_hosts train "$@" ;;
  mpi) run_on_hosts train "$@" --allreduce mpi ;;
  *) LOCKSTEP_EXCHANGE=$side run_on_hosts train "$@" ;;
  esac
}

# measure NETWORK BATCH SIDE: one run, of which everything is recorded.
measure() {
  local begin bytes count=$epochs case="$1 batch $2 $3" name value
  [[ -n $count ]] || count=$(($2 < 256 ? 1 : 2))
  [[ -n $epochs || $1 != veth || $2 -lt 256 ]] || count=4
  rm -rf "$work/run"
  begin=$(sent_bytes)
  train_as "$3" --quiet --data "$data" --batch "$2" --epochs "$count" \
    --save-every never --out "$work/run" "${options[@]}" >"$work/out"
  bytes=$(($(sent_bytes) - begin))
  read_times "$work/out"
  record ways "$1 batch $2" "$3" "$run" "$step" us
  record hosts "$case" sends "$run" \
    "$(sed -n 's/^run .* exchange=\([a-z]*\) .*/\1/p' "$work/out")" word
  awk -v steps="${times[steps]}" -v bytes="$bytes" -v step="$step" -v rate="$rate" \
    -v latency="$latency" -v exchange="${times[exchange]}" -v data="${times[data]}" \
    -v forward="${times[forward]}" -v backward="${times[backward]}" \
    -v update="${times[update]}" 'BEGIN {
      work = 1e6 * (data + forward + backward + update) / steps
      wire = 1e6 * (bytes / steps / rate + 2 * latency)
      printf "step %.2f us\nwork %.2f us\nexchange %.2f us\n", step, work,
        1e6 * exchange / steps
      printf "sent %.3f kB\nrate %.2f MB/s\nlatency %.2f us\n", bytes / steps / 1e3,
        rate / 1e6, 1e6 * latency
      printf "wire %.2f us\nmust %.2f us\n", wire, (work > wire ? work : wire) }' \
    >"$work/parts"
  while read -r name value unit; do
    record hosts "$case" "$name" "$run" "$value" "$unit"
  done <"$work/parts"
}

hosts_up
disown "${host_pids[@]}" # nobody is to tell that they were killed in the end
for network in $networks; do
  if ! limit "$network" 2>"$work/err"; then
    echo "no tbf for $network here: left out ($(tail -n 1 "$work/err"))" >&2
    continue
  fi
  for ((run = 1; run <= runs; run++)); do
    for batch in $batches; do
      measure_network
      for side in $sides; do
        measure "$network" "$batch" "$side"
      done
    done
  done
done

echo "two hosts, a rank on each: what a step is made of, medians; runs: $runs"
show hosts --medians sends step work exchange sent rate latency wire
echo
echo "beside its work, and what it must take, the longer of work and wire (aim: 1.25)"
show hosts step step/work step/must
if [[ $sides == *\ * ]]; then
  echo
  echo "the ways to exchange, taking turns"
  show ways --beside "${sides%% *}"
fi
