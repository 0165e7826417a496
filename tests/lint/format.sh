#!/bin/bash
# Every C file is as clang-format leaves it.
set -euo pipefail
cd "${LOCKSTEP_SOURCE:?}"
. tests/skip.sh

command -v clang-format >/dev/null || skip format "clang-format is not installed"
# Other versions break lines elsewhere.
version=$(clang-format --version | sed 's/.*version \([0-9]*\).*/\1/')
[[ $version == 14 ]] || skip format "clang-format is version $version, expected 14"
find src include tests -name '*.[ch]' -print0 | xargs -0 clang-format --dry-run -Werror
