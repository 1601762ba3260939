#!/usr/bin/env bash
# Who is no longer good is out of the broker within seconds, also in TLS sessions that were good when they
# began: expired, revoked by device and by serial number, of a CA that was removed. Nobody else notices.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/broker_client_lib.sh
. "$(dirname "$0")/broker_client_lib.sh"

sandbox_up --devices 1
good=$(mac_of 21)
revoked=$(mac_of 22)
by_serial=$(mac_of 23)
expiring=$(mac_of 24)
foreign=$(mac_of 25)
new_device "$good" "$revoked" "$by_serial"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$expiring" \
    -keyout "$SANDBOX_PKI/devices/$expiring.key" -out "$work/request" 2>/dev/null
echo 'extendedKeyUsage=clientAuth' >"$work/extensions"
lasting=25 # seconds
ago $((86400 - lasting)) openssl x509 -req -in "$work/request" -CA "$SANDBOX_PKI/ca.crt" \
    -CAkey "$SANDBOX_PKI/ca.key" -days 1 -extfile "$work/extensions" \
    -out "$SANDBOX_PKI/devices/$expiring.crt" 2>/dev/null
secureesp pki init "$work/old" >/dev/null
secureesp pki device "$work/old" "$foreign" >/dev/null
cp "$SANDBOX_PKI/ca.crt" "$work/own.crt"

devices=$SANDBOX_PKI/devices
credentials_of() {
    if [ "$1" = "$foreign" ]; then echo "$work/old/devices/$1"; else echo "$devices/$1"; fi
}
versions=(1.2 id 1.3)

step "a CA beside ours is taken without a restart, as far as TLS lets it: the broker starts with both"
part stop broker
cat "$work/own.crt" "$work/old/ca.crt" >"$SANDBOX_PKI/ca.crt"
part start broker
clients_start
part stop daemon # its list is ours now

# in MAC: it is connected, and resumed by each kind of session once.
all_in() {
    local version
    for version in "${versions[@]}"; do
        expect_client "full in 0" open "$1/$version" "$(credentials_of "$1")" "$1" "$version"
        expect_client "resumed in 0" again "$1/$version"
    done
}
# out MAC: no session of before and no new one gets in, and its live connection has ended.
all_out() {
    local version
    eventually 10 "the end of $1's connection" client_ended "$1/1.3"
    for version in "${versions[@]}"; do
        expect_client "(resumed|full) (in 5|out)|refused" again "$1/$version"
        expect_client "full (in 5|out)|refused" open "$1/$version" "$(credentials_of "$1")" "$1" "$version"
    done
}
untouched() {
    ! client_ended "$good/1.3" || fail "$good was disconnected, too"
}

step "each is in, and its sessions are resumed"
for mac in "$good" "$revoked" "$by_serial" "$expiring" "$foreign"; do
    all_in "$mac"
done

step "revoked by its MAC"
shut_out "device $revoked all"
all_out "$revoked"
untouched

step "revoked by its serial number: another certificate of it is let in"
shut_out "device $revoked all" "serial $(serial_of "$devices/$by_serial")"
all_out "$by_serial"
untouched
secureesp pki device "$SANDBOX_PKI" "$by_serial" --force >/dev/null
all_in "$by_serial"

step "a damaged list changes nothing"
echo damaged >"$sandbox/state/broker/revoked"
expect_client "full (in 5|out)" open "$revoked/1.2" "$devices/$revoked" "$revoked" 1.2
expect_client "full in 0" open "$by_serial/1.2" "$devices/$by_serial" "$by_serial" 1.2
untouched

step "readmitted: not with what began before"
shut_out "device $revoked before $(($(date +%s%3N) + 1000))"
expect_client "full (in 5|out)" open "$revoked/1.2" "$devices/$revoked" "$revoked" 1.2
shut_out "device $revoked before $(($(date +%s%3N) - 3600000))"
let_in() {
    client open "$revoked/1.2" "$devices/$revoked" "$revoked" 1.2
    [ "$answer" = "full in 0" ]
}
eventually 10 "it is let in again" let_in

step "of a CA that was removed"
cp "$work/own.crt" "$SANDBOX_PKI/ca.crt.new"
mv "$SANDBOX_PKI/ca.crt.new" "$SANDBOX_PKI/ca.crt"
all_out "$foreign"
untouched

step "expired"
eventually $((lasting + 20)) "the end of $expiring's connection" client_ended "$expiring/1.3"
all_out "$expiring"
untouched

step "who is refused again and again is not heard: mosquitto 2.0.11 loses the memory of each will that it refuses"
heard() {
    grep -c "secureesp: refused a client: $revoked" "$sandbox/log/broker.log"
}
refuse_many() {
    local i
    for ((i = 0; i < $1; i++)); do
        client will "$revoked" "$devices/$revoked" "$revoked" 14000
    done
}
shut_out "device $revoked all"
eventually 10 "the end of $revoked's connection" client_ended "$revoked/1.2"
refuse_many 15
expect_equal "the last of them" "full out" "$answer"
before=$(heard)
refuse_many 30
expect_equal "refusals that cost memory" "$before" "$(heard)"
expect_client "(resumed|full) out" again "$revoked/1.3"
expect_client "resumed in 0" again "$good/1.3"
untouched

step "after all, the device of the sandbox reports as before"
part start daemon
part wait daemon
eventually 20 "the sandbox's device is online" device_has "$(mac_of 1)" '$.online' 1
