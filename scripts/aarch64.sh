#!/bin/bash
# Lockstep for AArch64 on another processor, under qemu: are the bits the same?
#
#   scripts/aarch64.sh [DIRECTORY]    IDX files [data/mnist]
#
# Installs a cross compiler and qemu (as root or with sudo), puts the libraries for AArch64,
# which come from where this system's packages come from, under build/aarch64, and builds
# there.  Then unit tests, and an epoch of training on ranks of both processors, whose
# weights have to be the same.  About five minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
data=${1:-data/mnist}
if [[ $# -gt 1 || $data == -* ]]; then
  sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
# shellcheck source=scripts/mpi_env.sh
. scripts/mpi_env.sh
# qemu knows no process_vm_readv, and all ranks have to do without.
export OMPI_MCA_btl_vader_single_copy_mechanism=none

work=$PWD/build/aarch64
libraries=$work/libraries
scripts/setup.sh --aarch64
[[ $data != data/mnist ]] || scripts/fetch_mnist.sh

# A package database of its own: this system's stays as it is.
fetch_libraries() {
  local apt=$work/apt package
  rm -rf "$libraries" "$apt"
  mkdir -p "$libraries" "$apt"/{lists,archives}/partial
  : >"$apt/status"
  local options=(-q=2 -o APT::Architecture=arm64 -o APT::Architectures=arm64
    -o APT::Sandbox::User= -o APT::Install-Recommends=false -o Debug::NoLocking=true
    -o "Dir::State=$apt" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt")
  apt-get "${options[@]}" update
  apt-get "${options[@]}" --yes --download-only install libc6-dev libcmocka-dev \
    libopenmpi-dev libhdf5-dev libssl-dev zlib1g-dev
  for package in "$apt"/archives/*.deb; do
    dpkg-deb --extract "$package" "$libraries"
  done
  rm -rf "$apt"
  # What an installation would make of its alternatives.
  ln -sf ../../libmpi.so.40 "$libraries/usr/lib/aarch64-linux-gnu/openmpi/lib/libmpi.so"
}

# build/aarch64/run PROGRAM ... is what the tests start, build/aarch64/lockstep what mpirun does.
write_starters() {
  cat >"$work/run" <<END
#!/bin/sh
export OPAL_PREFIX=$libraries/usr/lib/aarch64-linux-gnu/openmpi
export OMPI_MCA_mca_base_component_path=\$OPAL_PREFIX/lib/openmpi3
exec qemu-aarch64 -L $libraries "\$@"
END
  cat >"$work/lockstep" <<END
#!/bin/sh
exec $work/run $work/build/src/lockstep "\$@"
END
  chmod +x "$work/run" "$work/lockstep"
}

if [[ ! -e $libraries/complete ]]; then
  fetch_libraries
  touch "$libraries/complete"
fi
write_starters
toolchain=$PWD/scripts/cmake/aarch64.cmake
cmake --preset relassert -B "$work/build" -DCMAKE_TOOLCHAIN_FILE="$toolchain" >/dev/null
cmake --build "$work/build"
cmake --preset relassert >/dev/null
cmake --build --preset relassert --target lockstep_cli

# Under qemu a process has another start time for itself than for others (lock), a map of a
# terabyte has no room (unreadable, idx_lies), and a shell cannot start a program.
OMPI_MCA_ess_singleton_isolated=1 ctest --test-dir "$work/build" -L unit --timeout 300 \
  -E '^(lock|unreadable|idx_lies|comma_locale)$'

here=build/relassert/src/lockstep
there=$work/lockstep
failed=0

# train BATCH RANKS PROGRAM [: RANKS PROGRAM]: an epoch, of which the digest is printed.
train() {
  local batch=$1 word switches=(--quiet --data "$data" --batch "$1" --epochs 1) line=()
  shift
  for word in "$@" :; do
    if [[ $word == : ]]; then
      line+=(train "${switches[@]}" --save-every never --out "$work/trained" :)
    elif [[ $word =~ ^[0-9]+$ ]]; then
      line+=(-n "$word")
    else
      line+=("$word")
    fi
  done
  unset 'line[-1]'
  rm -rf "$work/trained"
  mpirun --oversubscribe --bind-to none "${line[@]}" 2>"$work/errors" |
    sed -n 's/^done .* weights=\(sha256:[0-9a-f]*\).*/\1/p'
}

# compare BATCH WHAT RANKS PROGRAM ...: with what this processor alone makes of it.
compare() {
  local batch=$1 what=$2 digest
  shift 2
  digest=$(train "$batch" "$@") || true
  printf '%-6s %-28s %s\n' "$batch" "$what" "${digest:-failed}"
  if [[ $digest != "$expected" ]]; then
    cat "$work/errors" >&2
    failed=1
  fi
}

printf '%-6s %-28s %s\n' batch ranks weights
for batch in 512 32; do
  expected=$(train $batch 1 "$here") || {
    cat "$work/errors" >&2
    exit 1
  }
  compare $batch "$(uname -m)" 1 "$here"
  compare $batch aarch64 1 "$there"
  compare $batch "2 of aarch64" 2 "$there"
  compare $batch "$(uname -m) and aarch64" 1 "$here" : 1 "$there"
done
if [[ $failed -ne 0 ]]; then
  echo "aarch64: FAILED: the weights differ" >&2
  exit 1
fi
echo "aarch64: the same weights on all"
