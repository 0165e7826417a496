# shellcheck shell=bash disable=SC2154,SC2317 # work, reference, options are of lib.sh
# Sourced: jobs on a private Slurm of two nodes, and what may happen to them.
#
#   jobs_begin LAUNCHER
#   submit NAME [SWITCH ...]    sets $job and $out
#   await_pause RANKS           of the next start of that job
#   expect_done WHAT            the job ends, with the weights of an uninterrupted run
# shellcheck source=tests/fault/lib.sh
. tests/fault/lib.sh
# shellcheck source=tests/slurm/cluster.sh
. tests/slurm/cluster.sh

clean_up_more() {
  cluster_down
}

jobs_begin() {
  launcher=$1
  cluster_up "$work/slurm" || exit 1
  make_data
  make_reference
  export LOCKSTEP_LAUNCHER=$launcher LOCKSTEP_DATA=$work/data
  export LOCKSTEP_HOME=$LOCKSTEP_SOURCE
  # Each start waits at its 50th step, to be interrupted there.
  export LOCKSTEP_PAUSE=step#50:4
}

# Submitted again under the same name, it goes on with the same run.
submit() {
  local name=$1
  shift
  [[ $out == "$work/$name" ]] || pauses=0
  out=$work/$name
  export LOCKSTEP_OUT=$out
  job=$(sbatch --parsable --account= -p low --output="$out.log" "$@" \
    slurm/train.sbatch "${options[@]}")
}
out=
pauses=0

state() {
  squeue -h -t all -j "$job" -o %T
}

state_is() {
  [[ $(state) == "$1" ]]
}

log_has_paused() {
  [[ $(cat "$out"/log-*.txt 2>/dev/null | grep -c "paused in") -ge $1 ]]
}

# A node that has not yet buried the last start refuses the next, and a requeued job
# would wait for two minutes.
await_pause() {
  [[ $pauses -eq 0 ]] || sleep 2
  scontrol update "jobid=$job" StartTime=now 2>/dev/null
  pauses=$((pauses + $1))
  wait_for 60 log_has_paused "$pauses" || {
    complain "$out under $launcher has not come to its 50th step: $(state)"
    tail -n 30 "$out.log" "$out"/log-* "$work/slurm/slurmctld.log" >&2
    finish
  }
}

expect_state() {
  wait_for 60 state_is "$2" || complain "$1 under $launcher: $(state), not $2"
}

expect_weights() {
  local digest
  digest=$(cat "$out"/log-*.txt | sed -n 's/.*weights=sha256:\([0-9a-f]*\).*/\1/p')
  [[ $digest == "$reference" ]] || {
    complain "$1 under $launcher: weights '$digest', not '$reference'"
    tail -n 20 "$out.log" "$out"/log-* >&2
  }
}

expect_done() {
  expect_state "$1" COMPLETED
  expect_weights "$1"
  echo "$1 under $launcher:" # how each start went
  grep -h '^run \|^stopped \|^done ' "$out"/log-*.txt | cut -d ' ' -f 1-5 | sed 's/^/  /'
  grep -h '^exit code\|not requeued$' "$out.log" | sed 's/^/  /'
}

# The signal that comes ahead of the end of a job's time.
tell_the_shell() {
  submit told -N 2 -n 4
  await_pause 4
  scancel --batch --signal=USR1 "$job"
  expect_state "USR1 to the shell" PENDING
  await_pause 4
  expect_done "USR1 to the shell"
}

# A launcher that has started nobody, and says that all is well.
start_nothing() {
  printf '#!/bin/sh\nexit 0\n' >"$work/nobody"
  chmod +x "$work/nobody"
  LOCKSTEP=$work/nobody LOCKSTEP_REQUEUE=0 submit nothing -N 1 -n 1
  expect_state "nothing was started" FAILED
  grep -q '^exit code 137; not requeued' "$out.log" ||
    complain "nothing was started under $launcher: $(cat "$out.log")"
}

preempt() {
  submit preempted -N 2 -n 4
  await_pause 4
  sbatch --account= -p high -N 2 -n 4 --output=/dev/null --wrap 'sleep 1' >/dev/null
  expect_state pre-emption PENDING
  await_pause 4
  expect_done pre-emption
}

