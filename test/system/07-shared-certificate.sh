#!/usr/bin/env bash
# Two devices that use one certificate: the operator is told, and nothing else suffers.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 5)
sandbox_up --devices 1
new_device "$mac"

# status UPTIME
status() {
    publish_text "$mac" "/status/$mac" "{\"uptimemillis\": $1, \"espimage\": \"$(image_name 00.00.01)\"}"
}
seen_with() {
    device_has "$mac" '$.uptime_ms' "$1"
}
is_shared() {
    [ -n "$(device "$mac" '$.shared_identity_at_ms')" ]
}

step "one device that restarts is one device"
status 900000000
eventually 10 "the first status" seen_with 900000000
status 5000
eventually 10 "the status after a restart" seen_with 5000
sleep 0.5
! is_shared || fail "a restart was taken for a second device"

step "two that take turns"
status 900002000
eventually 10 "the first again" seen_with 900002000
status 7000
eventually 10 "shared identity" is_shared
expect_match "devices show" "[Cc]ertificate" "$(secureesp devices show "$mac")"
has_event "$mac" "value ->> '\$.event' = 'shared-identity'" || fail "no event says so"

step "a real second device with the first one's flash"
first=$(mac_of 1)
cp -r "$sandbox/devices/$first" "$work/twin"
process_start "$work/twin.record" "$work/twin.log" virtual-esp --dir "$work/twin" --mac "$first"
records+=("$work/twin.record")
sleep 4
process_pid "$work/twin.record" >/dev/null || fail "the twin gave up"
process_pid "$sandbox/run/$first" >/dev/null || fail "the first device gave up"
expect_match "the daemon goes on" '"total"' "$(api /status)"
process_stop "$work/twin.record"
eventually 30 "$first online again" device_has "$first" '$.online' 1
expect_equal "its commands" "done ok" "$(command_device "$first" reboot)"
