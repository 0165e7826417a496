#!/bin/bash
# Proves the floors: includes only look down, and each dangerous thing has one owner.
#
#   floors.sh [TREE]
set -euo pipefail
cd "${1:-${LOCKSTEP_SOURCE:?}}"

# Rooms of one floor do not see each other.
declare -A floor=([base]=0 [math]=1 [comm]=1 [data]=1 [schedule]=1 [store]=2 [model]=2
  [train]=3 [compare]=4 [bench]=4 [cli]=5)
failures=0

complain() {
  echo "$1" >&2
  failures=$((failures + 1))
}

# Prints the room of a public header: the one whose CMakeLists.txt lists it.
room_of_public() {
  { grep -lE "include/$1\b" src/*/CMakeLists.txt || true; } |
    sed 's|src/\([^/]*\)/.*|\1|'
}

# Prints which room an include of ours leads to.
room_of_include() {
  case $1 in
  lockstep/*) room_of_public "$1" ;;
  */*) echo "${1%%/*}" ;;
  esac
}

check_includes() {
  local file=$1 room=$2 line number name target
  while IFS=: read -r number line; do
    name=${line#*\"}
    name=${name%%\"*}
    target=$(room_of_include "$name")
    if [[ -z $target || -z ${floor[$target]-} ]]; then
      complain "$file:$number: '$name' belongs to no room"
    elif [[ $target != "$room" && ${floor[$target]} -ge ${floor[$room]} ]]; then
      complain "$file:$number: $room includes '$name' of $target, which is not below it"
    fi
  done < <(grep -nE '^ *# *include *"' "$file")
}

# Prints a file without comments, strings and character constants; lines stay.
code_of() {
  perl -0777 -pe '
    s{/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\x27(?:\\.|[^\x27\\\n])+\x27}
     {my $text = $&; $text =~ tr/\n//cd; $text || " "}gsex' "$1"
}

# Who may, and what nobody else may: pairs of patterns for files and for code.
owners=(
  'src/comm/.*' '^ *# *include *<mpi\.h>|\bMPI_[A-Z]'
  'src/store/.*' '^ *# *include *<hdf5\.h>|\bH5[A-Z]+[a-z]'
  'src/(data|store)/.*' '^ *# *include *<zlib\.h>'
  'src/base/sha256\.c' '^ *# *include *<openssl/'
  'src/base/(log|assert)\.c'
  '\b(v?printf|puts|putchar|perror) *\(|\b(stdout|stderr)\b'
  'src/base/assert\.c|src/comm/comm\.c' '\b(abort|exit|quick_exit) *\('
  'src/base/clock\.c' '\b(time|gettimeofday|clock_gettime|clock) *\('
  'src/base/alloc\.c|src/store/memory_file\.c'
  '\b(malloc|calloc|realloc|aligned_alloc|posix_memalign|strn?dup) *\('
  'nobody' '\b(atoi|atol|atoll|atof) *\('
  'nobody' '\bs?(rand|random|drand48|lrand48) *\('
)
owned=$(for ((i = 1; i < ${#owners[@]}; i += 2)); do echo "${owners[i]}"; done)

check_owners() {
  local file=$1 code number i
  code=$(code_of "$file")
  # Most files have none of it.
  grep -qE "$owned" <<<"$code" || return 0
  for ((i = 0; i < ${#owners[@]}; i += 2)); do
    [[ ! $file =~ ^(${owners[i]})$ ]] || continue
    while IFS=: read -r number _; do
      complain "$file:$number: $(sed -n "${number}p" "$file") belongs to ${owners[i]}"
    done < <(grep -nE "${owners[i + 1]}" <<<"$code")
  done
}

world=$(grep -lw MPI_COMM_WORLD -r src --include='*.[ch]' || true)
if [[ $(wc -w <<<"$world") -gt 1 ]]; then
  complain "MPI_COMM_WORLD is in more than one file: $(xargs <<<"$world")"
fi
while read -r file; do
  room=${file#src/}
  check_includes "$file" "${room%%/*}"
  check_owners "$file"
done < <(find src -name '*.[ch]' | sort)
for file in include/lockstep/*.h; do
  room=$(room_of_public "${file#include/}")
  if [[ $(wc -w <<<"$room") -ne 1 ]]; then
    complain "$file is listed by '$(xargs <<<"$room")', expected one room"
    continue
  fi
  check_includes "$file" "$room"
  check_owners "$file"
done
[[ $failures -eq 0 ]]
