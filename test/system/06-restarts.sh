#!/usr/bin/env bash
# Broker and daemon go away in the middle of an update: it still arrives.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 2
# A message that a killed broker had in hand is lost: the command is given up after so long.
printf '[commands]\nsent_timeout_s = 8\n' >>"$sandbox/etc/secureesp.conf"
part stop daemon
part start daemon
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 2 900000)"
publish_image "$(make_image 00.00.03 2 2 900000)"

all_run() {
    local i
    for i in 1 2; do
        device_has "$(mac_of $i)" '$.image' "$1" || return 1
    done
}

# order NAME: gives it to both devices; ids are then in $ids.
order() {
    local answer
    answer=$(api /commands --data "{\"all\": true, \"command\": \"$1\"}")
    ids=$(sqlite3 :memory: "select value ->> '\$.id' from json_each('$answer')")
    expect_equal "commands taken" 2 "$(wc -w <<<"$ids")"
}

# settle: waits until each has ended; prints how many of them are done.
settle() {
    local id done=0
    for id in $ids; do
        [[ $(command_outcome "$id") != done* ]] || done=$((done + 1))
    done
    echo "$done"
}

# insist NAME: again and again, as an operator would, until both devices have done it.
insist() {
    local i
    for i in 1 2 3 4; do
        order "$1"
        [ "$(settle)" -lt 2 ] || return 0
    done
    fail "$1 did not succeed after $i attempts"
}

step "the daemon is killed while devices download"
order firmware
sleep 0.4
part kill daemon
part start daemon
expect_match "every command has an outcome" '^[0-2]$' "$(settle)"
insist firmware

step "the broker is killed while devices install"
order flash
sleep 0.3
part kill broker
sleep 1
part start broker
settle >/dev/null
eventually 60 "both on the second image" all_run "$(image_name 00.00.02)"

step "both are restarted during the next update"
order firmware
sleep 0.2
part kill daemon broker
part start broker daemon
settle >/dev/null
insist firmware
order flash
part stop daemon
sleep 2
part start daemon
settle >/dev/null
eventually 60 "both on the third image" all_run "$(image_name 00.00.03)"

step "an outcome that a device reports while the daemon is away is not lost"
# Only then does the daemon send it commands: what it knew before its restart does not count, nor what
# waited at the broker meanwhile.
expect_equal "a command to the daemon that runs" "done ok" "$(command_device "$(mac_of 1)" config)"
# It gets one command at a time: the outcome of the last one may still be on its way.
is_idle() {
    [ "$(json_count "$(api "/commands?mac=$(mac_of 1)")" '$' \
        "value ->> 'state' in ('queued', 'sent', 'accepted')")" = 0 ]
}
eventually 20 "no command in hand" is_idle
process_signal "$sandbox/run/$(mac_of 1)" STOP
id=$(json_get "$(api /commands --data "{\"mac\": \"$(mac_of 1)\", \"command\": \"flash\", \"force\": true}")" '$[0].id')
state_is() {
    [ "$(json_get "$(api "/commands/$id")" '$.state')" = "$1" ]
}
eventually 5 "the command is sent" state_is sent
part stop daemon
process_signal "$sandbox/run/$(mac_of 1)" CONT
device_says() {
    grep -q 'command name=flash result=nothing-downloaded' "$sandbox/log/$(mac_of 1).log"
}
eventually 20 "the device has an outcome" device_says
part start daemon
eventually 20 "the outcome arrives" state_is failed
expect_equal "the outcome" nothing-downloaded "$(json_get "$(api "/commands/$id")" '$.result')"

for i in 1 2; do
    eventually 30 "$(mac_of $i) online" device_has "$(mac_of $i)" '$.online' 1
done
expect_equal integrity ok "$(sqlite3 "$SANDBOX_DB" 'pragma integrity_check')"
