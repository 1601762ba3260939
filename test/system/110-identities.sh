#!/usr/bin/env bash
# Each identity, good or not, with each topic in each direction and each path: identities.table, cell by
# cell.
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"

device=84f3eb00abcd
other=84f3eb00bcde
revoked=84f3eb00cdef
expired=84f3eb00defa
below=84f3eb00efab # its certificate is signed by a CA below another
who=$work/who # NAME.crt and .key of each identity
mkdir "$who"

# Each cell is a message or an attempt: more than a device has to say.
export SANDBOX_BROKER_MORE+=$'\nplugin_opt_role listener unbounded\nplugin_opt_dropped_burst 100000
plugin_opt_messages_burst 100000\nplugin_opt_connections_burst 100000\nplugin_opt_subscriptions 1000'

# take NAME FILE: FILE.crt and .key are that identity's.
take() {
    cp "$2.crt" "$who/$1.crt"
    cp "$2.key" "$who/$1.key"
}

# issue NAME CA-FILE SUBJECT USAGE: signed by CA-FILE.crt and .key, which need not be a CA's.
issue() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$who/$1.key" \
        -subj "$3" -out "$work/$1.csr" 2>/dev/null
    openssl x509 -req -in "$work/$1.csr" -CA "$2.crt" -CAkey "$2.key" -set_serial "$RANDOM" \
        -out "$who/$1.crt" -days 2 -extfile <(printf '%s\n' "${@:4}") 2>/dev/null
}

sandbox_up --devices 0
publish_image "$SANDBOX_IMAGE"
tester_up
secureesp pki client "$SANDBOX_PKI" listener --role listener >/dev/null
take tester "$SANDBOX_PKI/clients/tester"
take listener "$SANDBOX_PKI/clients/listener"

step "identities"
new_device "$device" "$other" "$revoked"
usual=(basicConstraints=CA:FALSE keyUsage=digitalSignature)
is_over() {
    ! openssl x509 -in "$who/expired.crt" -noout -checkend 0 >/dev/null
}
for name in device device-resumed; do take "$name" "$SANDBOX_PKI/devices/$device"; done
take other "$SANDBOX_PKI/devices/$other"
for name in revoked revoked-resumed; do take "$name" "$SANDBOX_PKI/devices/$revoked"; done
secureesp pki init "$work/other" >/dev/null
secureesp pki device "$work/other" "$device" >/dev/null
take other-ca "$work/other/devices/$device"
issue sub "$SANDBOX_PKI/ca" "/CN=sub" basicConstraints=critical,CA:TRUE keyUsage=keyCertSign
issue sub-ca "$who/sub" "/CN=$device" "${usual[@]}" extendedKeyUsage=clientAuth
cat "$who/sub.crt" >>"$who/sub-ca.crt"
issue device-as-ca "$who/device" "/CN=$other" "${usual[@]}" extendedKeyUsage=clientAuth
cat "$who/device.crt" >>"$who/device-as-ca.crt"
take server "$SANDBOX_PKI/servers/mosquitto"
take daemon "$SANDBOX_PKI/servers/secureespd"
issue server-as-device "$SANDBOX_PKI/ca" "/CN=$device" "${usual[@]}" extendedKeyUsage=serverAuth
issue no-usage "$SANDBOX_PKI/ca" "/CN=$device" basicConstraints=CA:FALSE extendedKeyUsage=emailProtection
for name in monitor homeassistant; do
    secureesp pki client "$SANDBOX_PKI" "$name" --role "$name" >/dev/null
    take "$name" "$SANDBOX_PKI/clients/$name"
done
make_claims
take claim "$claims/claim"
take claim-revoked "$claims/other-claim"
ago $((2 * 86400 + 5)) issue claim-expired "$claims/ca" /CN=claim-2025 "${usual[@]}" extendedKeyUsage=clientAuth
issue claim-as-device "$claims/ca" "/CN=$device" "${usual[@]}" extendedKeyUsage=clientAuth
issue operator "$SANDBOX_PKI/ca" "/OU=operator/CN=operator" "${usual[@]}" extendedKeyUsage=clientAuth

signer_up

