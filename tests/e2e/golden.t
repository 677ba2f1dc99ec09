#!/bin/bash
# Each golden file is what its script prints; `make bless` changes them.
set -u
. "$(dirname "$0")/../tap.sh"

for script in "$top"/tests/golden/*.sh; do
    [ -e "$script" ] || continue
    name=$(basename "$script" .sh)
    run "$top/tools/bless" --check --no-build "$name"
    is "$name" "$status$out$err" 0
done
[ "$checks" -gt 0 ] || skip "golden files" "there are none"
finish
