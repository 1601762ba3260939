#!/usr/bin/env bash
# The broker is told to read its configuration again (systemctl reload mosquitto, logrotate), and is
# restarted, while sessions that are kept have no connection: the daemon's own, and devices' with
# commands that wait. It goes on, nobody who is connected notices, and nothing is lost.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 2
publish_image "$SANDBOX_IMAGE"
sleepers=("$(mac_of 11)" "$(mac_of 12)" "$(mac_of 13)")
speaker=$(mac_of 14)
new_device "${sleepers[@]}" "$speaker"
broker_pid() {
    process_pid "$sandbox/run/broker"
}
# How often devices have come to the broker.
arrivals() {
    cat "$SANDBOX_LOG"/84f3eb00000[12].log | grep -c ' online '
}
reloads() {
    grep -c 'Reloading config' "$SANDBOX_LOG/broker.log" || true
}
# reload_broker TIMES: each is seen in its log.
reload_broker() {
    local i before
    for ((i = 0; i < $1; i++)); do
        before=$(reloads)
        process_signal "$sandbox/run/broker" HUP
        has_reloaded() {
            [ "$(reloads)" -gt "$before" ]
        }
        eventually 10 "the broker has read its configuration" has_reloaded
    done
}
# sleeper MAC OPTION...: as that device, whose session is kept.
sleeper() {
    mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/$1.crt" --key "$SANDBOX_PKI/devices/$1.key" \
        -c -i "measure-$1" -q 1 -t "/command/$1/#" "${@:2}"
}
command_is_sent() {
    [ "$(json_get "$(api "/commands/$1")" '$.state')" = sent ]
}
say() { # FIRST LAST
    seq -f '{"event": "error", "result": "timeout", "detail": "number %.0f"}' "$1" "$2" |
        mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
            --cert "$SANDBOX_PKI/devices/$speaker.crt" --key "$SANDBOX_PKI/devices/$speaker.key" \
            -q 1 -t "/event/$speaker" -l
}

step "commands wait for devices that sleep"
for mac in "${sleepers[@]}"; do
    sleeper "$mac" -E
    publish_text "$mac" "/status/$mac" '{"uptimemillis": 1000}'
    eventually 10 "$mac online" device_has "$mac" '$.online' 1
    id=$(json_get "$(api /commands --data "{\"mac\": \"$mac\", \"command\": \"config\"}")" '$[0].id')
    eventually 10 "the command for $mac" command_is_sent "$id"
done

step "read again, with their sessions kept and others connected"
pid=$(broker_pid)
arrived=$(arrivals)
since=$(json_get "$(api /status)" '$.broker.since_ms')
reload_broker 5
expect_equal "the broker" "$pid" "$(broker_pid)"
expect_equal "the daemon's connection" "$since" "$(json_get "$(api /status)" '$.broker.since_ms')"
expect_equal "arrivals of devices at the broker" "$arrived" "$(arrivals)"
expect_equal "a command" "done current" "$(command_device "$(mac_of 1)" firmware)"
arrived=$(arrivals)

step "and with the daemon's"
part stop daemon
say 1 100
reload_broker 5
say 101 200
reload_broker 2
expect_equal "the broker" "$pid" "$(broker_pid)"
expect_equal "arrivals of devices at the broker" "$arrived" "$(arrivals)"

step "restarted, and read again while all that is only in mosquitto.db"
for _ in 1 2; do
    part stop broker
    part start broker
    reload_broker 2
done
say 201 250
part stop broker
part start broker

step "nothing is lost"
part start daemon
kept() {
    [ "$(sqlite3 -readonly "$SANDBOX_DB" \
        "select count(distinct detail) from events where detail like 'number %'")" -eq 250 ]
}
eventually 60 "all events are there" kept
for mac in "${sleepers[@]}"; do
    sleeper "$mac" -v -C 1 -W 20 >"$work/heard" || fail "no command for $mac"
    expect_match "what $mac hears" "^/command/$mac/config " "$(cat "$work/heard")"
done
eventually 60 "the others are online" device_has "$(mac_of 2)" '$.online' 1
expect_equal "a command" "done ok" "$(command_device "$(mac_of 2)" config)"
# What the plugin says to a daemon that takes its session up again.
goes_by_the_list() {
    secureesp status | grep -q 'the broker uses it'
}
eventually 15 "the broker says which list it goes by" goes_by_the_list
[ -z "$(json_get "$(api /status)" '$.broker.fault')" ] || fail "a fault: $(json_get "$(api /status)" '$.broker.fault')"

step "who takes a session up again is parted with when it is revoked"
sleeper "${sleepers[0]}" -E
records+=("$work/sleeper.record")
export -f sleeper
export SANDBOX_MQTT_PORT SANDBOX_PKI
process_start "$work/sleeper.record" "$work/sleeper" bash -c 'sleeper "$@"' - "${sleepers[0]}" -v
is_here() {
    [ "$(grep -c "as measure-${sleepers[0]} " "$SANDBOX_LOG/broker.log")" -ge 4 ]
}
eventually 10 "it is here" is_here
secureesp devices revoke "${sleepers[0]}" >/dev/null
is_parted_with() {
    grep -Eq 'Connection error|not authorised' "$work/sleeper" "$SANDBOX_LOG/broker.log" &&
        grep -q "refused a client: ${sleepers[0]} is revoked" "$SANDBOX_LOG/broker.log"
}
eventually 10 "it is parted with" is_parted_with

step "listeners with settings of their own: who comes once all is read again is whom the certificate says"
part stop broker
{ echo "per_listener_settings true" && cat "$sandbox/etc/mosquitto.conf"; } >"$work/mosquitto.conf"
broker_run "$work/mosquitto.conf"
is_listening() {
    timeout 5 bash -c ": </dev/tcp/127.0.0.1/$SANDBOX_MQTT_PORT" 2>/dev/null
}
eventually 10 "the broker is there" is_listening
reload_broker 1
thief=(timeout 10 mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt"
    --cert "$SANDBOX_PKI/devices/$speaker.crt" --key "$SANDBOX_PKI/devices/$speaker.key"
    -u secureespd -i thief -t '/event/#')
if ticks_per_listener; then
    "${thief[@]}" >/dev/null 2>&1 || true
    expect_match "who it is" " as thief \(.* u'$speaker'\)" "$(grep thief "$SANDBOX_LOG/broker.log")"
else # the plugin could not part with anybody: nobody is let in
    expect_exit 5 "${thief[@]}"
fi
