#!/usr/bin/env bash
# The CA changes under a fleet: virtual devices, of which a tenth sleeps through the beginning, and
# sketches as those in the field. The daemon is killed in each phase; nobody is lost, and who has a
# certificate of the old CA alone is let in no more.
# Takes 900 s at most.
# shellcheck source=test/system/fleet_lib.sh
. "$(dirname "$0")/fleet_lib.sh"
# shellcheck source=test/system/rotation_lib.sh
. "$(dirname "$0")/rotation_lib.sh"

fleet_up "${ROTATION_FLEET:-3}" "${ROTATION_BOARDS:-0}"
patience=$((180 + 6 * fleet)) # seconds for a phase: 16 devices are at it at a time
read -r -a fragments <<<"${ROTATION_SKETCHES:-1024}"
pki=$SANDBOX_PKI
sleeper=${sleepers[0]}
fleet_sketches "${fragments[@]}"
old=$(openssl x509 -in "$pki/ca.crt" -noout -fingerprint)
cp -r "$pki" "$work/old-pki" # a thief's copy

step "a second CA"
fall_asleep
expect_match "start" "restart the broker" "$(secureesp pki rotate start "$pki")"
expect_match "again" "restart the broker" "$(secureesp pki rotate start "$pki")"
expect_equal "CAs in ca.crt" 2 "$(grep -c BEGIN "$pki/ca.crt")"
expect_exit 1 secureesp pki rotate issue "$pki"
expect_match "too early" "does not trust both CAs: reload it" "$output"
restart_broker
reload_daemon
daemon_dies 3
all=("${awake[@]}" "${boards[@]}" "${sketches[@]}")
eventually "$patience" "they trust both" all_have both "${all[@]}"
expect_equal "CAs on a sketch" 2 "$(grep -c BEGIN "$work/sketch-${fragments[0]}/ca.crt")"
expect_equal "CAs on a device" 2 "$(flash_file "$(mac_of 1)" ca.crt | grep -c BEGIN)"

step "who sleeps holds it up"
expect_exit 1 secureesp pki rotate issue "$pki"
expect_match "who, and why" "$sleeper .*trusts the old CA alone" "$output"
expect_match "the list" "$sleeper +old .*is lost: trusts the old CA alone" "$(secureesp pki rotate status)"
expect_equal "a server's CA" "$old" "$(openssl x509 -in "$work/old-pki/ca.crt" -noout -fingerprint)"
openssl verify -CAfile "$work/old-pki/ca.crt" "$pki/servers/mosquitto.crt" >/dev/null || fail "it was exchanged"
wake_up
all+=("${sleepers[@]}")
eventually "$patience" "all trust both" all_have both "${all[@]}"

step "certificates of the new CA"
secureesp pki rotate issue "$pki"
secureesp pki rotate issue "$pki"
openssl verify -CAfile "$pki/next/ca.crt" "$pki/servers/mosquitto.crt" >/dev/null || fail "not of the new CA"
expect_match "not before the servers show theirs" "reload it" "$(secureesp pki rotate status)"
expect_exit 1 secureesp pki rotate finish "$pki"
expect_match "why" "would be lost" "$output"
reload_daemon
restart_broker
daemon_dies 3
eventually "$patience" "they show certificates of the new CA" all_have new "${all[@]}"

step "the old one goes"
secureesp pki rotate finish "$pki"
expect_equal "CAs in ca.crt" 1 "$(grep -c BEGIN "$pki/ca.crt")"
[ ! -e "$pki/next" ] || fail "the new CA has not moved"
reload_daemon
restart_broker
daemon_dies 1
eventually "$patience" "all trust the new one alone" is_over
for fragment in "${fragments[@]}"; do
    cmp "$pki/ca.crt" "$work/sketch-$fragment/ca.crt" || fail "the CA of sketch $fragment"
done
for ((i = 1; i <= fleet; i++)); do
    cmp "$pki/ca.crt" <(flash_file "$(mac_of "$i")" ca.crt) || fail "the CA of $(mac_of "$i")"
done
eventually 60 "all ${#all[@]} online" are_online "${#all[@]}"

step "who has the old CA's certificates alone stays out"
get_with "$work/old-pki/devices/$(mac_of 1)" /config.json
expect_match "at the download server" '^(403|curl )' "$status"
! mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" -i "$(mac_of 1)" -q 1 \
    --cert "$work/old-pki/devices/$(mac_of 1).crt" --key "$work/old-pki/devices/$(mac_of 1).key" \
    -t "/status/$(mac_of 1)" -m '{}' 2>/dev/null || fail "let in at the broker"

stranger=84f3eb0fffff
step "a new device has a certificate of the new CA"
new_device "$stranger"
openssl verify -CAfile "$pki/ca.crt" "$pki/devices/$stranger.crt" >/dev/null || fail "of which CA?"
get_with "$pki/devices/$stranger" /config.json
expect_equal "it is let in" 200 "$status"
