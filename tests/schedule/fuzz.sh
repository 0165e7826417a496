#!/bin/sh
# Fuzz the schedule parser with libFuzzer (needs clang).
#
#   tests/schedule/fuzz.sh [seconds] [corpus directory]
#
# Begins with the kept corpus; new inputs go to the corpus directory (default: a new one
# under build/).  `fuzz.sh merge DIR` adds what DIR covers anew to the kept corpus.
set -eu

source=$(cd "$(dirname "$0")/../.." && pwd)
build=$source/build/fuzz
kept=$source/tests/data/fuzz-schedule
mkdir -p "$build" "$kept"
clang -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
  -ffp-contract=off -std=c11 -D_GNU_SOURCE=1 -DLOCKSTEP_ASSERTS=1 \
  -I"$source/include" -I"$source/src" \
  "$source"/tests/schedule/schedule_fuzz.c "$source"/src/schedule/*.c \
  "$source"/src/base/alloc.c "$source"/src/base/assert.c "$source"/src/base/nearest.c \
  "$source"/src/base/status.c -lm -o "$build/schedule_fuzz"

# Words are found much faster when the fuzzer knows them.
grep -oh '"[a-z0-9_-][a-z0-9_-]*"' "$source"/src/schedule/kind_*.c | sort -u >"$build/words"
printf '"%s"\n' 'then' 'for' from ep % steps abs 1-sqrt >>"$build/words"

if [ "${1:-}" = merge ]; then
  exec "$build/schedule_fuzz" -merge=1 "$kept" "$2"
fi
found=${2:-$build/corpus}
mkdir -p "$found"
exec "$build/schedule_fuzz" -dict="$build/words" -max_len=2048 -timeout=5 \
  -max_total_time="${1:-60}" -artifact_prefix="$build/" "$found" "$kept"
