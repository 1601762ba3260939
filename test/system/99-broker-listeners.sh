#!/usr/bin/env bash
# Other settings of the broker than ours do not open it: a listener beside ours without TLS, one that asks
# for no certificate, one over WebSockets, a handshake that lasts, settings by which the broker asks its
# plugins about nobody, or gives them no time. And options of the plugin that are none keep it from
# starting, with a line that says which.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 1
mac=$(mac_of 1)
other=$(mac_of 9)
new_device "$other"
plain=$((15000 + SRANDOM % 17000))
loose=$((plain + 1))
web=$((plain + 2))
pki=$SANDBOX_PKI
ours=$work/ours
cp "$sandbox/etc/mosquitto.conf" "$ours"
log=$SANDBOX_LOG/broker.log

log_has() {
    grep -Eq "$1" "$log"
}
is_connected() {
    [ "$(json_get "$(api /status)" '$.broker.connected')" = 1 ]
}
# with LINE...: the broker with ours, and these behind.
with() {
    part stop broker
    { cat "$ours" && printf '%s\n' "$@"; } >"$work/mosquitto.conf"
    broker_run "$work/mosquitto.conf"
}
# does_not_start: with $work/mosquitto.conf; what it says is in $output.
does_not_start() {
    local status=0
    sanitizer_set_host "$VARIANT"
    output=$(timeout 20 env "${sanitizer_host[@]}" mosquitto -c "$work/mosquitto.conf" 2>&1) || status=$?
    { [ "$status" -ne 0 ] && [ "$status" -ne 124 ]; } || fail "it starts: $output"
}
# without_certificate PORT OPTION...: says who it is, and is refused.
without_certificate() {
    expect_exit 5 timeout 20 mosquitto_sub -h localhost -p "$1" -i secureespd -u secureespd -P x -t '#' "${@:2}"
}
device_says() {
    publish_text "$other" "/status/$other" '{"uptimemillis": 1000}' >/dev/null 2>&1
}

step "listeners beside ours: none is a way around the certificate"
with allow_anonymous\ true "listener $plain 127.0.0.1" "listener $loose 127.0.0.1" \
    "cafile $pki/ca.crt" "certfile $pki/servers/mosquitto.crt" "keyfile $pki/servers/mosquitto.key" \
    'require_certificate false' "listener $web 127.0.0.1" 'protocol websockets'
eventually 30 "the daemon is connected" is_connected
without_certificate "$plain"
eventually 5 "a line that says why" log_has \
    'refused a client: it shows no certificate; give it one, .* \(from 127.0.0.1\)'
without_certificate "$loose" --cafile "$pki/ca.crt"
# web_connect [PID]: the return code of a CONNECT over WebSockets, as the daemon by its name.
web_connect() {
    python3 -B "$root/test/system/web_mqtt.py" "$web" "$@"
}
expect_equal "over WebSockets" 5 "$(web_connect)"

step "nor while it reads its configuration again"
broker=$(process_pid "$sandbox/run/broker")
for ((i = 0; i < 5; i++)); do
    expect_equal "over WebSockets" 5 "$(web_connect "$broker")"
    process_signal "$sandbox/run/broker" HUP
    without_certificate "$plain"
done
[ "$(grep -c 'Reloading config' "$log")" -ge 10 ] || fail "it has not read its configuration"
eventually 30 "the device is online" device_has "$mac" '$.online' 1

step "a handshake in records of one byte is ended soon"
taken=$(python3 -B "$root/test/system/byte_records.py" "$SANDBOX_MQTT_PORT")
echo "after $taken records"
[ "$taken" -le 300 ] || fail "it took $taken"

step "a setting by which the broker asks about nobody: who is let in may do nothing"
with
part stop broker
sed "s/^allow_anonymous .*/use_identity_as_username true/" "$ours" >"$work/mosquitto.conf"
broker_run "$work/mosquitto.conf"
says_nothing() {
    device_says
    log_has "was let in without this plugin, and may do nothing; set use_identity_as_username"
}
eventually 20 "the log says so" says_nothing
expect_exit 0 timeout 20 mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" \
    --cert "$pki/devices/$other.crt" --key "$pki/devices/$other.key" -i "$other" -t "/command/$other/#"
expect_match "what it hears" 'All subscription requests were denied' "$output"

step "a broker that gives the plugin no time lets nobody in, and its log says what to do"
part stop broker
{ echo "per_listener_settings true" && cat "$ours"; } >"$work/mosquitto.conf"
broker_run "$work/mosquitto.conf"
if ! ticks_per_listener; then
    eventually 20 "a line" log_has 'nobody is let in: the broker gives the plugin no time; set per_listener_settings false'
    ! device_says || fail "a device was let in"
    process_signal "$sandbox/run/broker" HUP
    ! device_says || fail "a device was let in after a reload"
fi
# also over a listener that shows it no certificate, and nothing else by which it could tell
part stop broker
sed "s/^listener .*/per_listener_settings true\nlistener $plain 127.0.0.1/
    /^\(cafile\|certfile\|keyfile\|require_certificate\|tls_version\) /d" "$ours" >"$work/mosquitto.conf"
broker_run "$work/mosquitto.conf"
is_listening() {
    timeout 5 bash -c ": </dev/tcp/127.0.0.1/$plain" 2>/dev/null
}
eventually 20 "it listens" is_listening
without_certificate "$plain"
process_signal "$sandbox/run/broker" HUP
has_reloaded() {
    tail -n 20 "$log" | grep -q 'Reloading config'
}
eventually 10 "it has read its configuration" has_reloaded
without_certificate "$plain"

step "its lines stand once"
part stop broker
{
    echo "per_listener_settings true" && cat "$ours" && echo "listener $plain 127.0.0.1" &&
        grep '^plugin' "$ours"
} >"$work/mosquitto.conf"
does_not_start
expect_match "what it says" 'secureesp: .*loaded twice' "$output"

step "options that are none"
# refuses LINE TEXT
refuses() {
    { cat "$ours" && printf '%s\n' "$1"; } >"$work/mosquitto.conf"
    does_not_start
    expect_match "what it says of '$1'" "secureesp: $2" "$output"
}
refuses 'plugin_opt_role Admin write a' 'plugin_opt_role: .Admin. is no role: give .* lower-case'
refuses 'plugin_opt_role admin Write a' 'plugin_opt_role: .Write. is neither read, write nor unbounded'
refuses 'plugin_opt_role admin write /broker/limit/x' 'plugin_opt_role: nobody says ./broker/limit/x.'
refuses 'plugin_opt_role abcdef012345 write a' 'plugin_opt_role: .abcdef012345. holds the name of a device'
refuses 'plugin_opt_daemon other' 'plugin_opt_daemon: it is given twice'
refuses 'plugin_opt_mesages_burst 7' 'plugin_opt_mesages_burst: none is named so; there are cafile'
sed -i "s/^plugin_opt_daemon .*/plugin_opt_daemon $other/" "$ours"
refuses '' "plugin_opt_daemon: .$other. is a device.s name"
sed -i "s/^plugin_opt_daemon .*/plugin_opt_daemon secureespd/; s|^plugin_opt_sessions .*|plugin_opt_sessions $work/none/x|" "$ours"
refuses '' "plugin_opt_sessions: cannot create $work/none/x"
