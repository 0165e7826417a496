# shellcheck shell=bash disable=SC2034,SC2154 # of those beside it
# Sourced by the scripts beside it: what a step takes, in us.
#
#   bench_step RANKS OPTION ...   sets `step` to that of a `lockstep bench` (dense rows)
#   train_step RANKS OPTION ...   sets `step` to that of a `lockstep train` on $data
#   read_times FILE               sets `times` to the `time` record of a run's output,
#                                 and `step` to what is left of it for a step without
#                                 validation and saves

if [[ ! -x $program ]]; then
  echo "$program is missing: cmake --preset release && cmake --build --preset release" >&2
  exit 1
fi

run_ranks() {
  local ranks=$1
  shift
  mpi_switches "$ranks"
  mpirun "${mpi_switches[@]}" "$program" "$@" 2>"$work/err" ||
    { cat "$work/err" >&2; return 1; }
}

bench_step() {
  local ranks=$1
  shift
  run_ranks "$ranks" bench --rows 10000 --largest 4 --seconds 0.3 \
    --csv "$work/bench.csv" "$@" >/dev/null
  step=$(awk -F, '$1 == "step" { printf "%.2f", 1e6 * $3 }' "$work/bench.csv")
}

train_step() {
  local ranks=$1
  shift
  rm -rf "$work/run"
  run_ranks "$ranks" train --quiet --data "$data" --save-every never --out "$work/run" \
    "$@" >"$work/out"
  read_times "$work/out"
}

read_times() {
  local word value steps
  declare -gA times=()
  while IFS='=' read -r word value; do
    times[$word]=$value
  done < <(sed -n 's/^time //p' "$1" | tr ' ' '\n')
  steps=$(sed -n 's/^done step=\([0-9]*\) .*/\1/p' "$1")
  times[steps]=$steps
  step=$(awk -v all="${times[seconds]}" -v validating="${times[validating]}" \
    -v saving="${times[saving]}" -v steps="$steps" \
    'BEGIN { printf "%.2f", 1e6 * (all - validating - saving) / steps }')
}
