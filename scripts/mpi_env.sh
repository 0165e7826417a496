# shellcheck shell=bash
# Sourced: what mpirun wants said.  mpi_switches RANKS sets the array `mpi_switches`.

# Open MPI refuses to run as root unless told twice.
if [[ $(id -u) -eq 0 ]]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

mpi_switches() {
  local ranks=$1
  mpi_switches=(-n "$ranks")
  # Inside an allocation the batch system has counted the slots.
  if [[ -z ${SLURM_JOB_ID-} ]]; then
    # mpirun counts cores where nproc counts hardware threads, so even nproc ranks may
    # be more than it allows.
    mpi_switches+=(--oversubscribe)
    # Two ranks bound to one core would wait for each other.
    if [[ $ranks -gt $(core_count) ]]; then
      mpi_switches+=(--bind-to none)
    fi
  fi
}

# Prints how many cores, not hardware threads, this process may use.
core_count() {
  local cores
  cores=$(lscpu -p=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l)
  [[ $cores -gt 0 && $cores -le $(nproc) ]] || cores=$(nproc)
  echo "$cores"
}
