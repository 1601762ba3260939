#!/usr/bin/env bash
# While 200 slow clients of all kinds are connected, 50 ordinary ones are served as before: the time
# that 99 of 100 requests keep at most doubles. Both are measured in turns, and the median of the
# ratios counts, so that what else this machine does matters little.
export VARIANT=release # times of a program with sanitizers say little
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

release_make all
load_up
rounds=5
requests=25000

# p99: what one run of the ordinary clients gives, in us; also in $work/figures.
p99() {
    local figures
    figures=$(polls alive 50 "$requests")
    json_get "$figures" '$.p99_us'
}

p99 >/dev/null # the first run is like no other
ratios=()
for ((i = 1; i <= rounds; i++)); do
    alone=$(p99)
    # 20 each: the handshake stopped at each flight and a byte at a time, headers a byte at a time,
    # answers that nobody reads.
    slow_start 20 tcp record_header hello certificate resumption handshake half_request unread \
        slow_headers slow_hello
    expect_between "connections" 200 201 "$(counter download_open)"
    beside=$(p99)
    slow_stop
    eventually 20 "no connection is left" counter_is download_open 0
    ratios+=("$(awk "BEGIN { printf \"%.2f\", $beside / $alone }")")
    echo "p99 of 50 clients: $alone us alone, $beside us beside 200 slow ones"
done
median=$(printf '%s\n' "${ratios[@]}" | sort -n | sed -n "$((rounds / 2 + 1))p")
echo "median of the ratios: $median"
awk "BEGIN { exit !($median <= 2) }" || fail "p99 more than doubles: ${ratios[*]}"
