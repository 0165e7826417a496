#!/bin/bash
# Nothing in our scripts is what shellcheck warns of.
set -euo pipefail
cd "${LOCKSTEP_SOURCE:?}"
. tests/skip.sh

command -v shellcheck >/dev/null || skip shellcheck "shellcheck is not installed"
find .ci scripts slurm tests -type f -print0 |
  xargs -0 grep -lZE '^#!/bin/(ba)?sh|^# shellcheck shell=' |
  xargs -0 shellcheck -x -e SC1091
