# shellcheck shell=bash disable=SC2030,SC2031 # a case has its own $here: `lane`
# Sourced by script tests that interrupt runs: a small data set, runs, ranks, waiting.
#
#   $work       a directory of this test's, deleted at its end
#   $here       in it: where the case that runs now keeps its own files
#   train N ..  runs N ranks on the data set; options follow
#   lane CASE   runs a case beside others
# shellcheck source=tests/skip.sh
. "${LOCKSTEP_SOURCE:?}/tests/skip.sh"

work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-fault-XXXXXX")
here=$work
reference=

# Called at the end, also after a failure; a test may define clean_up_more.
clean_up() {
  local code=$?
  if declare -F clean_up_more >/dev/null; then
    clean_up_more
  fi
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT

# In a file, because cases run in processes of their own.
complain() {
  echo "FAILED: $*" >&2
  echo "$*" >>"$work/complaints"
}

# lane COMMAND ...: a case in a process of its own, with its own $here, beside at most
# $lanes - 1 others: most of a case is waiting.
lanes=${LOCKSTEP_LANES:-3}
lane_count=0
lane_cases=()
lane() {
  while [[ ${#lane_cases[@]} -ge $lanes ]]; do
    forget_ended_cases
    sleep 0.05
  done
  lane_count=$((lane_count + 1))
  (
    trap - EXIT
    here=$work/lane-$lane_count
    mkdir "$here"
    "$@"
    rm -rf "$here"
  ) &
  lane_cases+=($!)
}

forget_ended_cases() {
  local case running=()
  for case in ${lane_cases[@]+"${lane_cases[@]}"}; do
    ! kill -0 "$case" 2>/dev/null || running+=("$case")
  done
  lane_cases=(${running[@]+"${running[@]}"})
}

# Not for everything that this shell has started: a test may keep servers.
wait_for_lanes() {
  [[ ${#lane_cases[@]} -eq 0 ]] || wait "${lane_cases[@]}"
  lane_cases=()
}

# Big-endian, as IDX files have it.
put_numbers() {
  local number
  for number in "$@"; do
    printf '%b' "$(printf '\\x%02x\\x%02x\\x%02x\\x%02x' $((number >> 24 & 255)) \
      $((number >> 16 & 255)) $((number >> 8 & 255)) $((number & 255)))"
  done
}

# Ten classes that can be told apart: pixels are pseudo-random, and the label is the last
# digit of a sum over some of them.
make_split() {
  local head=$1 count=$2 seed=$3
  {
    put_numbers 2051 "$count" 8 8
    LC_ALL=C awk -v n="$count" -v s="$seed" 'BEGIN {
      for (i = 0; i < n * 64; i++) {
        s = (s * 1103515245 + 12345) % 2147483648
        printf "%c", 1 + int(s / 65536) % 127
      }
    }'
  } >"$head-images-idx3-ubyte"
  {
    put_numbers 2049 "$count"
    LC_ALL=C awk -v n="$count" 'BEGIN {
      for (i = 0; i < n; i++) printf "%s", substr("\001\002\003\004\005", i * i % 5 + 1, 1)
    }'
  } >"$head-labels-idx1-ubyte"
}

make_data() {
  mkdir -p "$work/data"
  make_split "$work/data/train" 1000 1
  make_split "$work/data/t10k" 300 2
}

# 20 epochs of 32 steps, an instant's work.
options=(--hidden 16 --epochs 20 --quiet)

train() {
  local ranks=$1
  shift
  "${MPIEXEC:?}" -n "$ranks" "${LOCKSTEP:?}" train --data "$work/data" \
    "${options[@]}" "$@"
}

digest_of() {
  sed -n 's/.*weights=sha256:\([0-9a-f]*\).*/\1/p' "$1"
}

# The weights that every interrupted run has to arrive at.
make_reference() {
  train 1 --out "$work/reference" >"$work/reference.out" 2>&1
  reference=$(digest_of "$work/reference.out")
  [[ -n $reference ]] || {
    cat "$work/reference.out" >&2
    exit 1
  }
}

# wait_for SECONDS COMMAND ...: until it succeeds.
wait_for() {
  local tries=$(($1 * 20))
  shift
  while ! "$@"; do
    tries=$((tries - 1))
    [[ $tries -gt 0 ]] || return 1
    sleep 0.05
  done
}

# has_paused FILE RANKS: all of them have said so.
has_paused() {
  [[ $(grep -c "paused in" "$1" 2>/dev/null) -ge $2 ]]
}

# Prints the processes of this case's runs: `all`, or that of one rank.
processes() {
  local process
  for process in $(pgrep -f "^${LOCKSTEP:?} train .*$here/"); do
    if [[ $1 == all ]] ||
      grep -qzx "OMPI_COMM_WORLD_RANK=$1" "/proc/$process/environ" 2>/dev/null; then
      echo "$process"
    fi
  done
}

nobody_is_left() {
  [[ -z $(processes all) ]]
}

finish() {
  wait_for_lanes
  [[ ! -e $work/complaints ]] && exit
  echo "$(wc -l <"$work/complaints") complaints" >&2
  exit 1
}
