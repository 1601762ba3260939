#!/usr/bin/env bash
# Sessions that wait are still their owners' after the broker was restarted or killed: a monitor's, which
# bears its name, and a sketch's whose client identifier does not hold its MAC. Whoever else comes with
# such an identifier is refused, and the log says by whose it is; nothing that waits is lost.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sketch=$(mac_of 11)
thief=$(mac_of 12)
speaker=$(mac_of 13)
sandbox_up --devices 0
new_device "$sketch" "$thief" "$speaker"
secureesp pki client "$SANDBOX_PKI" grafana --role monitor >/dev/null
kept=$sandbox/state/secureesp.sessions

# as CREDENTIALS IDENTIFIER OPTION...: a session that is kept.
as() {
    mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/$1.crt" --key "$SANDBOX_PKI/$1.key" -c -i "$2" -q 1 "${@:3}"
}
grafana() {
    as clients/grafana grafana -t "/event/$speaker" "$@"
}
kitchen() {
    as "devices/$sketch" kitchen -t "/command/$sketch/#" "$@"
}
# say FIRST LAST: events, each with its number.
say() {
    seq -f '{"event": "error", "result": "timeout", "detail": "number %.0f"}' "$1" "$2" |
        mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
            --cert "$SANDBOX_PKI/devices/$speaker.crt" --key "$SANDBOX_PKI/devices/$speaker.key" \
            -q 1 -t "/event/$speaker" -l
}
command_is_sent() {
    [ "$(json_get "$(api "/commands/$id")" '$.state')" = sent ]
}
log_has() {
    grep -Eq "$1" "$SANDBOX_LOG/broker.log"
}
# refused IDENTIFIER OWNER: the thief with that.
refused() {
    expect_exit 5 timeout 20 mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/$thief.crt" --key "$SANDBOX_PKI/devices/$thief.key" \
        -i "$1" -t "/command/$thief/#"
    eventually 5 "a line that says whose $1 is" log_has \
        "refused a client: $thief: its client identifier '$1' is in use by $2, whose session waits for it: .* \(from 127.0.0.1\)"
}
# ended_by stop|kill: the broker, once it has saved what it has.
ended_by() {
    if [ "$1" = kill ]; then
        touch "$work/said"
        process_signal "$sandbox/run/broker" USR1
        has_saved() {
            [ "$sandbox/state/mosquitto.db" -nt "$work/said" ]
        }
        eventually 10 "the broker has saved" has_saved
    fi
    part "$1" broker
}
is_connected() {
    [ "$(json_get "$(api /status)" '$.broker.connected')" = 1 ]
}

step "sessions that wait"
publish_text "$sketch" "/status/$sketch" '{"uptimemillis": 1000}'
grafana -E
kitchen -E # after that: with another identifier it would give this one up
expect_equal "records" 2 "$(grep -Ec '^[0-9]+ (monitor grafana grafana|device '"$sketch"' kitchen)$' "$kept")"
expect_equal "who may read them" 600 "$(stat -c %a "$kept")"
eventually 10 "the sketch is online" device_has "$sketch" '$.online' 1
id=$(json_get "$(api /commands --data "{\"mac\": \"$sketch\", \"command\": \"config\"}")" '$[0].id')
eventually 10 "its command is sent" command_is_sent
say 1 5

last=5
for how in stop kill stop; do
    step "the broker is ended by $how, and somebody comes with their identifiers"
    ended_by "$how"
    part start broker
    refused grafana grafana
    refused kitchen "$sketch"
    say $((last + 1)) $((last + 5)) # that waits, too
    last=$((last + 5))
done

step "nothing is lost"
grafana -C "$last" -W 20 >"$work/heard" || fail "it heard $(wc -l <"$work/heard") of $last"
expect_equal "the first and the last" "number 1 number $last" \
    "$(sed 's/.*"detail": "\(.*\)".*/\1/' "$work/heard" | sed -n '1p; $p' | paste -s -d ' ')"
kitchen -v -C 1 -W 20 >"$work/heard" || fail "the command is lost"
expect_match "what waited" "^/command/$sketch/config " "$(cat "$work/heard")"

step "damaged lines are left out, the others count"
part stop broker
sed -i '2s/^/x/; $a 17 monitor' "$kept" # which of both is second is not said
part start broker
eventually 5 "the log says so" log_has 'plugin_opt_sessions: .*: left out line 2, which is damaged, and 1 others'
expect_equal "records" 2 "$(wc -l <"$kept")"

step "who keeps no session any more has no place there"
as "devices/$sketch" "$sketch" -t "/command/$sketch/#" -E
grafana -E
part stop broker
expect_equal "records" "monitor grafana grafana" "$(sed 1d "$kept" | cut -d ' ' -f 2-)"
part start broker
as "devices/$thief" kitchen -t "/command/$thief/#" -E

step "a sketch that names itself by its soft access point"
soft=86${sketch#84}
as "devices/$sketch" "ESP_${soft^^}" -t "/command/$sketch/#" -E
expect_exit 5 as "devices/$thief" "ESP-$soft" -t "/command/$thief/#" -E
log_has "refused a client: $thief: its client identifier contains another device's MAC" ||
    fail "no line for the MAC"
eventually 30 "the daemon is connected" is_connected
