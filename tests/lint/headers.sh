#!/bin/bash
# Every header compiles alone: private ones as our sources see them, public ones as a
# user's strict C11 source does.
#
#   headers.sh COMPILER [-I... for MPI and HDF5]
set -euo pipefail
cd "${LOCKSTEP_SOURCE:?}"
compiler=$1
shift
ours=(-std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -xc -Iinclude)

alone() {
  local header=$1
  shift
  # Twice: the guard must hold too.
  printf '#include "%s"\n#include "%s"\nextern int not_empty;\n' "$header" "$header" |
    "$compiler" "${ours[@]}" "$@" - || { echo "$header does not compile alone" >&2; false; }
}

# math/vector.h is for kernels, which say how wide their vectors are.
case $("$compiler" -dumpmachine) in
x86_64*) lanes=(-DLS_LANES=8 -mavx2 -mfma) ;;
*) lanes=(-DLS_LANES=4) ;;
esac

failures=0
for header in include/lockstep/*.h; do
  alone "${header#include/}" || failures=$((failures + 1))
done
while read -r header; do
  alone "${header#src/}" -Isrc -D_GNU_SOURCE=1 "${lanes[@]}" "$@" || failures=$((failures + 1))
done < <(find src -name '*.h' | sort)
[[ $failures -eq 0 ]]
