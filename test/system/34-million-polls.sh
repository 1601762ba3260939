#!/usr/bin/env bash
# 1,000,000 polls, most on old connections and some on new ones, and the daemon's memory stays.
export VARIANT=release # ASan keeps what was freed
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

release_make all
load_up
# 2 MB, and 500 sessions that may be resumed, about 2 KB each; there are places for 8,192.
bound_kb=3072

step warm-up
polls full 2 1000
polls alive 2 100000
polls resumed 2 2000
before=$(memory_kb "$daemon")

step "1,000,000 polls"
for ((i = 0; i < 4; i++)); do
    polls alive 2 246000 # two connections
    polls resumed 2 3875
    polls full 2 125
    echo "memory: $(memory_kb "$daemon") KB"
done
grown=$(($(memory_kb "$daemon") - before))
echo "memory: $grown KB more than $before KB"
[ "$grown" -lt "$bound_kb" ] || fail "1,000,000 polls took $grown KB"
