#!/bin/bash
# shellcheck disable=SC2317 # functions that wait_for calls
# A job on two nodes is interrupted three times in three ways and goes on by itself; its
# weights are those of an uninterrupted run on one rank.
#
#   interrupted_test.sh srun|mpirun
set -uo pipefail
cd "${LOCKSTEP_SOURCE:?}" || exit 1
# shellcheck source=tests/fault/lib.sh
. tests/fault/lib.sh
# shellcheck source=tests/slurm/cluster.sh
. tests/slurm/cluster.sh

# shellcheck disable=SC2317 # called by clean_up
clean_up_more() {
  cluster_down
}

launcher=${1:?}
cluster_up "$work/slurm" || exit 1
make_data
make_reference
export LOCKSTEP_LAUNCHER=$launcher LOCKSTEP_DATA=$work/data LOCKSTEP_OUT=$work/run
export LOCKSTEP_HOME=$LOCKSTEP_SOURCE

# Each start waits at its 50th step, to be interrupted there.
export LOCKSTEP_PAUSE=step#50:4
submit() {
  sbatch --parsable --account= -p low -N 2 -n 4 --output="$work/job.log" \
    slurm/train.sbatch "${options[@]}"
}

log_has_paused() {
  [[ $(cat "$work"/run/log-*.txt 2>/dev/null | grep -c "paused in") -ge $1 ]]
}

state_is() {
  [[ $(squeue -h -t all -j "$job" -o %T) == "$1" ]]
}

starts=0
await_pause() {
  starts=$((starts + 1))
  # A node that has not yet buried the last start refuses the next.
  [[ $starts -eq 1 ]] || sleep 5
  scontrol update "jobid=$job" StartTime=now 2>/dev/null
  wait_for 40 log_has_paused $((4 * starts)) || {
    complain "start $starts under $launcher has not come to its 50th step"
    cat "$work/job.log" "$work"/run/log-* "$work"/slurm/slurmctld.log >&2
    finish
  }
}

job=$(submit)
await_pause
scancel --batch --signal=USR1 "$job" # what the end of the job's time sends
wait_for 20 state_is PENDING || complain "not requeued after USR1"
await_pause
high=$(sbatch --parsable --account= -p high -N 2 -n 4 --output=/dev/null --wrap 'sleep 1')
wait_for 30 state_is PENDING || complain "not requeued after pre-emption"
wait_for 30 eval "[[ \$(squeue -h -t all -j $high -o %T) == COMPLETED ]]"
await_pause
scancel "$job"
wait_for 30 state_is CANCELLED || complain "cancelled, and yet $(squeue -h -j "$job")"
job=$(submit)
await_pause
wait_for 40 state_is COMPLETED || complain "the last start ends as $(squeue -h -t all -j "$job" -o %T)"

digest=$(cat "$work"/run/log-*.txt | sed -n 's/.*weights=sha256:\([0-9a-f]*\).*/\1/p')
if [[ $digest != "$reference" ]]; then
  complain "weights '$digest', not those of an uninterrupted run, '$reference'"
  cat "$work/job.log" "$work"/run/log-* >&2
fi
grep -h '^stopped\|^run ' "$work"/run/log-*.txt
finish
