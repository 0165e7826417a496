#!/bin/bash
# setup.sh installs what is missing and nothing else.  dpkg-query, apt-get, id and sudo
# are ours here.
# The programs that stand in see their own arguments.
# shellcheck disable=SC2016
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/tree/scripts" "$scratch/bin"
cp "$LOCKSTEP_SOURCE/scripts/setup.sh" "$scratch/tree/scripts"

fake() {
  printf '#!/bin/bash\n%s\n' "$2" >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

setup() {
  : >"$scratch/calls"
  PATH=$scratch/bin:$PATH "$scratch/tree/scripts/setup.sh" "$@" 2>"$scratch/said" </dev/null
}

fail() {
  echo "$1; it said:" >&2
  cat "$scratch/said" "$scratch/calls" >&2
  exit 1
}

# Says that all is installed but what the file `missing` lists.
everything='libopenmpi-dev libhdf5-dev libssl-dev zlib1g-dev ca-certificates gcc cmake
  ninja-build pkg-config openmpi-bin curl gnuplot-nox libcmocka-dev python3-h5py
  python3-numpy hdf5-tools clang-format shellcheck slurm-wlm munge iproute2
  dataset-fashion-mnist chromium'
fake dpkg-query 'for p in '"${everything//$'\n'/ }"'; do
  grep -qx "$p" "'"$scratch"'/missing" || echo "installed $p"; done'
fake apt-get 'echo "$*" >>"'"$scratch"'/calls"; case "$*" in *slurm-wlm*) exit 100 ;; esac'
fake id 'echo 0'
for program in gcc cmake ninja pkg-config mpirun curl gnuplot h5dump clang-format \
  shellcheck ip chromium; do
  fake "$program" 'exit 0'
done

: >"$scratch/missing"
setup --tests || fail "failure with everything there"
[[ ! -s $scratch/calls ]] || fail "apt-get was called for nothing"

echo libhdf5-dev >"$scratch/missing"
setup --tests || fail "failure as root"
[[ $(grep -c update "$scratch/calls") -eq 1 ]] || fail "one update expected"
grep -q 'Lock::Timeout.* install --no-install-recommends libhdf5-dev$' "$scratch/calls" ||
  fail "libhdf5-dev alone expected"

# An optional package that cannot be had is reported, and not tried again the same day.
echo slurm-wlm >"$scratch/missing"
setup --tests || fail "failure for want of an optional package"
grep -q 'without slurm-wlm' "$scratch/said" || fail "slurm-wlm is not reported"
setup --tests || fail "failure the second time"
[[ ! -s $scratch/calls ]] || fail "tried again at once"

# A required one that cannot be had, and nobody who may install.
fake apt-get 'exit 100'
echo libssl-dev >"$scratch/missing"
setup && fail "success without libssl-dev"
grep -q 'apt-get install libssl-dev$' "$scratch/said" || fail "no advice"
fake id 'echo 1000'
fake sudo 'exit 1'
setup && fail "success without rights"
grep -q 'neither root nor sudo' "$scratch/said" || fail "no reason"
grep -q 'apt-get install libssl-dev' "$scratch/said" || fail "no advice"
