# shellcheck shell=bash
# Sourced: the fault points of the source, one a line, each `name` or `name 0` where
# rank 0 alone can come by.
fault_points() {
  local source=$LOCKSTEP_SOURCE/src
  # A name and the rank, on one line: ls_fault("x", 0), armed("x"), fault_in(t, "x").
  grep -rhoE --include='*.c' '\bls_fault\("[a-z.]+", 0\)|\barmed\("[a-z.]+"\)' "$source" |
    sed -E 's/.*"(.*)".*/\1 0/'
  grep -rhoE --include='*.c' \
    '\bls_fault\("[a-z.]+", [^0]|\bfault_in\([a-z>-]+, "[a-z.]+"\)' "$source" |
    sed -E 's/.*"(.*)".*/\1/'
}
