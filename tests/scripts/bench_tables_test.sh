#!/bin/bash
# Tables of scripts/bench: medians and least..most of sides, ratios of runs that took turns
# (not of medians), aims met and missed, figures without an aim, and claims that nothing
# was measured of; numbers of runs that are none.
set -euo pipefail
cd "$LOCKSTEP_SOURCE"
. tests/skip.sh
command -v python3 >/dev/null || skip python3 "python3 is not installed"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# says FILE LINE: spaces do not count.
says() {
  tr -s ' ' <"$1" | grep -qxF -- "$2" && return
  echo "expected: $2" >&2
  cat "$1" >&2
  exit 1
}

# Medians are 4 and 2; run by run the ratios are 2, 1 and 3.
cat >"$scratch/csv" <<'CSV'
table,case,side,run,value,unit
ordered,nodes of 1 batch 32,ordered,1,4,us
ordered,nodes of 1 batch 32,mpi,1,2,us
ordered,nodes of 1 batch 32,ordered,2,1,us
ordered,nodes of 1 batch 32,mpi,2,1,us
ordered,nodes of 1 batch 32,ordered,3,12,us
ordered,nodes of 1 batch 32,mpi,3,4,us
ordered,nodes of 1 batch 32,turns,1,1.9,ratio
ordered,nodes of 1 batch 32,turns,2,1.1,ratio
ordered,nodes of 1 batch 32,turns,3,2.9,ratio
pair,MNIST batch 32,1 rank,1,160,us
pair,MNIST batch 32,2 ranks,1,100,us
pair,MNIST batch 32,turns,1,1.6,ratio
places,MNIST batch 32 apart,1 rank,1,160,us
places,MNIST batch 32 apart,2 ranks,1,120,us
places,MNIST batch 32 apart,turns,1,1.3,ratio
start,first step and its checkpoint,empty,1,0.20,s
start,first step and its checkpoint,lockstep,1,0.36,s
CSV

scripts/bench/table.py "$scratch/csv" ordered ordered mpi ordered/mpi >"$scratch/table"
says "$scratch/table" "nodes of 1 batch 32 4.00 1.00..12.0 2.00 1.00..4.00 2.00 1.00..3.00"

scripts/bench/table.py "$scratch/csv" ordered --beside mpi >"$scratch/table"
says "$scratch/table" "nodes of 1 batch 32 ordered 4.00 1.00..12.0 us 2.00 1.00..3.00"

scripts/bench/claims.py "$scratch/csv" >"$scratch/claims"
says "$scratch/claims" " 1, batch 32 4.00 1.00..12.0 2.00 1.00..4.00 1.90 1.10..2.90 <=1 no"
says "$scratch/claims" " MNIST, batch 32 160 100 1.60 >=1.6 yes"
says "$scratch/claims" " MNIST, 32, apart 160 120 1.30"
says "$scratch/claims" " first step saved, s 0.360 0.200 +0.160 <=0.15 no"
says "$scratch/claims" " PyTorch, batch 32 not measured -"
says "$scratch/claims" "1 of 3 aims met; not measured: 29"

for runs in 0 x -1 ""; do
  status=0
  scripts/bench/jobs.sh --runs "$runs" 2>"$scratch/err" || status=$?
  if [[ $status -ne 2 ]] || ! grep -q '^usage: scripts/bench/jobs.sh' "$scratch/err"; then
    echo "--runs '$runs' was not refused ($status)" >&2
    exit 1
  fi
done
