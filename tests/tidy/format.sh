#!/usr/bin/env bash
# clang-format with no diff. Usage: format.sh ROOT. Exit code 77 means skipped.
set -euo pipefail
cd "$1"
if ! command -v clang-format >/dev/null; then
  echo "skipped: clang-format is not installed (./run test installs it)"
  exit 77
fi
folders=()
for folder in core sync-server client-cli tests; do
  [[ ! -d $folder ]] || folders+=("$folder")
done
if ! find "${folders[@]}" \( -name '*.cc' -o -name '*.h' \) -print0 |
  xargs -0 -n 40 -P 2 clang-format --style=file --dry-run -Werror; then
  echo "run clang-format -i on the files above"
  exit 1
fi
echo "every file is as clang-format would write it"
