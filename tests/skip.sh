# shellcheck shell=sh
# Sourced by script tests: skip WHAT REASON ends the test as skipped, or as failed where
# LOCKSTEP_REQUIRE says that WHAT has to be there.
skip() {
  case ",${LOCKSTEP_REQUIRE-}," in
  *",$1,"*)
    echo "FAILED: $1 is required, but $2" >&2
    exit 1
    ;;
  esac
  echo "SKIPPED: $2" >&2
  exit 77
}
