#!/bin/bash
# Simulates the exchange on clusters that are not here, and draws docs/scaling.md's curves.
#
#   scripts/scaling.sh [-o DIRECTORY] [--norms | --smoke]
#
# SimGrid's SMPI (scripts/setup.sh --scaling) runs src/comm itself, as every rank of a fat
# tree of 8 to 1,024 hosts, beside MPI_Allreduce.  DIRECTORY (build/scaling) gets
# scaling.csv, tables.md and SVG pictures; what is in scaling.csv already is not run
# again.  All of it takes about an hour on one core, 2 GB and 400 MB of /dev/shm; --norms
# simulates and prints only the tables with a norm (norms.md), in a third of it; --smoke
# runs some small clusters in seconds, compares their sums with a serial program's, and
# draws nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

out=build/scaling
smoke=
norms=
while [[ $# -gt 0 ]]; do
  case $1 in
  -o)
    out=${2:?"-o needs a directory"}
    shift
    ;;
  --norms) norms=yes ;;
  --smoke) smoke=yes ;;
  *)
    echo "usage: scripts/scaling.sh [-o DIRECTORY] [--norms | --smoke]" >&2
    exit 2
    ;;
  esac
  shift
done

for program in smpicc smpirun; do
  if ! command -v "$program" >/dev/null; then
    echo "scaling: no $program: scripts/setup.sh --scaling, or apt-get install" \
      "libsimgrid-dev" >&2
    exit 77
  fi
done
mkdir -p "$out"
out=$(cd "$out" && pwd)

# The sources as they are, but for what scripts/scaling/stand_ins.c stands in for.
build_driver() {
  local real=(-Isrc -Iinclude -Iscripts/scaling scripts/scaling/driver.c
    scripts/scaling/stand_ins.c)
  local wrapped=(ls_alloc ls_free ls_blocks_measure_sum ls_chunk_join
    ls_chunk_join_into MPI_Allreduce MPI_Isend) name
  for name in allreduce apart bands blocks by_rows by_rows_step chunk claims comm cores cover \
    exchange exchange_plan exchange_rounds hop join launch letter loans news node ordered \
    ordered_rounds ordered_step partials portions probe radix reduction relay replicas rides \
    row_exchange rounds slice slots stages tally thin trip way; do
    real+=("src/comm/$name.c")
  done
  for name in alloc assert clock fault log random status terminal tree wrap; do
    real+=("src/base/$name.c")
  done
  smpicc -std=gnu11 -O2 -ffp-contract=off -Wall -Wextra "${real[@]}" -o "$out/driver" \
    "${wrapped[@]/#/-Wl,--wrap=}"
}

# Non-blocking: 16 hosts a switch, 16 links up; up to 16 hosts, one switch.
write_platform() { # NODES GBITS LATENCY_US
  local shape="1;$1;1;1"
  if [[ $1 -gt 16 ]]; then
    shape="2;16,$(($1 / 16));1,16;1,1"
  fi
  cat <<XML
<?xml version='1.0'?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <cluster id="c" prefix="h" suffix="" radical="0-$(($1 - 1))" speed="1Gf" core="16"
           bw="${2}Gbps" lat="${3}us" sharing_policy="SPLITDUPLEX"
           loopback_bw="10GBps" loopback_lat="0.2us"
           topology="FAT_TREE" topo_parameters="$shape"/>
</platform>
XML
}

# A link's delay, and what a message costs either processor: Ethernet and TCP, or RDMA.
latency_of() { case $1 in 100) echo 0.5 ;; 10) echo 2 ;; *) echo 10 ;; esac; }
overhead_of() { case $1 in 100) echo 3e-7 ;; 10) echo 1e-6 ;; *) echo 3e-6 ;; esac; }

