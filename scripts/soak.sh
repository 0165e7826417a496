#!/bin/bash
# Repeats the tests that interrupt, kill and cut off, for hours if asked to.
#
#   scripts/soak.sh [ROUNDS]      40 if left out; stops at the first failure
#
# Each round kills at other moments: 40 rounds are 1,000 runs killed.  What is drawn within
# a round is multiplied by LOCKSTEP_TEST_COUNT, if that is set.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-40}
if [[ ! $rounds =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: scripts/soak.sh [ROUNDS]" >&2
  exit 2
fi
if [[ ! -f build/relassert/build.ninja ]]; then
  cmake --preset relassert
fi
cmake --build --preset relassert
for ((round = 1; round <= rounds; round++)); do
  echo "soak: round $round of $rounds"
  LOCKSTEP_TEST_ROUND=$round ctest --preset relassert -L 'fault|slurm' --stop-on-failure
done
