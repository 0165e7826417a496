#!/bin/bash
# An array and a chain do what they are for, and a job goes on without a node that it had.
#
#   jobs_test.sh LAUNCHER [all]      all: and every other thing that happens to a job
set -uo pipefail
cd "${LOCKSTEP_SOURCE:?}" || exit 1
# shellcheck source=tests/slurm/jobs.sh
. tests/slurm/jobs.sh

jobs_begin "${1:?}"
train_an_array
chain_jobs
lose_a_node
start_nothing
if [[ ${2-} == all ]]; then
  tell_the_shell
  preempt
  requeue_by_hand
  cancel
  run_out_of_time told_of_end
  run_out_of_time knows_its_end --signal=USR1@1 # to the steps: only the run itself knows its end
fi
finish
