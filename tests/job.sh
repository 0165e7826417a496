# shellcheck shell=bash
# Sourced by script tests that train: a scratch directory $work with a small data set in
# $work/data, runs by name, and comparisons of runs.
#
# A run NAME leaves $work/NAME (its --out), $work/NAME.out and $work/NAME.err.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

make_data() {
  mkdir -p "$work/data"
  "$MAKE_IDX" "$work/data"
}

# make_data_with_empty PIXELS: so many are 0 in every row.
make_data_with_empty() {
  mkdir -p "$work/data"
  "$MAKE_IDX" "$work/data" 1 "$1"
}

# What all small jobs have in common; later options of a call win.
small=(--data "$work/data" --hidden 20 --epochs 3 --batch 32 --keep 100)

# exit_of EXPECTED NAME RANKS ARGUMENT...: run `lockstep ARGUMENT...` on ranks.
# A hang is what a failure of MPI programs looks like: it ends after $limit seconds.
exit_of() {
  local expected=$1 name=$2 ranks=$3 code=0
  shift 3
  timeout "${limit:-60}" "$MPIEXEC" -n "$ranks" "$LOCKSTEP" "$@" \
    >"$work/$name.out" 2>"$work/$name.err" || code=$?
  # Open MPI 4 now and then misses that a process has finalized (its issue 7833), and says
  # so after the run's own last record.
  if [[ $expected -eq 0 ]] && grep -q '^done ' "$work/$name.out" &&
    grep -q 'exiting improperly' "$work/$name.err"; then
    code=0
  fi
  if [[ $code -ne $expected ]]; then
    cat "$work/$name.out" "$work/$name.err" >&2
    fail "$name: exit code $code, expected $expected: $ranks ranks, lockstep $*"
  fi
}

# train NAME RANKS [OPTION...]: a whole small run into $work/NAME.
train() {
  local name=$1 ranks=$2
  shift 2
  exit_of 0 "$name" "$ranks" train "${small[@]}" --out "$work/$name" "$@"
}

# record NAME KIND: the last record of that kind.
record() {
  grep "^$2 " "$work/$1.out" | tail -n 1
}

# value NAME KIND KEY: a value of the last record of that kind.
value() {
  record "$1" "$2" | tr ' ' '\n' | sed -n "s/^$3=//p"
}

# What of a run's records must not depend on how it was run.
figures() {
  sed -nE 's/ seconds=[^ ]+ samples_per_second=[^ ]+$//; s/ checkpoint=[^ ]+$//
           /^(epoch|done) /p' "$work/$1.out"
}

# Checkpoints by name, with the digest of every byte.
checkpoints() {
  (cd "$work/$1" && sha256sum -- *.h5)
}

# same_run NAME NAME: the same records and the same checkpoints, byte for byte.
same_run() {
  diff <(figures "$1") <(figures "$2") >&2 || fail "records of $1 and $2 differ"
  diff <(checkpoints "$1") <(checkpoints "$2") >&2 ||
    fail "checkpoints of $1 and $2 differ"
  [[ $(value "$1" 'done' weights) == sha256:* ]] || fail "$1 has no digest of weights"
}

# same_end NAME NAME: the same end, if not the same way to it.
same_end() {
  diff <(figures "$1" | grep ^done) <(figures "$2" | grep ^done) >&2 ||
    fail "$1 and $2 end differently"
  diff <(newest "$1") <(newest "$2") >&2 || fail "last checkpoints of $1 and $2 differ"
}

newest() {
  checkpoints "$1" | tail -n 1
}

# other_weights NAME NAME: a comparison that could not fail would prove nothing.
other_weights() {
  [[ $(value "$1" 'done' weights) != "$(value "$2" 'done' weights)" ]] ||
    fail "$1 and $2 have the same weights"
}

# says NAME PATTERN: the run has exactly one message, and it matches.
says() {
  local lines
  lines=$(grep -c '^lockstep: ' "$work/$1.err" || true)
  if [[ $lines -ne 1 ]] || ! grep -qE -- "^lockstep: $2" "$work/$1.err"; then
    cat "$work/$1.err" >&2
    fail "$1: expected one line, 'lockstep: $2'"
  fi
}
