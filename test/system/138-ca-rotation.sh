#!/usr/bin/env bash
# The CA changes under a fleet: virtual devices, a sketch as those in the field, and one that sleeps
# through the beginning. The daemon is killed in each phase; nobody is lost, and who has a certificate
# of the old CA alone is let in no more.
# Takes 900 s at most.
# shellcheck source=test/system/deployed_lib.sh
. "$(dirname "$0")/deployed_lib.sh"

sandbox_up --devices 3
pki=$SANDBOX_PKI
# What a daemon that died was told, and did not write, is not waited for for long.
sed -i 's/^\[mqtt\]/[commands]\nsent_timeout_s = 20\n\n[mqtt]/' "$sandbox/etc/secureesp.conf"
part stop daemon
part start daemon
part wait daemon
sleeper=$(mac_of 3)
sketch_name=$(sketch_mac 1024)
new_device "$sketch_name"
make_sketch_image 00.00.08.g 1 1
make_sketch 1024
# A board whose sketch ends for want of a server starts again, with the files that it has by then.
cat >"$work/board.sh" <<'TEXT'
trap 'kill "$sketch" 2>/dev/null; exit 0' TERM
while :; do
    for file in "$1"/*.next; do
        [ ! -e "$file" ] || mv "$file" "${file%.next}"
    done
    "${@:2}" &
    sketch=$!
    wait "$sketch" || true
    sleep 1
done
TEXT
sketch_command 1024 00.00.08.g
process_start "$work/1024.pid" "$work/sketch-1024.log" bash "$work/board.sh" "$work/sketch-1024" "${sketch[@]}"
records+=("$work/1024.pid")
await 1024 '^online commands=0 '
old=$(openssl x509 -in "$pki/ca.crt" -noout -fingerprint)
cp -r "$pki" "$work/old-pki" # a thief's copy

# has MAC: what it has by now.
has() {
    local text
    text=$(api /rotation)
    sqlite3 :memory: "select json_extract(value, '$.has') from json_each('${text//\'/\'\'}', '$.devices')
        where json_extract(value, '$.mac') = '$1'"
}
all_have() { # WHAT MAC...
    local mac
    for mac in "${@:2}"; do
        [ "$(has "$mac")" = "$1" ] || return 1
    done
}
# Daemon and broker as the operator is told to.
reload_daemon() {
    process_signal "$sandbox/run/daemon" HUP
}
restart_broker() {
    part stop broker
    part start broker
    part wait daemon
}
# The daemon dies between any two of its steps, again and again while the devices are at it.
kill_daemon() {
    local i
    for ((i = 0; i < $1; i++)); do
        sleep 1.$((RANDOM % 10))
        part kill daemon
        # its threads may hold the state for a moment longer than it is there
        part start daemon || { sleep 2 && part start daemon; }
        part wait daemon
    done
}

step "a second CA"
part stop "$sleeper"
expect_match "start" "restart the broker" "$(secureesp pki rotate start "$pki")"
expect_match "again" "restart the broker" "$(secureesp pki rotate start "$pki")"
expect_equal "CAs in ca.crt" 2 "$(grep -c BEGIN "$pki/ca.crt")"
expect_exit 1 secureesp pki rotate issue "$pki"
expect_match "too early" "does not trust both CAs: reload it" "$output"
restart_broker
reload_daemon
kill_daemon 3
all=("$(mac_of 1)" "$(mac_of 2)" "$sketch_name")
eventually 180 "they trust both" all_have both "${all[@]}"
expect_equal "CAs on the sketch" 2 "$(grep -c BEGIN "$work/sketch-1024/ca.crt")"
expect_equal "CAs on a device" 2 "$(flash_file "$(mac_of 1)" ca.crt | grep -c BEGIN)"

step "who sleeps holds it up"
expect_exit 1 secureesp pki rotate issue "$pki"
expect_match "who, and why" "$sleeper .*trusts the old CA alone" "$output"
expect_match "the list" "$sleeper +old .*is lost: trusts the old CA alone" "$(secureesp pki rotate status)"
expect_equal "a server's CA" "$old" "$(openssl x509 -in "$work/old-pki/ca.crt" -noout -fingerprint)"
openssl verify -CAfile "$work/old-pki/ca.crt" "$pki/servers/mosquitto.crt" >/dev/null || fail "it was exchanged"
part start "$sleeper"
all+=("$sleeper")
eventually 180 "it trusts both" all_have both "${all[@]}"

step "certificates of the new CA"
secureesp pki rotate issue "$pki"
secureesp pki rotate issue "$pki"
openssl verify -CAfile "$pki/next/ca.crt" "$pki/servers/mosquitto.crt" >/dev/null || fail "not of the new CA"
expect_match "not before the servers show theirs" "reload it" "$(secureesp pki rotate status)"
expect_exit 1 secureesp pki rotate finish "$pki"
expect_match "why" "would be lost" "$output"
reload_daemon
restart_broker
kill_daemon 3
eventually 300 "they show certificates of the new CA" all_have new "${all[@]}"

step "the old one goes"
secureesp pki rotate finish "$pki"
expect_equal "CAs in ca.crt" 1 "$(grep -c BEGIN "$pki/ca.crt")"
[ ! -e "$pki/next" ] || fail "the new CA has not moved"
reload_daemon
restart_broker
kill_daemon 1
is_over() {
    [ "$(json_get "$(api /rotation)" '$.phase')" = none ]
}
eventually 300 "all trust the new one alone" is_over
expect_equal "CAs on the sketch" "$(cat "$pki/ca.crt")" "$(cat "$work/sketch-1024/ca.crt")"
for mac in "$(mac_of 1)" "$(mac_of 2)" "$sleeper"; do
    expect_equal "CA on $mac" "$(cat "$pki/ca.crt")" "$(flash_file "$mac" ca.crt)"
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
done
eventually 30 "the sketch online" device_has "$sketch_name" '$.online' 1

step "who has the old CA's certificates alone stays out"
get_with "$work/old-pki/devices/$(mac_of 1)" /config.json
expect_match "at the download server" '^(403|curl )' "$status"
! mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" -i "$(mac_of 1)" -q 1 \
    --cert "$work/old-pki/devices/$(mac_of 1).crt" --key "$work/old-pki/devices/$(mac_of 1).key" \
    -t "/status/$(mac_of 1)" -m '{}' 2>/dev/null || fail "let in at the broker"

step "a new device has a certificate of the new CA"
new_device "$(mac_of 9)"
openssl verify -CAfile "$pki/ca.crt" "$pki/devices/$(mac_of 9).crt" >/dev/null || fail "of which CA?"
get_with "$pki/devices/$(mac_of 9)" /config.json
expect_equal "it is let in" 200 "$status"
