#!/usr/bin/env bash
# While 200 slow clients of all kinds are connected, 50 ordinary ones are served as before: the time
# that 99 of 100 requests keep at most doubles. Both are measured in turns, and the median of the
# ratios of 15 rounds counts, so that what else this machine does matters little; it is known when 8
# are on the same side of the bound.
# Runs alone.
export VARIANT=release # times of a program with sanitizers say little
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/load_lib.sh
. "$root/test/system/load_lib.sh"

release_make all
load_settings+=('handshake_timeout_s = 30') # so that those in a handshake stay, too
load_up
majority=8
requests=10000

# p99: what one run of the ordinary clients gives, in us; also in $work/figures.
p99() {
    local figures
    figures=$(polls alive 50 "$requests")
    json_get "$figures" '$.p99_us'
}

p99 >/dev/null # the first run is like no other
ratios=()
within=0
beyond=0
while ((within < majority && beyond < majority)); do
    alone=$(p99)
    # 20 each: the handshake stopped at each flight and a byte at a time, headers a byte at a time,
    # answers that nobody reads.
    slow_start 20 tcp record_header hello certificate resumption handshake half_request unread \
        slow_headers slow_hello
    expect_between "connections" 200 201 "$(counter download_open)"
    beside=$(p99)
    slow_stop
    eventually 20 "no connection is left" counter_is download_open 0
    ratio=$(awk "BEGIN { printf \"%.2f\", $beside / $alone }")
    echo "p99 of 50 clients: $alone us alone, $beside us beside 200 slow ones, $ratio times as much"
    if awk "BEGIN { exit !($beside <= 2 * $alone) }"; then
        within=$((within + 1))
    else
        beyond=$((beyond + 1))
    fi
    ratios+=("$ratio")
done
[ "$within" -eq "$majority" ] || fail "p99 more than doubles: ${ratios[*]}"
