#!/usr/bin/env bash
# A certificate that is shown to nobody but the broker is known to the daemon, and can be revoked by its
# number, which parts the broker from its bearer and from nobody else.
# shellcheck source=test/system/certificate_lib.sh
. "$(dirname "$0")/certificate_lib.sh"

sandbox_up --devices 1
pki=$SANDBOX_PKI
honest=$(mac_of 1)
device=$(mac_of 50)
later=$(mac_of 51)
# The same CA on another machine, which tells the daemon of nothing.
mkdir "$work/ca"
cp "$pki/ca.crt" "$pki/ca.key" "$work/ca"
elsewhere() {
    secureesp --socket "$work/none" pki "$@" >/dev/null 2>&1
}
elsewhere device "$work/ca" "$device" "$later"
elsewhere client "$work/ca" desk --role monitor
elsewhere client "$work/ca" home --role homeassistant
elsewhere init "$work/other"
elsewhere client "$work/other" stranger --role monitor

# come FILE NAME TOPIC: a client that stays; FILE.crt and .key.
come() {
    rm -f "$work/$2.log"
    process_start "$work/$2.record" "$work/$2.log" stdbuf -oL mosquitto_sub -h localhost \
        -p "$SANDBOX_MQTT_PORT" --cafile "$pki/ca.crt" --cert "$1.crt" --key "$1.key" -i "$2" -t "$3" \
        -d -F 'heard %t'
    records+=("$work/$2.record")
}
come_in() {
    come "$@"
    eventually 10 "$2 has subscribed" grep -q '^Subscribed' "$work/$2.log"
}
is_known() {
    certificate_is "$(serial_of "$1.crt")" state good
}
known() {
    json_count "$(api /certificates)" '$'
}

step "who comes to the broker alone is known: a device, a monitor"
eventually 20 "$honest online" device_has "$honest" '$.online' 1
for file in "devices/$device" clients/desk clients/home; do
    ! is_known "$work/ca/$file" || fail "$file is known already"
done
come_in "$work/ca/devices/$device" "$device" "/command/$device/#"
come_in "$work/ca/clients/desk" desk /status/+
for file in "devices/$device" clients/desk; do
    eventually 10 "$file is known" is_known "$work/ca/$file"
    expect_equal origin seen "$(certificate "$(serial_of "$work/ca/$file.crt")" origin)"
done
serial=$(plain "$(serial_of "$work/ca/devices/$device.crt")")
expect_equal "whose it is" "$device" "$(certificate "$serial" mac)"
expect_equal kind device "$(certificate "$serial" kind)"
expect_equal fingerprint "$(openssl x509 -in "$work/ca/devices/$device.crt" -noout -fingerprint -sha256 |
    sed 's/.*=//; s/://g' | tr A-F a-f)" "$(certificate "$serial" fingerprint)"
expect_equal "its end" "$(date -d "$(openssl x509 -in "$work/ca/devices/$device.crt" -noout -enddate |
    sed 's/.*=//')" +%s000)" "$(certificate "$serial" not_after_ms)"
expect_match "the list" "$serial +$device +device +- .* good" "$(secureesp pki list)"

step "who comes again, or is refused, is not told of; who is new after that is"
before=$(known)
come "$work/other/clients/stranger" stranger /status/+
process_stop "$work/$device.record"
for _ in 1 2 3; do
    come_in "$work/ca/devices/$device" "$device" "/command/$device/#"
    process_stop "$work/$device.record"
done
come_in "$work/ca/devices/$device" "$device" "/command/$device/#"
come_in "$work/ca/clients/home" home secureesp/+/state
eventually 10 "home is known" is_known "$work/ca/clients/home"
expect_equal "certificates" $((before + 1)) "$(known)"
expect_match "the list" "home +client +homeassistant .* good" "$(secureesp pki list)"

step "revoked by its number it is out within two seconds, and nobody else is"
for name in "$device" desk; do
    file=$work/ca/clients/$name
    [ "$name" = desk ] || file=$work/ca/devices/$name
    expect_exit 0 secureesp pki revoke "$(serial_of "$file.crt")" # 1 if the broker takes longer
    echo "$output"
    expect_match "$name" 'broker: .*\(1 connection ended\)' "$output"
    ! grep -q 'no certificate with that number' <<<"$output" || fail "it is not known: $output"
    eventually 5 "$name is disconnected" grep -qi 'connection.*lost\|disconnect' "$work/$name.log"
    process_stop "$work/$name.record"
    come "$file" "$name" "/command/$device/#"
    eventually 10 "$name is refused" grep -q 'Connection error: .*\|CONNACK (5)' "$work/$name.log"
    ! grep -q '^Subscribed' "$work/$name.log" || fail "$name is back"
done
! grep -qi 'lost\|disconnect' "$work/home.log" || fail "home was cut off"
expect_equal "$honest" 1 "$(device "$honest" '$.online')"

step "who comes while the daemon is away is known when it is back"
part stop daemon
come_in "$work/ca/devices/$later" "$later" "/command/$later/#"
part start daemon
eventually 30 "$later is known" is_known "$work/ca/devices/$later"
