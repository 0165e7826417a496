#!/usr/bin/env bash
# Measures lockstep beside what people would otherwise use, and prints one table: what
# is promised of speed, and what was measured of it in this run.
#
# usage: scripts/bench.sh [--with-peers] [--data DIR] [--runs N] [--csv FILE]
#
#   --with-peers   install PyTorch and oneDNN (Debian's python3-torch, libdnnl-dev) if
#                  they are missing
#   --data DIR     MNIST in IDX form [data/mnist, fetched if it is missing]
#   --runs N       of each measurement; the sides take turns [3]
#   --csv FILE     every single measurement [build/bench.csv]
#
# Machines are shared and noisy: only the ratios of one run mean something.  Three runs
# of everything take some 25 minutes; each script of scripts/bench/ also runs alone, and
# then prints a table of its own.  scripts/bench/table.py makes any of them from the
# file, too.  Two hosts need root.  What has many nodes is simulated by
# scripts/scaling.sh instead.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# shellcheck source=scripts/bench/record.sh
. scripts/bench/record.sh

csv=build/bench.csv
peers=
while [[ $# -gt 0 ]]; do
  case $1 in
  --with-peers) peers=install ;;
  *) take_option "$1" "${2-}" || usage; shift ;;
  esac
  shift
done

has_peers() {
  /usr/bin/python3 -c 'import torch' 2>/dev/null && [[ -e /usr/include/dnnl.h ]]
}

if [[ $peers = install ]] && ! has_peers; then
  as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get \
    -o DPkg::Lock::Timeout=300 install -y --no-install-recommends python3-torch \
    python3-numpy libopenblas0-pthread libdnnl-dev >&2
fi

scripts/setup.sh --bench >&2
[[ $data != data/mnist ]] || scripts/fetch_mnist.sh >&2
cmake --preset release >/dev/null
cmake --build --preset release >/dev/null
mkdir -p "$(dirname "$csv")"
echo "$record_head" >"$csv"

# measure NAME SCRIPT OPTION ...: one line of progress; what the script says is shown
# where it fails or leaves something out, its table is not.
failed=0
measure() {
  local name=$1 script=$2 status=0
  shift 2
  printf '%-52s' "$name" >&2
  stopwatch "scripts/bench/$script.sh" --data "$data" --runs "$runs" --csv "$csv" "$@" \
    >"$work/out" 2>"$work/err" || status=$?
  case $status in
  0) printf '%5.0f s\n' "$elapsed" >&2 ;;
  77) echo "left out" >&2 ;;
  *)
    echo "failed" >&2
    failed=1
    ;;
  esac
  sed -n '1,5s/^/  /p' "$work/err" >&2
}

measure "whole processes, beside PyTorch" jobs
measure "a step beside its matrix products" products
measure "one rank beside two, and up to eight" ranks
measure "the ordered sum beside MPI_Allreduce" ordered
measure "start and memory beyond an empty MPI program" start
measure "two hosts: a step beside its work and its wire" two_hosts --sides "chosen mpi"
measure "two hosts: sums that overlap with work" two_hosts --networks 1gbit \
  --batches 512 --sides "rounds sums"
measure "what saving costs" saves
measure "what watching costs" watching

echo "lockstep beside others; runs, in turns: $runs; $(core_count) cores of" \
  "$(lscpu | sed -n 's/^Model name: *//p')"
scripts/bench/claims.py "$csv"
echo "every single measurement: $csv"
has_peers || echo "PyTorch or oneDNN is not installed: --with-peers installs them"
exit $failed
