#!/bin/bash
# Man pages and completion know every command and option that the program has.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

"$LOCKSTEP_SOURCE/scripts/make_pages.sh" "$LOCKSTEP" "$work"
commands=$("$LOCKSTEP" help | sed -n 's/^  \([a-z]*\) .*/\1/p')
[[ $(wc -w <<<"$commands") -ge 8 ]] || fail "too few commands: $commands"
for command in $commands; do
  grep -q "lockstep..$command" "$work/lockstep.1" || fail "lockstep(1) lacks $command"
  for option in $("$LOCKSTEP" help "$command" | grep -oE '^  .. --[a-z-]+' |
    grep -oE '[a-z][a-z-]+$'); do
    grep -qF -- "--$option" <(sed 's/\\-/-/g' "$work/lockstep-$command.1") ||
      fail "lockstep-$command(1) lacks --$option"
  done
done
if command -v groff >/dev/null; then
  for page in "$work"/*.1; do
    complaints=$(groff -man -ww -z "$page" 2>&1)
    [[ -z $complaints ]] || fail "$page: $complaints"
  done
fi

# complete WORD ...: what bash would offer for the last word.
complete_words() {
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  # shellcheck disable=SC2317 # called by _lockstep
  compopt() { :; }
  _lockstep
  echo "${COMPREPLY[*]}"
}
# shellcheck source=/dev/null
. "$work/lockstep.bash"
expect() {
  local wanted=$1 found
  shift
  found=$(complete_words "$@")
  [[ " $found " == *" $wanted "* ]] || fail "'$*' completes to '$found', not $wanted"
}
expect train lockstep tr
expect --weight-decay lockstep train --we
expect mpi lockstep train --allreduce m
expect cosine lockstep train --schedule co
expect adamw lockstep train --optimizer ad
expect --seeds lockstep compare --se
[[ $(complete_words lockstep train --batch x) == "" ]] || fail "a number is completed"
