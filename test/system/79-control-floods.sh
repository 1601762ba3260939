#!/usr/bin/env bash
# A device that sends the broker what is no message, and no plugin is asked about, without a pause: it is
# out at once, in each kind of TLS record, and may come again after a while. Nobody else notices, and no
# honest device's way of sending is taken for a flood.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

shut_out_s=5
export SANDBOX_BROKER_MORE="plugin_opt_shut_out_seconds $shut_out_s
plugin_opt_role tester unbounded
plugin_opt_role listener read /broker/limit/+"
sandbox_up --devices 1
tester_up
secureesp pki client "$SANDBOX_PKI" listener --role listener >/dev/null
process_start "$work/listener.record" "$work/reports" mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" \
    --cafile "$SANDBOX_PKI/ca.crt" --cert "$SANDBOX_PKI/clients/listener.crt" \
    --key "$SANDBOX_PKI/clients/listener.key" -i listener -t '/broker/limit/+' -v
records+=("$work/listener.record")

# What is said of each. Of who never came to be a client, nothing is; and AUTH the broker itself refuses.
declare -A reasons=([pings]=control-bytes [small]=control-bytes [acks]=control-bytes
    [releases]=control-bytes [unsubscribe]=control-bytes [lasting]=control-bytes [unfinished]=
    [denied]=messages-per-second [empty]=messages-per-second [auth]=)
attacks=(pings small acks releases unsubscribe lasting unfinished denied empty auth)
declare -A mac=()
next=40
for what in beside bytes-1.2 bytes-1.3 bytes-chacha bytes-cbc burst pings-1.2 pings-chacha pings-cbc \
    small-1.2 small-chacha small-cbc "${attacks[@]}"; do
    mac[$what]=$(mac_of "$next")
    next=$((next + 1))
done
new_device "${mac[@]}"

# sends NAME WHAT [VERSION]: what came of it is in $said.
sends() {
    said=$(python3 -B "$root/test/system/control_flood.py" "$SANDBOX_MQTT_PORT" "$SANDBOX_PKI/ca.crt" \
        "$SANDBOX_PKI/devices/${mac[$1]}" "${@:2}") || fail "$1: $said"
    echo "$1: $said"
}
said_is() {
    expect_equal "$1: $2" "$3" "$(json_get "$said" "\$.$2")"
}

step "an honest device, which goes on all the time"
coproc beside { exec python3 -B "$root/test/system/control_flood.py" "$SANDBOX_MQTT_PORT" \
    "$SANDBOX_PKI/ca.crt" "$SANDBOX_PKI/devices/${mac[beside]}" honest-beside; }
# shellcheck disable=SC2154  # coproc's
read -r -t 60 line <&"${beside[0]}" && [ "$line" = ready ] || fail "the honest device: $line"

step "each flood is out at once"
for what in "${attacks[@]}"; do
    sends "$what" "$what"
    said_is "$what" ended 1
    expect_match "$what: connections" '^[12]$' "$(json_get "$said" '$.connections')"
done
for version in 1.2 chacha cbc; do
    for what in pings small; do
        sends "$what-$version" "$what" "$version"
        said_is "$what-$version" ended 1
    done
done

step "its lines in the broker's log are bounded"
# Of acknowledgements of four bytes as many as its burst holds, and one more record.
lines=$(grep -c "${mac[acks]}" "$sandbox/log/broker.log")
echo "$lines lines"
[ "$lines" -lt 8000 ] || fail "$lines lines of ${mac[acks]}"

step "the daemon is told why"
for what in "${attacks[@]}"; do
    [ -n "${reasons[$what]}" ] || continue
    eventually 20 "a report of $what" grep -q \
        "^/broker/limit/${mac[$what]} .*\"reason\": \"${reasons[$what]}\"" \
        "$work/reports"
done

step "it may come again after a while"
comes() {
    publish_text "${mac[$1]}" "/status/${mac[$1]}" '{"uptimemillis": 5}' -q 1 2>/dev/null
}
for what in "${attacks[@]}" pings-cbc; do
    eventually 30 "$what comes again" comes "$what"
done

step "honest ways are none"
for version in 1.2 1.3 chacha cbc; do
    sends "bytes-$version" honest-bytes "$version"
    said_is "bytes-$version" ended 0
    said_is "bytes-$version" acknowledged 100
done
sends burst honest-burst
said_is burst ended 0
said_is burst acknowledged 60

step "who is unbounded is not bounded here either"
cp "$SANDBOX_PKI/clients/tester".* "$SANDBOX_PKI/devices/"
mac[tester]=tester
sends tester many-pings
said_is tester ended 0
said_is tester missing 0

step "nobody else noticed"
input=${beside[1]}
pid=$beside_PID
exec {input}>&-
read -r -t 60 said <&"${beside[0]}" || fail "the honest device says nothing"
wait "$pid" || true
echo "beside: $said"
said_is beside ended 0
said_is beside missing 0
! grep -q "^/broker/limit/${mac[beside]} " "$work/reports" || fail "the honest device was bounded"
