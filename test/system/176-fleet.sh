#!/usr/bin/env bash
# The fleet simulator (scripts/fleet) with a small fleet: six days pass. Its bounds hold, and it leaves
# no process behind. A fifth of the devices fails with each bad image: in all ways, by crash loops, by leaks.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

expect_exit 0 timeout 280 python3 -B "$root/test/fleet/fleet.py" --variant "$VARIANT" --dir "$work/fleet" \
    --devices 60 --sketches 5 --faulty-sketches 4 --faulty 20 --alone crash-loop,heap-leak --history 2 \
    --phases 1,30%,100% --interval 900 --soak 10 --after 1 --alarms 5
echo "$output" | grep -A 100 "^devices "
expect_match "the good one" "good release reaches +100.00 % +ok" "$output"
expect_match "the bad one" "bad is paused: . of 18 devices have failed" "$output"
expect_match "a crash loop" "bad-crash-loop .* [1-9] +restarts [1-9]" "$output"
expect_match "a leak" "bad-heap-leak .* [1-9] +free heap [1-9]" "$output"
for kind in never-return crash-loop heap-leak wrong-report; do
    expect_match "a sketch: $kind" "bad-sketches +$kind +5 +1 +1 " "$output"
done
for name in broker daemon devices; do
    [ ! -e "$work/fleet/run/$name" ] || fail "$name is still there"
done
expect_equal "sketches that still run" "" "$(pgrep -f "$work/fleet" || true)"
