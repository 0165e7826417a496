#!/bin/bash
# What `cmake --install` leaves can be used: by CMake, by pkg-config, and from another
# place than the one it was installed to.
#
#   consumer_test.sh CMAKE COMPILER
set -euo pipefail
cmake=$1
compiler=$2
here=$LOCKSTEP_SOURCE/tests/consumer
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
  echo "$1" >&2
  exit 1
}

# One test image of 1x1 pixel, labelled 0.
mkdir "$scratch/data"
printf '\0\0\10\3\0\0\0\1\0\0\0\1\0\0\0\1\7' >"$scratch/data/t10k-images-idx3-ubyte"
printf '\0\0\10\1\0\0\0\1\0' >"$scratch/data/t10k-labels-idx1-ubyte"

expect_schedule() {
  local needs
  [[ $("$1") == 0.05* ]] || fail "$1 says '$("$1" 2>&1)', expected a rate of 0.05"
  needs=$(ldd "$1" | grep -oE '^[[:space:]]*lib[a-z_0-9]+' | sort | xargs)
  # Sanitizers bring libraries of their own.
  [[ -z ${CONSUMER_FLAGS-} ]] || return 0
  [[ $needs == "libc libm" || $needs == libc ]] ||
    fail "a consumer of schedules needs '$needs', expected libc and libm"
}

expect_library() {
  local said
  said=$("$MPIEXEC" -n 2 "$1" "$scratch/data") || fail "$1 failed under mpiexec"
  [[ $said == "2 ranks, 1 images, constant"* ]] || fail "$1 says '$said'"
}

build() {
  if ! { "$cmake" -S "$here/$1" -B "$scratch/build/$1" -DCMAKE_C_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$scratch/moved" -DCMAKE_C_FLAGS="${CONSUMER_FLAGS-}" &&
    "$cmake" --build "$scratch/build/$1"; } >"$scratch/log" 2>&1; then
    cat "$scratch/log" >&2
    fail "consumer of $1 does not build"
  fi
}

"$cmake" --install "$LOCKSTEP_BUILD" --prefix "$scratch/first" >"$scratch/log" ||
  fail "cmake --install failed"
mv "$scratch/first" "$scratch/moved"
[[ -x $scratch/moved/bin/lockstep ]] || fail "no program"

build schedule
expect_schedule "$scratch/build/schedule/consumer"
build library
expect_library "$scratch/build/library/consumer"

PKG_CONFIG_PATH=$(dirname "$(find "$scratch/moved" -name lockstep.pc)")
export PKG_CONFIG_PATH
for name in schedule library; do
  module=lockstep
  [[ $name == library ]] || module=lockstep-schedule
  # shellcheck disable=SC2046,SC2086
  "$compiler" ${CONSUMER_FLAGS-} -o "$scratch/by_pkgconfig_$name" "$here/$name/main.c" \
    $(pkg-config --cflags --libs "$module") || fail "pkg-config: $module does not link"
  "expect_$name" "$scratch/by_pkgconfig_$name"
done
