#!/usr/bin/env bash
# Measures lockstep beside what people would otherwise use, in one run, and prints ratios.
#
# usage: scripts/bench.sh [--with-peers] [--runs N] [--csv FILE]
#
#   --with-peers   install PyTorch and oneDNN (Debian's python3-torch, libdnnl-dev) if
#                  they are missing
#   --runs N       of each whole job; the sides take turns [5]
#   --csv FILE     every single measurement [build/bench.csv]
#
# Machines are shared and noisy: only the ratios of one run mean something.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh

runs=5
csv=build/bench.csv
data=data/mnist
program=build/release/src/lockstep
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

while [ $# -gt 0 ]; do
  case $1 in
    --with-peers) peers=install ;;
    --runs) runs=$2; shift ;;
    --csv) csv=$2; shift ;;
    *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
  shift
done

if [ "${peers-}" = install ] &&
  ! { /usr/bin/python3 -c 'import torch' 2>/dev/null && [ -e /usr/include/dnnl.h ]; }; then
  if [ "$(id -u)" != 0 ]; then sudo=sudo; else sudo=; fi
  DEBIAN_FRONTEND=noninteractive $sudo apt-get -o DPkg::Lock::Timeout=300 install -y \
    --no-install-recommends python3-torch python3-numpy libopenblas0-pthread libdnnl-dev >&2
fi
has_torch=no
/usr/bin/python3 -c 'import torch' 2>/dev/null && has_torch=yes

scripts/setup.sh >&2
scripts/fetch_mnist.sh >&2
cmake --preset release >/dev/null
cmake --build --preset release >/dev/null
mkdir -p "$(dirname "$csv")"
echo "job,run,seconds" >"$csv"

# timed JOB RUN COMMAND...: whole-process wall seconds into the CSV file.
timed() {
  local job=$1 run=$2 begin end
  shift 2
  begin=$(date +%s.%N)
  "$@" >"$work/out" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
  end=$(date +%s.%N)
  echo "$job,$run,$(echo "$end - $begin" | bc -l)" >>"$csv"
}

lockstep_job() { # RANKS BATCH
  rm -rf "$work/run"
  mpi_switches "$1"
  mpirun "${mpi_switches[@]}" "$program" train --quiet --data "$data" --batch "$2" --out "$work/run"
}

# OpenBLAS would start as many threads as there are cores, beside PyTorch's own.
torch_job() { # THREADS BATCH
  OPENBLAS_NUM_THREADS=$1 /usr/bin/python3 scripts/bench/torch_train.py "$data" --threads "$1" --batch "$2"
}

ddp_job() { # BATCH EPOCHS
  export OPENBLAS_NUM_THREADS=1
  /usr/bin/python3 scripts/bench/torch_train.py "$data" --batch "$1" --epochs "$2" --ddp 1 2 29511 &
  /usr/bin/python3 scripts/bench/torch_train.py "$data" --batch "$1" --epochs "$2" --ddp 0 2 29511
  wait
}

for run in $(seq "$runs"); do
  for batch in 32 512; do
    timed "lockstep 1 rank batch $batch" "$run" lockstep_job 1 "$batch"
    timed "lockstep 2 ranks batch $batch" "$run" lockstep_job 2 "$batch"
    if [ $has_torch = yes ]; then
      timed "torch 1 thread batch $batch" "$run" torch_job 1 "$batch"
      timed "torch 2 threads batch $batch" "$run" torch_job 2 "$batch"
    fi
  done
  # DDP takes minutes at batch 32: two epochs, of which one is scaled up below.
  if [ $has_torch = yes ] && [ "$run" = 1 ]; then
    timed "torch ddp batch 32 1 epoch" 1 ddp_job 32 1
    timed "torch ddp batch 32 2 epochs" 1 ddp_job 32 2
  fi
done

/usr/bin/python3 scripts/bench/table.py "$csv"
scripts/bench/saves.sh "$program" "$data" "$runs"

echo
scripts/bench/products.sh --data "$data" --runs "$runs"
echo
scripts/bench/start.sh --data "$data" --runs "$runs"
echo
scripts/bench/ordered.sh "$runs"
echo
scripts/bench/ranks.sh "$runs"
echo
scripts/bench/watching.sh "$data"
echo
scripts/bench/two_hosts.sh --data "$data" --runs "$runs" || [ $? = 77 ]
[ $has_torch = yes ] || echo "PyTorch is not installed: --with-peers installs it"
