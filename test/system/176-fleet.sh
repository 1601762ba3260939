#!/usr/bin/env bash
# The fleet simulator (scripts/fleet) with a small fleet: four days pass. Its bounds hold, and it leaves
# no process behind. A fifth of the devices fails with the bad image.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

expect_exit 0 timeout 240 python3 -B "$root/test/fleet/fleet.py" --variant "$VARIANT" --dir "$work/fleet" \
    --devices 60 --sketches 2 --faulty 20 --history 2 --phases 1,30%,100% --interval 1800 --soak 6 --after 1 --alarms 5
echo "$output" | tail -n 13
expect_match "the good one" "good release reaches +100.00 % +ok" "$output"
expect_match "the bad one" "it is paused: . of 18 devices have failed" "$output"
for name in broker daemon devices; do
    [ ! -e "$work/fleet/run/$name" ] || fail "$name is still there"
done
expect_equal "sketches that still run" "" "$(pgrep -f "$work/fleet" || true)"
