# shellcheck shell=bash
# Sourced by the job scripts: `run_job OPTION ...` is the life of one job.
#
#   LOCKSTEP_HOME       the source tree           (where the job was submitted)
#   LOCKSTEP            the program               (build/release/src/lockstep)
#   LOCKSTEP_LAUNCHER   srun or mpirun            (srun where it can start MPI, else mpirun)
#   LOCKSTEP_DATA       directory of IDX files    (data/mnist)
#   LOCKSTEP_OUT        run directory             (runs/slurm-<job>); in an array -<task>
#   LOCKSTEP_LOCAL      directory on the nodes to which the data is copied first (none)
#   LOCKSTEP_REQUEUE    0: leave restarting to somebody else (1)
#   LOCKSTEP_CHAINED    1: end at once if the job before has left nothing to do (0)
#
# The shell that sources it stands in the root of the source tree.
# shellcheck source=scripts/again.sh
. scripts/again.sh

choose_launcher() {
  if [[ -n ${LOCKSTEP_LAUNCHER-} ]]; then
    launcher=$LOCKSTEP_LAUNCHER
  elif srun --mpi=list 2>&1 | grep -qw pmix; then
    launcher=srun
  else
    launcher=mpirun
  fi
  case $launcher in
  srun) launch=(srun --mpi=pmix --kill-on-bad-exit=1) ;;
  mpirun) launch=(mpirun -n "${SLURM_NTASKS:?}") ;;
  *)
    echo "LOCKSTEP_LAUNCHER='$launcher': expected srun or mpirun" >&2
    exit 2
    ;;
  esac
}

copy_data() {
  [[ -n ${LOCKSTEP_LOCAL-} ]] || return 0
  # Moved into place, because another job of this node may have mapped what is there.
  # shellcheck disable=SC2016 # for the shell on the node
  srun --ntasks-per-node=1 --ntasks="${SLURM_NNODES:?}" \
    bash -c 'mkdir -p "$2" && part=$(mktemp -d "$2/.copy-XXXXXX") &&
      cp -p "$1"/*-ubyte* "$part"/ && mv "$part"/* "$2"/ && rmdir "$part"' \
    bash "$data" "$LOCKSTEP_LOCAL" || return 1
  data=$LOCKSTEP_LOCAL
}

# Of a chain, whose jobs do not know how many of them are needed.
end_if_nothing_is_left() {
  local said why
  [[ ${LOCKSTEP_CHAINED-} == 1 ]] || return 0
  said=$(status_word "$out" exit)
  why=$(why_not_again "${said:-75}" "$out")
  [[ -n $why ]] || return 0
  echo "job       ${SLURM_JOB_ID-none}, $(date)"
  echo "the job before it: $why, at step $(saved_step "$out"); nothing to do"
  exit 0
}

# One for each start, whichever job it is of.
choose_log() {
  local number=0
  while [[ -e $out/log-$number.txt ]]; do
    number=$((number + 1))
  done
  log=$out/log-$number.txt
}

# As sbatch, squeue and the log's name call it; an array's tasks have numbers of their own.
job_name() {
  echo "${SLURM_ARRAY_JOB_ID+${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID = }${SLURM_JOB_ID-none}"
}

print_head() {
  echo "job       $(job_name) (start ${SLURM_RESTART_COUNT:-0}), $(date)"
  echo "hosts     ${SLURM_JOB_NODELIST-?}: ${SLURM_NNODES-?} nodes, ${SLURM_NTASKS-?} tasks"
  echo "binding   ${SLURM_CPU_BIND:-left to $launcher}, ${SLURM_CPUS_PER_TASK:-1} cores a task"
  echo "versions  $("$program" --version), $(mpirun --version 2>/dev/null | head -n 1), $(sinfo --version 2>/dev/null)"
  echo "run       $out, data $data, started by $launcher, log $log"
  echo "plan      as one process has it:"
  # It asks no launcher.
  env -u SLURM_PROCID -u SLURM_JOB_ID OMPI_MCA_ess_singleton_isolated=1 \
    "$program" train --data "$data" --out "$out" --resume auto --dry-run "$@" ||
    echo "plan      not available"
}

# USR1, which mpirun passes on at once; after a TERM it would leave one second.
tell() {
  told=$1
  [[ -z ${child-} ]] || kill -s USR1 "$child" 2>/dev/null
}

# Starts in a row that have gained no step are counted in the run directory.
count_barren() {
  barren=0
  if [[ $(saved_step "$out") -le $first_step ]]; then
    barren=$(($(cat "$out/barren" 2>/dev/null || echo 0) + 1))
  fi
  echo "$barren" >"$out/barren"
}

requeue() {
  local why
  why=$(why_not_again "$code" "$out")
  if [[ -n $why ]]; then
    echo "$why; not requeued"
    return 0
  fi
  # A job that was cancelled, or that Slurm requeues by itself, is completing by now;
  # requeueing it would raise it from the dead.
  if [[ $(squeue -h -j "${SLURM_JOB_ID:?}" -o %T 2>/dev/null) != RUNNING ]]; then
    echo "exit code $code; the job is ended by Slurm or by a person, not requeued here"
    return 0
  fi
  count_barren
  if [[ ${LOCKSTEP_REQUEUE:-1} != 1 ]]; then
    echo "exit code $code; not requeued (LOCKSTEP_REQUEUE=${LOCKSTEP_REQUEUE-})"
  elif [[ $barren -lt 3 ]]; then
    echo "exit code $code; requeued, to go on after step $(saved_step "$out")"
    scontrol requeue "${SLURM_JOB_ID:?}"
  else
    echo "exit code $code; not requeued: no step gained by $barren starts since step $first_step"
  fi
}

run_job() {
  program=${LOCKSTEP:-build/release/src/lockstep}
  data=${LOCKSTEP_DATA:-data/mnist}
  out=${LOCKSTEP_OUT:-runs/slurm-${SLURM_ARRAY_JOB_ID:-${SLURM_JOB_ID:?}}}
  # Tasks of an array are runs of their own.
  out=$out${SLURM_ARRAY_TASK_ID+-$SLURM_ARRAY_TASK_ID}
  told=
  child=
  command -v "$program" >/dev/null || {
    echo "there is no '$program': build it (README.md), or set LOCKSTEP to it" >&2
    exit 2
  }
  end_if_nothing_is_left
  trap 'tell USR1' USR1
  trap 'tell TERM' TERM
  choose_launcher
  copy_data || exit 1
  mkdir -p "$out"
  choose_log
  print_head "$@" 2>&1
  first_step=$(saved_step "$out")
  rm -f "$out/status" # of an earlier start
  "${launch[@]}" "$program" train --data "$data" --out "$out" --resume auto "$@" \
    >"$log" 2>&1 &
  child=$!
  # A signal that came while there was nobody to tell.
  [[ -z $told ]] || tell "$told"
  wait_for_launcher "$child" "$out"
  # srun may call it a success that it could not start a single rank.
  [[ $code -ne 0 || $(status_word "$out" exit) == 0 ]] || code=137
  tail -n 12 "$log" # results, and what is for people
  requeue
  exit "$code"
}
