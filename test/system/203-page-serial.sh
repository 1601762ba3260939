#!/usr/bin/env bash
# The page writes a board over Web Serial: its modules under node, against the boot ROM on a serial
# line, with the cable pulled at every step.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

command -v node >/dev/null || {
    echo "no node here"
    exit 77
}

export TMPDIR=$work
step "packets, log, flash, a whole board"
for test in "$root"/test/gui/unit/serial*.test.js; do
    expect_exit 0 node --test "$test"
    expect_match "it has tests" "# pass [1-9]" "$output"
done
