#!/usr/bin/env bash
# What devices say while the daemon is away waits at the broker as it is installed: more than a
# broker keeps by itself, and also if the broker is killed meanwhile.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

one=$(mac_of 11)
events=1500 # a broker without our configuration keeps 1000
sandbox_up --devices 0
new_device "$one"

# say FIRST LAST: events of one device, each with its number.
say() {
    seq -f '{"event": "error", "result": "timeout", "detail": "number %.0f"}' "$1" "$2" |
        mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
            --cert "$SANDBOX_PKI/devices/$one.crt" --key "$SANDBOX_PKI/devices/$one.key" \
            -q 1 -t "/event/$one" -l
}
kept() {
    sqlite3 -readonly "$sandbox/state/secureesp.db" \
        "select count(distinct detail) from events where detail like 'number %'"
}
are_kept() {
    [ "$(kept)" -eq "$1" ]
}
is_saved() {
    [ "$sandbox/state/mosquitto.db" -nt "$work/said" ]
}

step "events before"
say 1 1
eventually 20 "the daemon hears" are_kept 1

step "the daemon is away, and the broker is killed once it has saved"
part stop daemon
say 2 "$events"
touch "$work/said"
eventually 60 "the broker saves" is_saved
part kill broker
part start broker
part start daemon
eventually 60 "all are there" are_kept "$events"

step "stopped and started, without a minute to save"
part stop daemon
say $((events + 1)) $((2 * events))
part stop broker
part start broker
part start daemon
eventually 60 "all are there" are_kept $((2 * events))
