#!/usr/bin/env bash
# Whoever was let in once tries to stay: when its certificate has expired, was revoked, or its CA was
# taken away; by the connections that it has, by sessions that it resumes and by new connections; at
# the broker and the download server. Others stay all the while.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

good=84f3eb000001
expired=84f3eb000002
revoked=84f3eb000003
removed=84f3eb000004
serial=84f3eb000005
sandbox_up --devices 0
publish_image "$SANDBOX_IMAGE"

step "two CAs, and a certificate that ends soon"
secureesp pki init "$work/second" >/dev/null
cp "$SANDBOX_PKI/ca.crt" "$work/first.crt"
cat "$work/first.crt" "$work/second/ca.crt" >"$SANDBOX_PKI/ca.crt.new"
mv "$SANDBOX_PKI/ca.crt.new" "$SANDBOX_PKI/ca.crt"
process_signal "$sandbox/run/daemon" HUP
part stop broker
part start broker
part wait daemon
secureesp pki device "$work/second" "$removed" >/dev/null
mkdir "$work/who"
cp "$work/second/devices/$removed".* "$work/who"
# Of the first CA alone.
mkdir "$work/own"
cp -r "$SANDBOX_PKI"/. "$work/own"
cp "$work/first.crt" "$work/own/ca.crt"
secureesp pki device "$work/own" "$good" "$revoked" "$serial" >/dev/null
cp "$work/own/devices"/*.{crt,key} "$work/who"
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/who/$expired.key" \
    -subj "/CN=$expired" -out "$work/expired.csr" 2>/dev/null
ago $((2 * 86400 - 25)) openssl x509 -req -in "$work/expired.csr" -CA "$work/first.crt" \
    -CAkey "$SANDBOX_PKI/ca.key" -set_serial 7 -days 2 -out "$work/who/$expired.crt" -extfile <(
        printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=clientAuth\n'
    ) 2>/dev/null
is_over() {
    ! openssl x509 -in "$work/who/$expired.crt" -noout -checkend 0 >/dev/null
}

# stay: a line for each of them.
stay() {
    local line i
    echo try >&"${stayers[1]}"
    for ((i = 0; i < 5; i++)); do
        read -r -t 60 line <&"${stayers[0]}" || fail "stayers.py ended: $(cat "$work/stayers.log")"
        echo "$line"
    done
}
coproc stayers { exec python3 -B "$root/test/system/stayers.py" "$work/who/$good" "$work/who/$expired" \
    "$work/who/$revoked" "$work/who/$removed" "$work/who/$serial" 2>"$work/stayers.log"; }
line=
# shellcheck disable=SC2154  # coproc's
read -r -t 30 line <&"${stayers[0]}" || true
expect_equal "all are let in" ready "$line$(cat "$work/stayers.log")"
! is_over || fail "the machine is too slow: the certificate has expired already"

step "one is revoked, one's certificate is, one's CA is taken away, and one's time comes"
secureesp devices revoke "$revoked"
number=$(openssl x509 -in "$work/who/$serial.crt" -noout -serial)
secureesp pki revoke "${number#serial=}"
mv "$work/own/ca.crt" "$SANDBOX_PKI/ca.crt"
process_signal "$sandbox/run/daemon" HUP
eventually 30 "the certificate ends" is_over
out='broker live=gone resumed=no full=no download live=gone resumed=no full=no'
all_but_one_are_out() {
    stay >"$work/said"
    [ -e "$work/first" ] || cp "$work/said" "$work/first"
    [ "$(grep -c " $out\$" "$work/said")" = 4 ]
}
wait_until 5 all_but_one_are_out || true
cat "$work/said"
expect_match "who is good was not disturbed" "^$good broker live=yes " "$(head -n 1 "$work/first")"
expect_match "who is good stays" "^$good broker live=(yes|gone) resumed=(yes|full) full=yes download live=yes resumed=(yes|full) full=yes" \
    "$(head -n 1 "$work/said")"
expect_equal "who stays of four" 0 "$(tail -n 4 "$work/said" | grep -vc " $out\$" || true)"

step "and it is said of them"
expect_match "the device" revoked "$(secureesp devices show "$revoked")"

step "a reload of the broker, with sessions that are offline, ends nothing"
for i in 1 2 3; do
    new_device "$(mac_of $((20 + i)))"
    mosquitto_sub -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$SANDBOX_PKI/devices/$(mac_of $((20 + i))).crt" \
        --key "$SANDBOX_PKI/devices/$(mac_of $((20 + i))).key" -c -i "$(mac_of $((20 + i)))" -q 1 \
        -t "/command/$(mac_of $((20 + i)))/#" -E
done
broker=$(process_pid "$sandbox/run/broker")
for i in 1 2 3; do
    kill -HUP "$broker"
    part wait broker
done
expect_equal "the broker" "$broker" "$(process_pid "$sandbox/run/broker")"
wait_until 5 all_but_one_are_out || true
expect_equal "who stays after reloads" 0 "$(tail -n 4 "$work/said" | grep -vc " $out\$" || true)"
input=${stayers[1]}
exec {input}>&-
