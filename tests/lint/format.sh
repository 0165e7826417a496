#!/bin/bash
# Every C file is as clang-format leaves it, and comments end where code does.
set -euo pipefail
cd "${LOCKSTEP_SOURCE:?}"
. tests/skip.sh

command -v clang-format >/dev/null || skip format "clang-format is not installed"
# Other versions break lines elsewhere.
version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
[[ $version == 14 ]] || skip format "clang-format is version $version, expected 14"
find src include tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
# It leaves comments alone.
if find src include tests -name '*.[ch]' -print0 | LC_ALL=C.UTF-8 xargs -0 grep -nE '^.{89,}'; then
  echo "format: lines of more than 88 columns" >&2
  exit 1
fi
