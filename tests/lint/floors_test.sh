#!/bin/bash
# The floors check finds each kind of break, at its place, and nothing in an honest tree.
set -euo pipefail
floors=$LOCKSTEP_SOURCE/tests/lint/floors.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

begin() {
  rm -rf "${tree:?}"/*
  mkdir -p "$tree"/src/{base,comm,data,store,train} "$tree/include/lockstep"
  echo 'include/lockstep/noun.h' >"$tree/src/comm/CMakeLists.txt"
  echo '#include "base/x.h"' >"$tree/include/lockstep/noun.h"
}

expect_green() {
  "$floors" "$tree" || { echo "an honest tree is refused" >&2; exit 1; }
}

# File, its text, and what the check has to say.
expect_red() {
  begin
  printf '%b\n' "$2" >"$tree/$1"
  if "$floors" "$tree" >"$tree/said" 2>&1 || ! grep -qF "$3" "$tree/said"; then
    echo "not found: '$2' in $1 ('$3')" >&2
    cat "$tree/said" >&2
    exit 1
  fi
}

begin
cat >"$tree/src/train/a.c" <<'END'
#include "base/x.h"
#include "lockstep/noun.h"
/* printf( is only
   mentioned here: malloc( */
static const char *text = "abort( MPI_Send exit(";  // time(NULL)
int snprintf_is_fine(void); void ls_free_is_fine(void); char quote = '"';
END
echo '#include <mpi.h>' >"$tree/src/comm/a.c"
expect_green

expect_red src/data/a.c '\n#include "comm/x.h"' 'src/data/a.c:2: data includes'
expect_red src/data/a.c '#include "lockstep/noun.h"' 'data includes'
expect_red src/base/a.c '#include "train/x.h"' 'base includes'
expect_red src/base/a.c '#include "x.h"' 'belongs to no room'
expect_red src/train/a.c '#include <mpi.h>' 'belongs to src/comm'
expect_red src/train/a.c '\n\nMPI_Init(0, 0);' 'src/train/a.c:3: MPI_Init(0, 0);'
expect_red src/train/a.c '#include <hdf5.h>' 'belongs to src/store'
expect_red src/comm/a.c '#include <zlib.h>' 'belongs to src/(data|store)'
expect_red src/comm/a.c '#include <openssl/evp.h>' 'sha256'
expect_red src/comm/a.c 'printf("x");' 'log|assert'
expect_red src/comm/a.c 'fputs("x", stderr);' 'log|assert'
expect_red src/comm/a.c 'exit(1);' 'assert'
expect_red src/comm/a.c 'x = time(0);' 'clock'
expect_red src/comm/a.c 'x = malloc(1);' 'alloc'
expect_red src/comm/a.c 'x = rand();' 'nobody'
expect_red src/comm/a.c 'x = atoi(y);' 'nobody'
expect_red include/lockstep/lonely.h '' 'expected one room'
expect_red include/lockstep/noun.h '#include "train/x.h"' 'comm includes'
begin
echo MPI_COMM_WORLD | tee "$tree/src/comm/a.c" >"$tree/src/comm/b.c"
! "$floors" "$tree" 2>/dev/null || { echo "two users of MPI_COMM_WORLD" >&2; exit 1; }
