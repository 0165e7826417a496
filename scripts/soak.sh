#!/bin/bash
# Repeats the tests that interrupt, kill and cut off, for hours if asked to.
#
#   scripts/soak.sh [ROUNDS]        40 if left out; stops at the first failure
#   scripts/soak.sh --kills COUNT   only kills, until so many runs were killed
#
# First, once, every way to stop, every way to be lost and everything that happens to a
# Slurm job, in every phase, on every rank, under every launcher: half an hour.
#
# Then the rounds.  Each kills at other moments and draws other damage: 40 rounds are 1,000
# runs that are to be killed.  What is drawn within a round is multiplied by
# LOCKSTEP_TEST_COUNT, if that is set.  LOCKSTEP_TEST_ROUND=N ctest --preset relassert
# repeats a round.
set -euo pipefail
cd "$(dirname "$0")/.."

kills=0
if [[ ${1-} == --kills ]]; then
  kills=${2-}
  shift
fi
rounds=${1:-40}
if [[ ! $rounds =~ ^[1-9][0-9]*$ ]]; then
  sed -n '2,13s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
if [[ ! -f build/relassert/build.ninja ]]; then
  cmake --preset relassert
fi
cmake --build --preset relassert

# Rounds of the kill test until COUNT runs died of it.
kill_runs() {
  local killed=0 round=0 log
  log=$(mktemp)
  while ((killed < kills)); do
    round=$((round + 1))
    if ! LOCKSTEP_TEST_ROUND=$round ctest --preset relassert -R '^kills$' --verbose \
      >"$log" 2>&1; then
      cat "$log" >&2
      echo "soak: FAILED in round $round after $killed kills" >&2
      exit 1
    fi
    killed=$((killed + $(sed -n 's/.*: \([0-9]*\) of [0-9]* runs were killed/\1/p' "$log")))
    echo "soak: round $round: $killed runs killed, 0 saves lost, 0 other endings"
  done
  rm "$log"
}

if ((kills > 0)); then
  kill_runs
  exit 0
fi
ctest --preset relassert -C soak -L matrix --stop-on-failure
for ((round = 1; round <= rounds; round++)); do
  echo "soak: round $round of $rounds"
  LOCKSTEP_TEST_ROUND=$round ctest --preset relassert -L 'fault|slurm' --stop-on-failure
done