# A CA below another, which broker and daemon trust, too.
secureesp pki init "$work/root" --root >/dev/null
secureesp pki intermediate "$work/root" "$work/below" >/dev/null 2>&1
secureesp pki device "$work/below" "$below" >/dev/null
take below "$work/below/devices/$below"
cp "$work/below/devices/$below".* "$SANDBOX_PKI/devices/"
cat "$work/below/ca.crt" "$work/root/ca.crt" >>"$SANDBOX_PKI/ca.crt"
part stop broker
part start broker
enrolment_on listed
secureesp pki record "$work/below" >/dev/null

# Last, since its time runs.
ago $((2 * 86400 - 60)) issue expired "$SANDBOX_PKI/ca" "/CN=$expired" "${usual[@]}" extendedKeyUsage=clientAuth
take expired-resumed "$who/expired"

# say LINE: what identities.py answers to it, until it has done so.
say() {
    local line
    echo "$1" >&"${trial[1]}"
    while read -r -t 200 line <&"${trial[0]}"; do
        echo "    $line"
        [[ $line != "${1%% *}: "* ]] || return 0
    done
    fail "identities.py ended: $(cat "$work/identities.log")"
}
coproc trial { exec python3 -B "$root/test/system/identities.py" "$root/test/system/identities.table" \
    "$who" "$other" "$(image_name 00.00.01)" "$est_port" 2>"$work/identities.log"; }
# shellcheck disable=SC2154  # coproc's
trial_pid=$trial_PID
line=
read -r -t 60 line <&"${trial[0]}" || true
expect_equal "sessions to be resumed" ready "$line$(cat "$work/identities.log")"
! is_over || fail "the machine is too slow: the certificate has expired already"

step "from now on some are shut out"
secureesp devices revoke "$revoked"
enroll "$who/claim-revoked" none # it is known once it was shown
secureesp pki revoke "$(serial_of "$who/claim-revoked.crt")" >/dev/null || true
eventually 90 "the certificate expires" is_over

step "each path of the download server"
say download

step "each path of enrolment"
say est

step "each topic at the broker"
part stop daemon # its certificate is ours now
say broker

step "each rule of the broker's own table has a cell"
rules=0
make -s -C "$root" "VARIANT=$VARIANT" "build/$VARIANT/test/broker/print_access"
while read -r role kind filter; do
    say "check $role $kind $filter" >"$work/check"
    grep -v '^    check:' "$work/check" || true
    rules=$((rules + 1))
done < <("$root/build/$VARIANT/test/broker/print_access")
echo "$rules rules"
[ "$rules" -gt 20 ] || fail "the table is not there"
input=${trial[1]}
exec {input}>&-
wait "$trial_pid" || fail "cells are otherwise than the table says"
part start daemon

# The first that it hears is the last that was said.
step "what was subscribed at a broker that granted all is not delivered by this one"
options() {
    printf '%s\n' -h localhost -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" \
        --cert "$who/$1.crt" --key "$who/$1.key"
}
mapfile -t device_options < <(options device)
# as_device OPTION...: the device's session, which stays.
as_device() {
    mosquitto_sub "${device_options[@]}" -i "$device" -c -q 1 "$@"
}
part stop daemon broker
sed -e '/^plugin/d' -e 's/^allow_anonymous .*/use_identity_as_username true\nuse_username_as_clientid true/' \
    "$root/server/etc/mosquitto/secureesp.conf" >"$sandbox/etc/mosquitto.own"
more=$SANDBOX_BROKER_MORE
export SANDBOX_BROKER_MORE=
part start broker
as_device -t '#' -t "/command/$other/#" -t "/command/$device/#" -E
part stop broker
rm "$sandbox/etc/mosquitto.own"
export SANDBOX_BROKER_MORE=$more
part start broker
for topic in "/status/$other" "/command/$other/reboot" "/event/$other" other "/command/$device/reboot"; do
    # shellcheck disable=SC2046  # words
    mosquitto_pub $(options tester) -i tester -q 1 -t "$topic" -m "$topic"
done
expect_equal "what the device hears" "/command/$device/reboot" \
    "$(as_device -t "/command/$device/#" -F %t -C 1 -W 20 || true)"
part start daemon
