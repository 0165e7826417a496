#!/bin/sh
# Numbers are read and written with a point also where the locale has a comma.  Builds
# such a locale of its own, since a machine need not have one.
set -eu

command -v localedef >/dev/null || { echo "no localedef"; exit 77; }
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT

{
  for category in LC_CTYPE LC_COLLATE LC_MONETARY LC_TIME LC_MESSAGES; do
    printf '%s\ncopy "POSIX"\nEND %s\n' "$category" "$category"
  done
  printf 'LC_NUMERIC\ndecimal_point ","\nthousands_sep "."\ngrouping 3;3\nEND LC_NUMERIC\n'
} >"$directory/source"
# localedef warns about categories that are missing; what counts is that it is there.
localedef -c -i "$directory/source" "$directory/xx_XX" 2>/dev/null || true
test -f "$directory/xx_XX/LC_NUMERIC"

LOCPATH=$directory LOCKSTEP_COMMA_LOCALE=xx_XX \
  "$LOCKSTEP_BUILD/tests/schedule/test_roundtrip"
