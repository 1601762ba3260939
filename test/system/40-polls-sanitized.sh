#!/usr/bin/env bash
# 50,000 polls, on old connections and on new ones, leave nothing behind: the leak check at the
# daemon's end says so.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

load_up
polls alive 2 47000
polls resumed 2 2000
polls full 2 1000
part stop daemon
expect_equal "reports of the sanitizers" "" "$(cat "$sandbox"/log/sanitizer* 2>/dev/null || true)"
