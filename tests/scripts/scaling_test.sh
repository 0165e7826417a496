#!/bin/bash
# The exchange has a serial program's bits on small simulated clusters, in several
# arrangements (the driver of scripts/scaling.sh compares them).
set -euo pipefail
cd "$LOCKSTEP_SOURCE"
. tests/skip.sh
command -v smpirun >/dev/null || skip simgrid "simgrid is not installed"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

scripts/scaling.sh -o "$scratch" --smoke >"$scratch/said"
if [[ $(grep -cE ",(ordered|rounds)," "$scratch/said") -ne 5 ]]; then
  echo "five simulations of the exchange expected:" >&2
  cat "$scratch/said" >&2
  exit 1
fi