# simulate GBITS NODES RANKS_A_NODE KIND FLOATS RADIX GIGABYTES ROWS MODE
simulate() {
  local gbits=$1 nodes=$2 each=$3 key="$1,$4,$(($2 * $3)),$2,$5,$6,$7,$8,"
  local overhead i options
  if grep -q "^$key" "$out/scaling.csv"; then
    return
  fi
  overhead=$(overhead_of "$gbits")
  write_platform "$nodes" "$gbits" "$(latency_of "$gbits")" >"$out/platform.xml"
  for ((i = 0; i < nodes * each; i++)); do
    echo "h$((i / each))"
  done >"$out/hosts"
  # The allreduce as Open MPI would choose it.  The others are of the start only, where
  # the defaults of 3.32 take minutes.  A look for a message costs a microsecond.
  options=(smpi/host-speed:1Gf smpi/simulate-computation:no smpi/allreduce:ompi
    smpi/barrier:ompi smpi/allgatherv:ompi smpi/bcast:binomial_tree
    smpi/allgather:bruck smpi/gather:ompi_binomial
    "smpi/os:0:$overhead:0" "smpi/ois:0:$overhead:0" "smpi/or:0:$overhead:0"
    smpi/bw-factor:0:0.95 smpi/lat-factor:0:1
    smpi/async-small-thresh:16384 smpi/send-is-detached-thresh:16384
    smpi/test:1e-6 smpi/grow-injected-times:no smpi/shared-malloc:local)
  smpirun -platform "$out/platform.xml" -hostfile "$out/hosts" -np $((nodes * each)) \
    "${options[@]/#/--cfg=}" --log=root.thresh:critical \
    "$out/driver" "$4" "$5" $((nodes * each)) "$6" "$7" "$8" "$9" 2>"$out/errors" |
    sed "s/^/$gbits,/" >"$out/line" || true
  if ! grep -q "^$key" "$out/line"; then
    echo "scaling: the simulation of $key failed:" >&2
    cat "$out/errors" >&2
    exit 1
  fi
  tee -a "$out/scaling.csv" <"$out/line"
}

simulate_all() {
  local ranks each gbits floats nodes
  for ranks in 8 64 256 1024; do
    for each in 1 8; do
      for gbits in 100 10; do
        for floats in 100000 1000000 10000000; do
          nodes=$((ranks / each))
          if [[ $nodes -eq 1 ]]; then
            continue
          fi
          simulate $gbits $nodes $each mpi $floats 0 0 0 fold
          simulate $gbits $nodes $each ordered $floats 0 0 0 fold
          simulate $gbits $nodes $each ordered $floats 0 10 0 fold
        done
      done
    done
  done
}

# Other arrangements, on which the rule of src/comm/radix.c rests.
simulate_radices() {
  local nodes gbits radix
  for gbits in 100 10; do
    for nodes in 8 12 48 64 256; do
      for radix in 2 3 4 8 16 $nodes; do
        if [[ $radix -le $nodes && $((nodes * radix)) -le 4096 ]]; then
          simulate $gbits $nodes 1 ordered 100000 "$radix" 0 0 fold
        fi
      done
    done
  done
}

# With a norm, for which pieces are whole blocks and a message more is sent, or sums go back:
# the wire alone, and then with all that is measured and updated, in caches.  48 GB/s are
# 0.33 ns for the 16 bytes that both are charged for a float.
simulate_norms() {
  local ranks each gbits kind
  for ranks in 8 64 256 1024; do
    for each in 1 8; do
      for gbits in 100 10; do
        if [[ $ranks -gt $each ]]; then
          for kind in mpi ordered normed weights sums; do
            simulate $gbits $((ranks / each)) $each $kind 100000 0 0 0 fold
          done
          for kind in mpinormed mpiadds normed weights sums; do
            simulate $gbits $((ranks / each)) $each $kind 100000 0 48 0 fold
          done
        fi
      done
    done
  done
}

# All at once, in rounds, or as the probe chooses, with the gradients of 512 rows a rank to compute.
simulate_rounds() {
  local gbits floats nodes kind
  for gbits in 1 10; do
    for floats in 100000 1000000; do
      for nodes in 2 4 8 16; do
        for kind in ordered rounds probed; do
          simulate $gbits $nodes 1 $kind $floats 0 10 512 fold
        done
      done
    done
  done
}

build_driver
if [[ -n $smoke ]]; then
  : >"$out/scaling.csv"
  for radix in 0 2 3; do
    simulate 100 6 1 ordered 20000 $radix 0 0 check
  done
  simulate 100 6 1 weights 20000 0 0 0 check
  simulate 100 6 1 sums 20000 0 0 0 check
  simulate 10 4 2 normed 20000 0 0 0 check
  simulate 10 4 2 ordered 20000 0 10 0 check
  simulate 1 4 2 rounds 400000 0 10 512 check
  simulate 100 6 1 mpi 20000 0 0 0 check
  simulate 100 6 1 mpiadds 20000 0 48 0 check
  exit 0
fi
touch "$out/scaling.csv"
if [[ -n $norms ]]; then
  simulate_norms
  scripts/scaling/report.sh "$out" norms
  exit 0
fi
simulate_radices
simulate_rounds
simulate_all
simulate_norms
scripts/scaling/report.sh "$out"
