#!/bin/bash
# Writes the man pages and the completion script of a built program.
#
#   scripts/make_pages.sh PROGRAM DIR
set -euo pipefail
program=$1 dir=$2

mkdir -p "$dir"
"$program" help --man >"$dir/lockstep.1"
for command in $("$program" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
  "$program" help --man "$command" >"$dir/lockstep-$command.1"
done
"$program" help --completion >"$dir/lockstep.bash"
