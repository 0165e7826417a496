#!/bin/bash
# Builds everything and runs every test.
#
#   scripts/test.sh [argument of ctest ...]      as in: scripts/test.sh -L unit
#
# LOCKSTEP_REQUIRE=mnist,slurm,netns makes a test fail that would be skipped for want of
# one of these.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh --tests
if ! scripts/fetch_mnist.sh && [[ ,${LOCKSTEP_REQUIRE-}, == *,mnist,* ]]; then
  exit 1
fi
if [[ ! -f build/relassert/build.ninja ]]; then
  cmake --preset relassert
fi
cmake --build --preset relassert
exec ctest --preset relassert "$@"
