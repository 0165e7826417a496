#!/bin/bash
# Installs the Debian packages that are missing, as root or with sudo.
#
#   scripts/setup.sh           what building and training need
#   scripts/setup.sh --tests   and what the tests need
#   scripts/setup.sh --npm     and npm, which may be needed to fetch MNIST
#   scripts/setup.sh --bench   and what scripts/bench.sh measures with
#   scripts/setup.sh --scaling and the simulator that scripts/scaling.sh runs
#   scripts/setup.sh --aarch64 and what scripts/aarch64.sh builds and runs with
#
# Where it may not install, it says what to install and ends with 1.  An optional package
# that cannot be had is only reported: its tests are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."

# package, or package:program where any version of the program will do
required=(gcc:gcc cmake:cmake ninja-build:ninja pkg-config:pkg-config libopenmpi-dev
  openmpi-bin:mpirun libhdf5-dev libssl-dev zlib1g-dev ca-certificates curl:curl
  gnuplot-nox:gnuplot)
optional=()
for argument in "$@"; do
  case $argument in
  --tests)
    required+=(libcmocka-dev)
    optional+=(python3-h5py python3-numpy hdf5-tools:h5dump clang-format:clang-format
      shellcheck:shellcheck slurm-wlm munge procps:pgrep iproute2:ip dataset-fashion-mnist
      chromium:chromium)
    ;;
  --npm)
    # Debian's npm conflicts with the npm of other Node.js packages.
    required+=(npm:npm)
    ;;
  --bench)
    required+=(python3:python3 procps:pgrep)
    optional+=(iproute2:ip)
    ;;
  --scaling)
    required+=(libsimgrid-dev)
    ;;
  --aarch64)
    required+=(gcc-aarch64-linux-gnu:aarch64-linux-gnu-gcc qemu-user:qemu-aarch64 libcmocka-dev)
    ;;
  *)
    echo "usage: scripts/setup.sh [--tests] [--npm] [--bench] [--scaling]" \
      "[--aarch64]" >&2
    exit 2
    ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "setup: not a Debian system; lockstep needs what Debian calls:" >&2
  echo "  ${required[*]%%:*} (optional: ${optional[*]%%:*})" >&2
  exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')

# Prints which of the arguments are missing, as package names.
missing_of() {
  local entry
  for entry in "$@"; do
    if [[ $entry == *:* ]] && command -v "${entry#*:}" >/dev/null; then
      continue
    fi
    grep -qxF -- "${entry%%:*}" <<<"$installed" || echo "${entry%%:*}"
  done
}

mapfile -t needed < <(missing_of "${required[@]}")
mapfile -t wanted < <(missing_of "${optional[@]}")

# What could not be had is not tried again for a day.
refused=build/optional-packages
if [[ ${#needed[@]} -eq 0 && -n $(find "$refused" -mmin -1440 2>/dev/null) ]] &&
  [[ $(cat "$refused") == "${wanted[*]}" ]]; then
  echo "setup: without ${wanted[*]} (tests that need them are skipped)" >&2
  exit 0
fi
if [[ ${#needed[@]} -eq 0 && ${#wanted[@]} -eq 0 ]]; then
  exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  as_root=(sudo)
  [[ -t 0 ]] || as_root=(sudo -n)
fi
if [[ ${#as_root[@]} -gt 0 ]] && ! "${as_root[@]}" true 2>/dev/null; then
  if [[ ${#needed[@]} -eq 0 ]]; then
    echo "setup: without ${wanted[*]} (tests that need them are skipped)" >&2
    exit 0
  fi
  echo "setup: neither root nor sudo here; have somebody run:" >&2
  echo "  apt-get install ${needed[*]} ${wanted[*]}" >&2
  exit 1
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o DPkg::Lock::Timeout=300 "$@"
}

install() {
  apt install --no-install-recommends "$@"
}

echo "setup: installing ${needed[*]} ${wanted[*]}" >&2
apt update >&2 || echo "setup: apt-get update failed, going on with what is known" >&2
if [[ ${#needed[@]} -gt 0 ]] && ! install "${needed[@]}" >&2; then
  echo "setup: could not install what lockstep needs; try by hand:" >&2
  echo "  apt-get install ${needed[*]}" >&2
  exit 1
fi

failed=()
if [[ ${#wanted[@]} -gt 0 ]] && ! install "${wanted[@]}" >&2; then
  for package in "${wanted[@]}"; do
    install "$package" >&2 || failed+=("$package")
  done
fi
if [[ ${#failed[@]} -gt 0 ]]; then
  mkdir -p build
  echo "${failed[*]}" >"$refused"
  echo "setup: without ${failed[*]} (tests that need them are skipped)" >&2
fi
