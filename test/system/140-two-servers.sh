#!/usr/bin/env bash
# A device that is told of two brokers and two download servers moves to the second when the first
# fails. A configuration that leads nowhere it leaves by itself, and says why; and so it does with
# Wi-Fi networks that are not there.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/wifi_lib.sh
. "$(dirname "$0")/wifi_lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 1
part stop "$mac"

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
first=$(free_port)
nobody=$(free_port)
records+=("$work/first.record" "$work/device.record")
forward() {
    process_start "$work/first.record" "$work/first.log" \
        socat "TCP-LISTEN:$first,bind=127.0.0.1,fork,reuseaddr" "TCP:localhost:$SANDBOX_MQTT_PORT"
}
run_device() {
    process_start "$work/device.record" "$work/device.log" virtual-esp \
        --dir "$sandbox/devices/$mac" --mac "$mac" --trial-timeout 5000 --air "$work/air"
}
# How often the device has logged that.
logged() {
    grep -c -- "$1" "$work/device.log" || true
}
has_logged() {
    [ "$(logged "$1")" -ge "$2" ]
}
has_told() {
    has_event "$mac" "value ->> '\$.detail' like '$1'"
}

step "of two brokers the first is asked, as long as it is there"
printf 'home\ta password\n' >"$work/air"
network home | put_flash_file "$mac" wifi
flash_file "$mac" config.json |
    sed -E -e "s/\"mqttport\": *([0-9]+)/\"mqttport\": $first, \"mqttserver2\": \"localhost\", \"mqttport2\": \1/" \
        -e "s/\"downloadport\": *([0-9]+)/\"downloadport\": $nobody, \"downloadserver2\": \"localhost\", \"downloadport2\": \1/" \
        >"$work/config.json"
put_flash_file "$mac" config.json <"$work/config.json"
forward
run_device
eventually 30 "a session with the first" has_logged "online broker=localhost:$first " 1
expect_equal "sessions with the second" 0 "$(logged "online broker=localhost:$SANDBOX_MQTT_PORT ")"

step "it goes away: the device moves to the second"
process_stop "$work/first.record"
eventually 30 "a session with the second" has_logged "online broker=localhost:$SANDBOX_MQTT_PORT " 1
expect_equal "restarts" 0 "$(logged ' restart ')"
eventually 20 "$mac online" device_has "$mac" '$.online' 1

step "what the first download server does not have, as nobody is there, comes from the second"
expect_equal config "done ok" "$(command_device "$mac" config)"

step "a configuration that names a dead broker is left, and the device says why"
cat >>"$sandbox/etc/secureesp.conf" <<TEXT
[config.json $mac]
mqttport = $nobody
TEXT
process_signal "$sandbox/run/daemon" HUP
config_is_served() {
    get "$mac" /config.json && grep -q "\"mqttport\": *$nobody\b" "$work/answer"
}
eventually 10 "the new configuration" config_is_served
expect_equal config "done ok" "$(command_device "$mac" config)"
expect_equal reboot "done ok" "$(command_device "$mac" reboot)"
eventually 30 "why it is back" has_told "back to the previous files: no report in time: localhost: cannot be reached"
eventually 30 "$mac online" device_has "$mac" '$.online' 1
flash_file "$mac" config.json | cmp - "$work/config.json" || fail "the device has not kept its configuration"
expect_equal "failed trials" 1 "$(logged 'restart reason="trial failed"')"

step "networks that are not there are left, and the device says why"
process_stop "$work/device.record"
network away | put_flash_file "$mac" wifi.new
flash_file "$mac" wifi >"$work/home"
run_device
eventually 30 "why it is back" has_told "back to the previous files: no report in time: no link with any Wi-Fi network"
flash_file "$mac" wifi | cmp - "$work/home" || fail "the device has not kept its network"

step "and kept where they are, once the device has reported"
process_stop "$work/device.record"
network away >"$work/away"
put_flash_file "$mac" wifi.new <"$work/away"
printf 'away\ta password\n' >"$work/air"
run_device
is_kept() {
    flash_file "$mac" wifi | cmp -s - "$work/away"
}
eventually 30 "the new network in its place" is_kept
eventually 30 "$mac online" device_has "$mac" '$.online' 1

step "a network that goes away comes back"
sessions=$(logged ' online ')
: >"$work/air"
eventually 20 "no link" has_logged 'Wi-Fi: link lost' 1
printf 'away\tanother password\n' >"$work/air"
sleep 2
expect_equal "sessions with a wrong password" "$sessions" "$(logged ' online ')"
printf 'some\tnetwork\naway\ta password\n' >"$work/air"
eventually 30 "a session" has_logged ' online ' $((sessions + 1))
