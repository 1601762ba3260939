#!/usr/bin/env bash
# The broker's rules: a device speaks for itself and hears its own commands, and no more.
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
mapfile -t daemon < <(options "$SANDBOX_PKI/servers/secureespd" && printf '%s\n' -i secureespd)
mapfile -t device_one < <(options "$SANDBOX_PKI/devices/$one")
mapfile -t device_two < <(options "$SANDBOX_PKI/devices/$two")

# ears NAME OPTION...: hears in the background what it may; the topics come to $work/NAME.
ears() {
    process_start "$work/$1.record" "$work/$1" \
        stdbuf -oL mosquitto_sub "${@:2}" -d -F 'heard %t'
    records+=("$work/$1.record")
    eventually 10 "$1 has subscribed" grep -q '^Subscribed' "$work/$1"
}
hears() {
    grep -q "^heard $2\$" "$work/$1"
}
# heard NAME: the topics in a line.
heard() {
    sed -n 's/^heard //p' "$work/$1" | sort | paste -s -d ' '
}

step "a place at the broker is nobody else's"
since() {
    json_get "$(api /status)" '$.broker.since_ms'
}
before=$(since)
for id in secureespd "$two" "esp-${two^^}" "$(sed 's/../&:/g; s/:$//' <<<"$two")" "x${two}x" monitor; do
    expect_exit 5 mosquitto_pub "${device_one[@]}" -i "$id" -t "/status/$one" -m '{}'
done
expect_equal "the daemon's connection" "$before" "$(since)"

step "what sketches bring as client identifier"
# The last is none: the broker makes one.
up=7000
for id in "$one" "${one^^}" "measure-$one" ESP8266Client-a1b2 "84:F3:EB:00:00:0B" ""; do
    up=$((up + 1))
    mosquitto_pub "${device_one[@]}" ${id:+-i "$id"} -t "/status/$one" -m "{\"uptimemillis\": $up}"
    eventually 10 "a status from '$id'" device_has "$one" '$.uptime_ms' "$up"
done

step "what a device says"
part stop daemon # its certificate is ours now
ears daemon "${daemon[@]}" -t '/status/+' -t '/event/+' -t '/will/+' -t '/will/+/will'
ears two "${device_two[@]}" -t '#' -t '/command/#' -t '/status/#' -t "/command/$one/#" \
    -t "\$share/x/command/$two/#" -t "/command/$two/#"
expect_equal "what it may subscribe" "Subscribed (mid: 1): 128, 128, 128, 128, 128, 0" \
    "$(grep '^Subscribed' "$work/two")"
for topic in "/status/$two" "/event/$two" "/will/$two" "/will/$two/will" "/command/$two/reboot" \
    "/command/$one/reboot" "/status/$one/more" "/status" "other" "\$SYS/broker/version"; do
    mosquitto_pub "${device_one[@]}" -t "$topic" -m '{}' 2>/dev/null || true
done
for topic in "/status/$one" "/event/$one" "/will/$one" "/will/$one/will"; do
    mosquitto_pub "${device_one[@]}" -t "$topic" -m '{}'
done
eventually 10 "the daemon hears the last" hears daemon "/will/$one/will"
expect_equal "the daemon hears" "/event/$one /status/$one /will/$one /will/$one/will" \
    "$(heard daemon)"
process_stop "$work/daemon.record"

step "what the daemon says"
# It hears statuses, but says none: this would come back, and does not in time.
expect_exit 27 mosquitto_rr "${daemon[@]}" -W 2 -e "/status/$one" -t "/status/$one" \
    -m '{"forged": 1}'
for to in "$one" "$two"; do
    mosquitto_pub "${daemon[@]}" -t "/command/$to/reboot" -m '{"id": 1}'
done
eventually 10 "the other device hears" hears two "/command/$two/reboot"
expect_equal "the other device hears" "/command/$two/reboot" "$(heard two)"
process_stop "$work/two.record"
part start daemon

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

step "a first packet that is much too large ends the connection before it has come"
cat >"$work/connect.py" <<'PYTHON'
import socket, ssl, sys
port, ca, certificate, key = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
context.load_cert_chain(certificate, key)
with socket.create_connection(("localhost", int(port)), timeout=20) as plain, \
        context.wrap_socket(plain, server_hostname="localhost") as s:
    s.sendall(b"\x10\x80\x80\x80\x14")  # CONNECT with 40 MB to follow
    sys.exit(0 if s.recv(1) == b"" else "the broker answers")
PYTHON
expect_exit 0 python3 -B "$work/connect.py" "$SANDBOX_MQTT_PORT" "$SANDBOX_PKI/ca.crt" \
    "$SANDBOX_PKI/devices/$one.crt" "$SANDBOX_PKI/devices/$one.key"
