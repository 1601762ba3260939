#!/usr/bin/env bash
# The broker's ACL: a device speaks for itself and hears its own commands, and no more.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

one=$(mac_of 11)
two=$(mac_of 12)
sandbox_up --devices 0
new_device "$one" "$two"
secureesp pki init "$work/other" >/dev/null
secureesp pki device "$work/other" "$one" >/dev/null

# options CREDENTIALS
options() {
    printf '%s\n' -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$1.crt" --key "$1.key"
}
mapfile -t daemon < <(options "$SANDBOX_PKI/servers/secureespd")
mapfile -t device_one < <(options "$SANDBOX_PKI/devices/$one")
mapfile -t device_two < <(options "$SANDBOX_PKI/devices/$two")

step "what each hears"
timeout 8 mosquitto_sub "${daemon[@]}" -i ears-daemon -v -F '%t' -t '/status/+' -t '/event/+' \
    -t '/will/+' -t '/will/+/will' >"$work/heard-daemon" &
timeout 8 mosquitto_sub "${device_two[@]}" -i ears-two -v -F '%t' -t '#' -t '/command/#' \
    -t '/status/#' -t "/command/$one/#" >"$work/heard-two" &
sleep 1
for topic in "/status/$one" "/event/$one" "/will/$one" "/will/$one/will"; do
    mosquitto_pub "${device_one[@]}" -t "$topic" -m '{}'
done
# What it may not say:
for topic in "/status/$two" "/event/$two" "/will/$two" "/will/$two/will" "/command/$two/reboot" \
    "/command/$one/reboot" "/status/$one/more" "/status" "other" "\$SYS/broker/version"; do
    mosquitto_pub "${device_one[@]}" -t "$topic" -m '{}' 2>/dev/null || true
done
for to in "$one" "$two"; do
    mosquitto_pub "${daemon[@]}" -i mouth-daemon -t "/command/$to/reboot" -m '{"id": 1}'
done
mosquitto_pub "${daemon[@]}" -i mouth-daemon -t "/status/$one" -m '{"forged": 1}'
wait
expect_equal "the daemon hears" "/event/$one /status/$one /will/$one /will/$one/will" \
    "$(sort "$work/heard-daemon" | paste -s -d ' ')"
expect_equal "the other device hears" "/command/$two/reboot" \
    "$(sort -u "$work/heard-two" | paste -s -d ' ')"

step "who is not let in"
refused() {
    ! timeout 10 mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        -i intruder -t "/status/$one" -m '{}' "${@:2}" 2>/dev/null || fail "$1 was let in"
}
refused "a client without a certificate"
refused "a certificate of another CA" --cert "$work/other/devices/$one.crt" \
    --key "$work/other/devices/$one.key"
! timeout 10 mosquitto_pub -h localhost -p "$SANDBOX_MQTT_PORT" -i plain -t x -m x 2>/dev/null ||
    fail "a client without TLS was let in"
handshake() {
    openssl s_client -connect "localhost:$SANDBOX_MQTT_PORT" -cipher DEFAULT@SECLEVEL=0 "$1" \
        -CAfile "$SANDBOX_PKI/ca.crt" -cert "$SANDBOX_PKI/devices/$one.crt" \
        -key "$SANDBOX_PKI/devices/$one.key" </dev/null >"$work/handshake" 2>&1 || true
    grep -q 'Cipher is [A-Z]' "$work/handshake"
}
handshake -tls1_2 || fail "TLS 1.2 was refused"
! handshake -tls1_1 || fail "TLS 1.1 was let in"

step "what is much too large does not reach anybody"
head -c 20000 /dev/zero | tr '\0' x >"$work/payload"
before=$(counter bad_payloads)
publish "$one" "/status/$one" "$work/payload" || true
sleep 1
expect_equal "bad payloads" "$before" "$(counter bad_payloads)"
