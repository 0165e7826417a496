# shellcheck shell=bash
# Sourced by the job scripts: `run_job OPTION ...` is the life of one job.
#
#   LOCKSTEP            the program               (build/release/src/lockstep)
#   LOCKSTEP_LAUNCHER   srun or mpirun            (srun where it can start MPI, else mpirun)
#   LOCKSTEP_DATA       directory of IDX files    (data/mnist)
#   LOCKSTEP_OUT        run directory             (runs/slurm-<job>)
#   LOCKSTEP_LOCAL      directory on the nodes to which the data is copied first (none)
#   LOCKSTEP_REQUEUE    0: leave restarting to somebody else (1)

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
  # shellcheck disable=SC2016 # for the shell on the node
  srun --ntasks-per-node=1 --ntasks="${SLURM_NNODES:?}" \
    bash -c 'mkdir -p "$2" && cp -p "$1"/*-ubyte* "$2"/' bash "$data" "$LOCKSTEP_LOCAL" ||
    return 1
  data=$LOCKSTEP_LOCAL
}

print_head() {
  echo "job       ${SLURM_JOB_ID-none} (start ${SLURM_RESTART_COUNT:-0}), $(date)"
  echo "hosts     ${SLURM_JOB_NODELIST-?}: ${SLURM_NNODES-?} nodes, ${SLURM_NTASKS-?} tasks"
  echo "binding   ${SLURM_CPU_BIND:-left to $launcher}, ${SLURM_CPUS_PER_TASK:-1} cores a task"
  echo "versions  $("$program" --version), $(mpirun --version 2>/dev/null | head -n 1), $(sinfo --version 2>/dev/null)"
  echo "run       $out, data $data, started by $launcher"
  # The plan, from one process that asks no launcher.
  env -u SLURM_PROCID -u SLURM_JOB_ID OMPI_MCA_ess_singleton_isolated=1 \
    "$program" train --data "$data" --out "$out" --resume auto --dry-run "$@" ||
    echo "plan      not available"
}

word_of_status() {
  sed -n "s/.*\b$1=\([^ ]*\).*/\1/p" "$out/status" 2>/dev/null
}

saved_step() {
  local newest
  newest=$(find "$out" -maxdepth 1 -name 'ckpt-*.h5' 2>/dev/null | sort | tail -n 1)
  newest=${newest##*/ckpt-}
  newest=${newest%.h5}
  [[ $newest =~ ^[0-9]+$ ]] && echo $((10#$newest)) || echo -1
}

# USR1, which mpirun passes on at once; after a TERM it would leave one second.
tell() {
  told=$1
  [[ -z ${child-} ]] || kill -s USR1 "$child" 2>/dev/null
}

wait_for_child() {
  wait "$child"
  code=$?
  while kill -0 "$child" 2>/dev/null; do
    wait "$child"
    code=$?
  done
  case $(word_of_status exit) in
  '' | none) ;;
  *) [[ $code -eq 0 ]] || code=$(word_of_status exit) ;;
  esac
}

# Starts in a row that have gained no step are counted in the run directory.
count_barren() {
  barren=0
  if [[ $(saved_step) -le $first_step ]]; then
    barren=$(($(cat "$out/barren" 2>/dev/null || echo 0) + 1))
  fi
  echo "$barren" >"$out/barren"
}

requeue() {
  case $code in
  75 | 76 | 137) ;;
  *) return 0 ;;
  esac
  case $(word_of_status reason) in
  stop-file | step-reached) return 0 ;;
  esac
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
    echo "exit code $code; requeued, to go on after step $(saved_step)"
    scontrol requeue "${SLURM_JOB_ID:?}"
  else
    echo "exit code $code; not requeued: no step gained by $barren starts since step $first_step"
  fi
}

run_job() {
  program=${LOCKSTEP:-build/release/src/lockstep}
  data=${LOCKSTEP_DATA:-data/mnist}
  out=${LOCKSTEP_OUT:-runs/slurm-${SLURM_ARRAY_JOB_ID:-${SLURM_JOB_ID:?}}${SLURM_ARRAY_TASK_ID+-$SLURM_ARRAY_TASK_ID}}
  told=
  child=
  trap 'tell USR1' USR1
  trap 'tell TERM' TERM
  choose_launcher
  copy_data || exit 1
  mkdir -p "$out"
  print_head "$@" 2>&1
  first_step=$(saved_step)
  rm -f "$out/status" # of an earlier start
  "${launch[@]}" "$program" train --data "$data" --out "$out" --resume auto "$@" \
    >>"$out/log-${SLURM_RESTART_COUNT:-0}.txt" 2>&1 &
  child=$!
  # A signal that came while there was nobody to tell.
  [[ -z $told ]] || tell "$told"
  wait_for_child
  tail -n 5 "$out/log-${SLURM_RESTART_COUNT:-0}.txt"
  requeue
  exit "$code"
}
