# shellcheck shell=bash disable=SC2154 # mpi_switches is of mpi_env.sh
# Sourced by the tables beside it: the time of a step, and pairs of them.
#
#   take STEPS-NAME RANKS OPTION ...   one `lockstep bench`; its step goes to a list
#   median_of NAME                     of a list, in us
#   ratio_of NAME NAME                 median over the runs of one list by the other
#
# Machines are noisy: the sides of a pair take turns, and a ratio is taken within a turn.
program=${LOCKSTEP:-build/release/src/lockstep}
lists=$(mktemp -d)
trap 'rm -rf "$lists"' EXIT

take() {
  local name=$1 ranks=$2
  shift 2
  mpi_switches "$ranks"
  mpirun "${mpi_switches[@]}" "$program" bench --rows 10000 --largest 4 \
    --seconds "${step_seconds:-0.3}" --csv "$lists/csv" "$@" >/dev/null 2>"$lists/err" ||
    { cat "$lists/err" >&2; exit 1; }
  sed -n 's/^step,0,\([^,]*\),.*/\1/p' "$lists/csv" >>"$lists/$name"
}

median() {
  sort -g | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'
}

median_of() {
  median <"$lists/$1" | awk '{ printf "%.1f\n", 1e6 * $1 }'
}

ratio_of() {
  paste "$lists/$1" "$lists/$2" | awk '{ print $1 / $2 }' | median
}
