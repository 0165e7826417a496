#!/bin/bash
# Submits N jobs, each to begin after the one before has ended: for sites that do not
# requeue.  All go on with one run; those that find it done, stopped by a person or failed
# for good end at once.
#
#   slurm/chain.sh N DIR [switch of sbatch ...] [-- option of `lockstep train` ...]
#
# Prints the jobs' numbers.
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ $# -lt 2 || ! $1 =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: slurm/chain.sh N DIR [switch of sbatch ...] [-- option of lockstep train ...]" >&2
  exit 2
fi
count=$1
export LOCKSTEP_OUT=$2 LOCKSTEP_REQUEUE=0
shift 2
switches=()
while [[ $# -gt 0 && $1 != -- ]]; do
  switches+=("$1")
  shift
done
[[ $# -eq 0 ]] || shift

after=()
for ((i = 0; i < count; i++)); do
  job=$(sbatch --parsable --no-requeue ${after[@]+"${after[@]}"} \
    ${switches[@]+"${switches[@]}"} slurm/train.sbatch "$@")
  echo "${job%%;*}"
  export LOCKSTEP_CHAINED=1
  after=("--dependency=afterany:${job%%;*}")
done