requeue_by_hand() {
  submit requeued -N 2 -n 4
  await_pause 4
  scontrol requeue "$job"
  expect_state "scontrol requeue" PENDING
  await_pause 4
  expect_done "scontrol requeue"
}

cancel() {
  submit cancelled -N 2 -n 4
  await_pause 4
  scancel "$job"
  expect_state scancel CANCELLED
  submit cancelled -N 2 -n 4
  await_pause 4
  expect_done "scancel and resubmission"
}

# The job goes on with the node that is left.
lose_a_node() {
  submit node_down -N 1-2 -n 2
  await_pause 2
  scontrol update nodename=n2 state=down reason=test
  scontrol update nodename=n2 state=drain reason=test # or it would come back by itself
  expect_state "a node down" PENDING
  await_pause 2
  expect_done "a node down"
  scontrol update nodename=n2 state=resume
  grep -qh '^run .* nodes=1 ' "$out"/log-*.txt ||
    complain "a node down under $launcher: not seen on one node"
}

# run_out_of_time NAME [SWITCH ...]: an epoch takes seconds, and the job has a minute: its
# end is announced, or known.
run_out_of_time() {
  local name=$1 end=$((SECONDS + 900))
  shift
  LOCKSTEP_PAUSE=validate:3.5 submit "$name" -N 2 -n 4 --time=1 "$@"
  while ! state_is COMPLETED && [[ $SECONDS -lt $end ]]; do
    scontrol update "jobid=$job" StartTime=now 2>/dev/null
    sleep 2
  done
  expect_done "time limit${1+ with $1}"
  [[ $(find "$out" -name 'log-*.txt' | wc -l) -ge 2 ]] ||
    complain "time limit under $launcher: it was not reached"
}

# Schedules and seeds, copied data, two tasks at a time.
train_an_array() {
  local other
  LOCKSTEP_PAUSE='' LOCKSTEP_OUT=$work/array LOCKSTEP_LOCAL=$work/local \
    sbatch --parsable --account= -p low --wait -N 1 -n 2 --array=0,4,8%2 \
    --output="$work/array-%a.log" slurm/array.sbatch "${options[@]}" >"$work/array" ||
    complain "array under $launcher: $(tail -n 5 "$work"/array-*.log)"
  [[ $(cat "$work"/array-*/log-*.txt | grep -c '^done ') -eq 3 ]] ||
    complain "array under $launcher: not three results: $(tail -n 5 "$work"/array-*.log)"
  grep -q "data $work/local, started by $launcher" "$work/array-4.log" ||
    complain "array under $launcher: the copied data is not used"
  other=$(sed -n "/^schedules=/,/^)/s/^  '\(.*\)'$/\1/p" slurm/array.sbatch | sed -n 2p)
  LOCKSTEP_PAUSE='' train 1 --schedule "$other" --seed 2 --out "$work/alone" \
    >"$work/alone.out" 2>&1
  cat "$work"/array-4/log-*.txt >"$work/array-4.out"
  [[ $(digest_of "$work/array-4.out") == "$(digest_of "$work/alone.out")" ]] ||
    complain "array under $launcher: task 4 is not the second schedule with seed 2"
  echo "array under $launcher: $(digest_of "$work/array-4.out")"
}

# Each job is stopped, each goes on, on other numbers of nodes, and the last has nothing
# left to do.
chain_jobs() {
  local jobs i
  out=$work/chain
  pauses=0
  mapfile -t jobs < <(slurm/chain.sh 4 "$out" --account= -p low -N 1-2 -n 2 \
    --output="$work/chain-%j.log" -- "${options[@]}")
  for i in 0 1; do
    job=${jobs[i]}
    await_pause 2
    scancel --batch --signal=USR1 "$job"
    expect_state chain FAILED # which is how Slurm calls exit code 75
  done
  job=${jobs[3]}
  expect_state chain COMPLETED
  expect_weights chain
  grep -q 'the job before it: done, at step 640; nothing to do' "$work/chain-$job.log" ||
    complain "chain under $launcher: the last job: $(cat "$work/chain-$job.log")"
  echo "chain under $launcher: $(cat "$out"/log-*.txt | grep -c '^run ') starts"
}
