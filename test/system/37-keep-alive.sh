#!/usr/bin/env bash
# 10,000 requests on one connection are all answered, and cost no memory.
export VARIANT=release # ASan keeps what was freed
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

release_make all
load_up
polls alive 8 20000 >/dev/null # until both threads have what they keep for later

# round: 10,000 requests on one connection; prints by how many KB the daemon grew.
round() {
    local connections requests memory
    connections=$(counter download_connections)
    requests=$(counter download_requests)
    memory=$(memory_kb "$daemon")
    polls alive 1 10000 >"$work/figures"
    echo $(($(memory_kb "$daemon") - memory))
    expect_equal connections 1 $(($(counter download_connections) - connections))
    expect_equal requests 10000 $(($(counter download_requests) - requests))
}

# What a request leaves behind, every round leaves behind; what a thread takes once, one does.
least=
for ((i = 0; i < 5; i++)); do
    grown=$(round)
    echo "memory: $grown KB more after 10,000 requests; $(cat "$work/figures")"
    if [ -z "$least" ] || [ "$grown" -lt "$least" ]; then
        least=$grown
    fi
done
[ "$least" -lt 64 ] || fail "10,000 requests take $least KB"
