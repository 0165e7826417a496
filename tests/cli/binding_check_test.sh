#!/bin/bash
# Ranks that are bound to one core, or have too few, are told of in one line; good ones
# in none.
set -euo pipefail
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
# shellcheck source=tests/skip.sh
. "$LOCKSTEP_SOURCE/tests/skip.sh"
[[ $(nproc) -ge 2 ]] || skip cores "a binding of two ranks needs two cores"
make_data
core=$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')
run=("$LOCKSTEP" train "${small[@]}" --epochs 1)

# launch NAME WORD...: a whole command line, which must do its work all the same.
launch() {
  local name=$1
  shift
  timeout 60 "$@" --out "$work/$name" >"$work/$name.out" 2>"$work/$name.err" ||
    fail "$name: $(cat "$work/$name.err")"
}

# Lines that are about cores.
about_cores() {
  grep -cE "cores? (of|on)" "$work/$1.err" || true
}

launch free "$MPIEXEC" --bind-to none -n 2 "${run[@]}"
[[ $(about_cores free) -eq 0 ]] || fail "free: $(cat "$work/free.err")"
launch bound "$MPIEXEC" --bind-to core -n 2 "${run[@]}"
[[ $(about_cores bound) -eq 0 ]] || fail "bound: $(cat "$work/bound.err")"

launch shared "$MPIEXEC" --bind-to none -n 2 taskset -c "$core" "${run[@]}"
says shared "ranks 0 and 1 of '.*' are bound to the same core of [0-9]+: use mpirun --bind-to"
# Pretended nodes share the machine's cores; --quiet is no reason to hide it.
launch nodes "$MPIEXEC" --bind-to none -n 2 taskset -c "$core" "${run[@]}" --quiet \
  --fake-nodes 1,1
says nodes "ranks 0 and 1 of"

launch limited taskset -c "$core" "$MPIEXEC" --bind-to none -n 2 "${run[@]}"
[[ $(about_cores limited) -eq 1 ]] || fail "limited: $(cat "$work/limited.err")"
grep -q "^2 ranks may use 1 of the [0-9]* cores of '.*': ask for more" \
  "$work/limited.err" || fail "limited: $(cat "$work/limited.err")"
