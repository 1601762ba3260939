#!/usr/bin/env bash
# Retained messages say nothing of now: not that a device lives, nor that it died.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)
ghost=$(mac_of 9)
sandbox_up --devices 1
new_device "$ghost"

step "retained while the daemon is away"
part stop daemon
publish_text "$ghost" "/status/$ghost" '{"uptimemillis": 1000, "espname": "ghost"}' -r
publish_text "$mac" "/will/$mac" '{"espname": "liar"}' -r
publish_text "$mac" "/will/$mac/will" '{"espname": "liar"}' -r
publish_text "$ghost" "/event/$ghost" '{"event": "boot", "result": "ok"}' -r
part start daemon
retained_are_counted() {
    [ "$(counter retained)" -ge 4 ]
}
eventually 20 "the retained messages" retained_are_counted
sleep 1
! device_has "$ghost" '$.online' 1 || fail "a retained status made a device online"
eventually 20 "$mac online" device_has "$mac" '$.online' 1
expect_equal "wills that count" 0 "$(counter wills)"

step "it stays so over another restart"
part kill daemon
part start daemon
eventually 20 "the retained messages again" retained_are_counted
sleep 1
! device_has "$ghost" '$.online' 1 || fail "a retained status made a device online"
eventually 20 "$mac online" device_has "$mac" '$.online' 1

step "what the ghost really says counts"
publish_text "$ghost" "/status/$ghost" '{"uptimemillis": 2000, "espname": "alive"}'
eventually 10 "$ghost online" device_has "$ghost" '$.online' 1
