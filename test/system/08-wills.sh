#!/usr/bin/env bash
# Wills, on both topics: they make a device offline and never online.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
other=$(mac_of 7)
sandbox_up --devices 1
new_device "$other" "$(mac_of 8)"

step "a device that dies without a word: the broker publishes its will"
part kill "$mac"
eventually 30 "$mac offline" device_has "$mac" '$.online' 0
expect_equal reason will "$(device "$mac" '$.reason')"
part start "$mac"
eventually 30 "$mac online again" device_has "$mac" '$.online' 1

step "a device that leaves of its own accord leaves no will"
wills=$(counter wills)
expect_equal reboot "done ok" "$(command_device "$mac" reboot)"
expect_equal firmware "failed http-status" "$(command_device "$mac" firmware)"
eventually 30 "$mac online again" device_has "$mac" '$.online' 1
expect_equal "wills after a DISCONNECT" "$wills" "$(counter wills)"

for topic in "/will/$other" "/will/$other/will"; do
    step "$topic"
    publish_text "$other" "/status/$other" '{"uptimemillis": 1000}'
    eventually 10 "$other online" device_has "$other" '$.online' 1
    publish_text "$other" "$topic" "{\"espname\": \"measure-$other\"}"
    eventually 10 "$other offline" device_has "$other" '$.online' 0
    expect_equal reason will "$(device "$other" '$.reason')"
    # Again, and dressed up as a status: still offline.
    publish_text "$other" "$topic" '{"uptimemillis": 5000, "espname": "alive", "rssi": -1}'
    sleep 1
    expect_equal "after another will" 0 "$(device "$other" '$.online')"
    publish_text "$other" "/status/$other" '{"uptimemillis": 9000}'
    eventually 10 "$other online by a status" device_has "$other" '$.online' 1
done

step "the will of a device that was never seen"
publish_text "$(mac_of 8)" "/will/$(mac_of 8)" '{"espname": "ghost"}'
sleep 1
! device_has "$(mac_of 8)" '$.online' 1 || fail "a will made a device online"
