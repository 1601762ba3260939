#!/usr/bin/env bash
# The life of an emulated board: its first start, each command of the contract, its will.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/board_lib.sh
. "$(dirname "$0")/board_lib.sh"

mac=$(board_mac_of 2)
uptime_fell() {
    ! heard "/status/$mac" | sed 's/.*"uptimemillis":\([0-9]*\).*/\1/' | sort -n -c 2>/dev/null
}
uptime_is_above() {
    [ "$(device "$mac" '$.uptime_ms')" -gt "$1" ]
}
boots() {
    heard "/event/$mac" | grep -c '"event":"boot"' || true
}
boots_are() {
    [ "$(boots)" -eq "$1" ]
}
# reboots: gives the command and waits until the board is online anew.
reboots() {
    local before
    before=$(boots)
    expect_equal reboot "done ok" "$(command_device "$mac" reboot)"
    eventually 20 "the start after a reboot" boots_are $((before + 1))
    eventually 20 "$mac online" device_has "$mac" '$.online' 1
}

sandbox_up --devices 1 --emulated 1
listen
step "the first start of a board, from a flash that never ran"
sandbox_up --devices 1 --emulated 2
eventually 10 "its first status" hears "/status/$mac"
expect_match "its first message" '"event":"boot","result":"ok","image":"ESP8266_LX106-00.00.01"' \
    "$(grep "/$mac " "$work/heard" | head -n 1)"
status=$(heard "/status/$mac" | head -n 1)
expect_equal espname "measure-$mac" "$(json_get "$status" '$.espname')"
expect_equal espimage ESP8266_LX106-00.00.01 "$(json_get "$status" '$.espimage')"
expect_equal espip 10.0.2.15 "$(json_get "$status" '$.espip')"
expect_match espbuild '^[A-Z][a-z]+ +[0-9]+ 20[0-9]+ [0-9:]+$' "$(json_get "$status" '$.espbuild')"
for name in uptimemillis maxmillis mqttmillis rssi espfreeheap; do
    expect_match "$name" '^[0-9]+$' "$(json_get "$status" "\$.$name")"
done
expect_equal errormessage "" "$(json_get "$status" '$.errormessage')"
[ "$(json_get "$status" '$.espfreeheap')" -lt 81920 ] || fail "more memory than the chip has: $status"
[ "$(json_get "$status" '$.uptimemillis')" -lt 10000 ] || fail "the first status is late: $status"

step "boards and virtual devices in one list"
list=$(secureesp devices list)
for name in "$(mac_of 1) .*ESP8266_VIRTUAL" "$(board_mac_of 1) .*ESP8266_LX106" \
    "$(board_mac_of 2) .*ESP8266_LX106"; do
    expect_match "the list" "$name-00.00.01" "$list"
done
expect_equal "who is online" 3 "$(secureesp devices list --online --json | grep -c '"mac":')"

step "reboot: the same image, its uptime from the beginning"
eventually 10 "an uptime of a second" uptime_is_above 1000
! uptime_fell || fail "its uptime falls before the reboot"
reboots
eventually 10 "a fresh uptime" uptime_fell

step "reboots just when the broker says goodbye: frames are on their way to the board"
tester_up
for _ in 1 2 3 4 5 6; do
    before=$(boots)
    tester_publish "/command/$mac/reboot" -m '{}'
    eventually 10 "the start after a reboot" boots_are $((before + 1))
done
eventually 10 "$mac online" device_has "$mac" '$.online' 1

step "firmware with nothing newer, flash without a download"
publish_image "$SANDBOX_BOARD_IMAGE"
expect_equal firmware "done current" "$(command_device "$mac" firmware)"
expect_equal flash "failed nothing-downloaded" "$(command_device "$mac" flash force)"

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
cert_before=$(board_file "$mac" "$mac.crt")
expect_equal "in use before the reboot" 0 \
    "$(board_file "$mac" config.json | grep -c '"statusinterval": *700\b')"

step "cert and key: both renewed, used after the next reboot"
secureesp pki device "$SANDBOX_PKI" "$mac" --force >/dev/null
expect_equal cert "done ok" "$(command_device "$mac" cert)"
hand_over_key "$mac"
expect_equal key "done ok" "$(command_device "$mac" key)"
expect_equal ca "done ok" "$(command_device "$mac" ca)"
expect_equal "the certificate before the reboot" "$cert_before" "$(board_file "$mac" "$mac.crt")"
reboots
files_are_in_use() {
    board_file "$mac" config.json | grep -q '"statusinterval": *700\b' &&
        cmp -s <(board_file "$mac" "$mac.crt") "$SANDBOX_PKI/devices/$mac.crt" &&
        cmp -s <(board_file "$mac" "$mac.key") "$SANDBOX_PKI/devices/$mac.key" &&
        cmp -s <(board_file "$mac" ca.crt) "$SANDBOX_PKI/ca.crt"
}
eventually 20 "the new files in the flash" files_are_in_use
for command in firmware flash reboot config cert key ca; do
    expect_match "the outcome of $command on the broker" \
        "\"command\":\"$command\",\"id\":[0-9]+,\"result\":\"" "$(heard "/event/$mac")"
done

step "a board that is killed: the broker publishes its will"
! hears "/will/$mac/will" || fail "a will of a board that left of its own accord"
part kill "$mac"
eventually 20 "its will" hears "/will/$mac/will"
expect_equal "its will" "{\"espname\":\"measure-$mac\"}" "$(heard "/will/$mac/will" | tr -d ' ')"
eventually 20 "$mac offline" device_has "$mac" '$.online' 0
expect_equal reason will "$(device "$mac" '$.reason')"
part start "$mac"
eventually 20 "$mac online again" device_has "$mac" '$.online' 1
