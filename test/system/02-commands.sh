#!/usr/bin/env bash
# Each command of the contract, and a command for a device that is offline.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

mac=$(mac_of 1)

uptime_is_below() {
    local uptime
    uptime=$(device "$mac" '$.uptime_ms')
    [ -n "$uptime" ] && [ "$uptime" -lt "$1" ]
}

# reboots: gives the command and waits until the device has started anew.
reboots() {
    local before
    before=$(device "$mac" '$.uptime_ms')
    expect_equal reboot "done ok" "$(command_device "$mac" reboot)"
    eventually 30 "a fresh start" uptime_is_below "$before"
    eventually 30 "$mac online" device_has "$mac" '$.online' 1
}

sandbox_up --devices 1
sleep 2 # so that an uptime after a restart is below the one before

step reboot
reboots
expect_equal "starts that were reported" 1 "$(has_event "$mac" "value ->> '\$.event' = 'boot'" && echo 1)"

step "firmware and flash"
publish_image "$SANDBOX_IMAGE"
publish_image "$(make_image 00.00.02 1 1)"
climb "$mac" "$(image_name 00.00.02)"

step "config: used after the next reboot"
cat >>"$sandbox/etc/secureesp.conf" <<TEXT
[config.json $mac]
statusinterval = 700
TEXT
process_signal "$sandbox/run/daemon" HUP
config_is_served() {
    get "$mac" /config.json && grep -q '"statusinterval": *700\b' "$work/answer"
}
eventually 10 "the new configuration" config_is_served
expect_equal config "done ok" "$(command_device "$mac" config)"
expect_equal "in use before the reboot" 0 \
    "$(flash_file "$mac" config.json | grep -c '"statusinterval": *700\b')"
reboots
config_is_in_use() {
    flash_file "$mac" config.json | grep -q '"statusinterval": *700\b'
}
eventually 20 "the configuration in the flash" config_is_in_use

step "cert and key: both renewed, used after the next reboot"
secureesp pki device "$SANDBOX_PKI" "$mac" --force >/dev/null
expect_equal cert "done ok" "$(command_device "$mac" cert)"
expect_exit 1 secureesp command "$mac" key
expect_match "what to do" "may not fetch its private key; 'secureesp devices key $mac on --key FILE'" "$output"
expect_exit 2 secureesp devices key "$mac" on
expect_match "which key" "on needs --key FILE" "$output"
expect_exit 2 secureesp devices key "$mac" off --key "$SANDBOX_PKI/devices/$mac.key"
expect_exit 1 secureesp devices key "$mac" on --key "$SANDBOX_PKI/servers/secureespd.key"
expect_match "not its own" "the key is not the certificate's" "$output"
expect_exit 0 secureesp devices key "$mac" on --key "$SANDBOX_PKI/devices/$mac.key"
# It waits sealed, and the secret is nobody else's.
key_line=$(sed -n 2p "$SANDBOX_PKI/devices/$mac.key")
! grep -rqaF -e "$key_line" "$sandbox/state" || fail "the key stands in the daemon's folder"
expect_equal "what seals it" 600 "$(stat -c %a "$sandbox/state/device-keys.secret")"
sqlite3 "$SANDBOX_DB" 'SELECT length(sealed) > 28 FROM key_permits' | grep -qx 1 || fail "nothing waits"
expect_equal key "done ok" "$(command_device "$mac" key)"
sqlite3 "$SANDBOX_DB" 'SELECT sealed IS NULL FROM key_permits' | grep -qx 1 || fail "the key is kept"
expect_match "in its history" "its private key was fetched from 127.0.0.1.*its private key may be fetched once: uid" \
    "$(secureesp devices show "$mac" | tr '\n' ' ')"
expect_match "as it stands" "private key +fetched .* ago, from 127.0.0.1" "$(secureesp devices show "$mac")"
expect_exit 1 secureesp command "$mac" key
expect_match "once" "has fetched its private key" "$output"
reboots
credentials_are_in_use() {
    cmp -s <(flash_file "$mac" "$mac.crt") "$SANDBOX_PKI/devices/$mac.crt" &&
        cmp -s <(flash_file "$mac" "$mac.key") "$SANDBOX_PKI/devices/$mac.key"
}
eventually 20 "certificate and key in the flash" credentials_are_in_use

step ca
expect_equal ca "done ok" "$(command_device "$mac" ca)"
reboots

step "a command for a device that is offline"
part stop "$mac"
eventually 30 "$mac offline" device_has "$mac" '$.online' 0
id=$(json_get "$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"reboot\"}")" '$[0].id')
sleep 1
expect_equal "while it is offline" queued "$(json_get "$(api "/commands/$id")" '$.state')"
part start "$mac"
expect_equal "when it returns" "done ok" "$(command_outcome "$id")"

step "what is no command, and no device"
answer=$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"explode\"}")
expect_equal "unknown command" invalid "$(json_get "$answer" '$.error.code')"
answer=$(api /commands --data '{"mac": "84f3ebffffff", "command": "reboot"}')
expect_equal "unknown device" not-found "$(json_get "$answer" '$.error.code')"
