# shellcheck shell=bash disable=SC2034 # of those who source it
# Sourced by the scripts beside it, at the top of the tree: options
# they share, and the one place that writes what was measured, in one form.
#
#   take_option WORD VALUE   sets `data`, `runs` or `csv`; fails for other words
#   take_options ARGS ...    the same for all words of a command line
#   usage                    prints the comment at the top of the script; leaves with 2
#   record TABLE CASE SIDE RUN VALUE UNIT
#                            one measurement, without commas; to --csv, too
#   show TABLE [COLUMN ...]  what was recorded here (table.py tells what a column is)
#   stopwatch COMMAND ...    sets `elapsed` to its seconds
#
# `work` is a directory that is gone in the end, $LOCKSTEP the program.
export LC_ALL=C # a point in all numbers
data=data/mnist
runs=3
csv=
program=${LOCKSTEP:-build/release/src/lockstep}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
measured=$work/measured.csv
record_head=table,case,side,run,value,unit
echo "$record_head" >"$measured"

usage() {
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

take_option() {
  [[ -n ${2-} ]] || return 1
  case $1 in
  --data) data=$2 ;;
  --runs)
    [[ $2 =~ ^[1-9][0-9]*$ ]] || return 1
    runs=$2
    ;;
  --csv) csv=$2 ;;
  *) return 1 ;;
  esac
}

take_options() {
  while [[ $# -gt 0 ]]; do
    take_option "$1" "${2-}" || usage
    shift 2
  done
}

record() {
  local IFS=,
  if [[ -n $csv ]]; then
    [[ -s $csv ]] || echo "$record_head" >"$csv"
    echo "$*" >>"$csv"
  fi
  echo "$*" >>"$measured"
}

show() {
  scripts/bench/table.py "$measured" "$@"
}

stopwatch() {
  local begin=$EPOCHREALTIME
  "$@" || return
  elapsed=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.4f", b - a }')
}
