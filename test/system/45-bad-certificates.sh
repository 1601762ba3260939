#!/usr/bin/env bash
# What SIGHUP reads is judged as peers will: what is bad stays out, the one in use goes on, and the log
# says why. Ends of certificates are told before they come.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/system/faults.sh
. "$(dirname "$0")/faults.sh"

sandbox_up --devices 1
pki=$SANDBOX_PKI
mac=$(mac_of 1)
conf=$sandbox/etc/secureesp.conf
cp -r "$pki" "$work/pki"
cp "$conf" "$work/conf"
secureesp pki init "$work/other" >/dev/null
secureesp pki server "$work/other" secureespd --dns localhost >/dev/null

shown() {
    openssl s_client -connect "localhost:$SANDBOX_HTTPS_PORT" -cert "$pki/devices/$mac.crt" \
        -key "$pki/devices/$mac.key" </dev/null 2>/dev/null | openssl x509 -noout -serial
}
serial=$(shown)
expect_match "a certificate is shown" '^serial=' "$serial"

# reload REGEX: after SIGHUP the log says so.
reload() {
    mark_log
    process_signal "$sandbox/run/daemon" HUP
    eventually 10 "the log says: $1" log_has "$1"
}
# kept WHAT REGEX: what is bad is not taken; all is as before; then it is put right.
kept() {
    step "$1"
    reload "not reloaded, the one in use stays: $2"
    expect_equal "the certificate" "$serial" "$(shown)"
    SANDBOX_PKI=$work/pki get "$mac" /config.json
    expect_equal "downloads go on" 200 "$status"
    SANDBOX_PKI=$work/pki get "$mac" /ca.crt
    expect_equal "devices are given the CA in use" "$(cat "$work/pki/ca.crt")" "$(cat "$work/answer")"
    rm -r "$pki"
    cp -r "$work/pki" "$pki"
    cp "$work/conf" "$conf"
    reload ' reloaded$'
    expect_equal "the certificate again" "$serial" "$(shown)"
}
server() { # OPTION...
    secureesp pki server "$pki" secureespd --force "$@" >/dev/null
}

server --dns other.example
kept "without the name that devices are told" "certificate: .*it does not have the name 'localhost'"
cp "$work/other/servers/"* "$pki/servers"
kept "of another CA" 'certificate: .*not signed by the CA'
secureesp pki server "$pki" spare --dns localhost >/dev/null
cp "$pki/servers/spare.key" "$pki/servers/secureespd.key"
kept "the key of another" "certificate: .*the key is not the certificate's"
chmod 0644 "$pki/servers/secureespd.key"
kept "a key that others may read" 'certificate: .*open to others'
cp "$pki/devices/$mac.crt" "$pki/servers/secureespd.crt"
cp "$pki/devices/$mac.key" "$pki/servers/secureespd.key"
kept "a device's certificate" 'certificate: .*is not for a server'
openssl x509 -in "$pki/ca.crt" -text -out "$pki/ca.new"
mv "$pki/ca.new" "$pki/ca.crt"
kept "a CA with text" 'CA: .*text around'
cp "$work/other/ca.crt" "$pki/ca.crt"
kept "another CA" 'CA: the certificate in use: .*not signed by the CA'
# Certificate and CA agree with each other, but the CA cannot be taken.
cp "$work/other/servers/"* "$pki/servers"
openssl x509 -in "$work/other/ca.crt" -text -out "$pki/ca.crt"
kept "a certificate of a CA that is not taken" 'certificate: .*not signed by the CA'
sed -i 's/^mqttserver = .*/mqttserver = localhost:8883/' "$conf"
kept "a value that devices refuse" 'configuration: .*conf:[0-9]+: mqttserver: '
sed -i 's/^downloadserver = .*/downloadserver = other.example/' "$conf"
kept "a name that the certificate lacks" 'configuration: .*conf:[0-9]+: downloadserver: '

step "a device is not given a certificate with which it would be locked out"
mark_log
# locks_out WHAT REGEX: what stands for the device is not given away.
locks_out() {
    local before
    before=$(counter download_bad_files)
    get_with "$work/pki/devices/$mac" "/$mac.crt"
    expect_equal "$1" 500 "$status"
    expect_equal "$1: counted" $((before + 1)) "$(counter download_bad_files)"
    # The log names one a minute, and says who names them all.
    expect_match "$1" "$mac.crt: .*$2" "$(secureespd --config "$conf" --check-config 2>&1)"
    rm -r "$pki"
    cp -r "$work/pki" "$pki"
}
secureesp pki device "$work/other" "$mac" >/dev/null
cp "$work/other/devices/$mac".* "$pki/devices"
locks_out "of another CA" "not signed by the CA"
openssl req -new -key "$pki/devices/$mac.key" -subj "/CN=$mac" -out "$work/request"
ago 864000 openssl x509 -req -in "$work/request" -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -days 5 \
    -extfile <(echo extendedKeyUsage=clientAuth) -out "$pki/devices/$mac.crt" 2>"$work/openssl-error"
locks_out "expired" "expired on"
openssl x509 -in "$work/pki/devices/$mac.crt" -text -out "$pki/devices/$mac.crt"
locks_out "with text" "text around"
log_has "file cannot be used mac=$mac .*$mac.crt reason=.*--check-config" || fail "nothing in the log"
get "$mac" "/$mac.crt"
expect_equal "as it was" 200 "$status"

step "name and certificate change together"
sed -i 's/^downloadserver = .*/downloadserver = other.example/' "$conf"
server --dns other.example --dns localhost
reload ' reloaded$'
[ "$serial" != "$(shown)" ] || fail "the certificate did not change"
get "$mac" /config.json
expect_equal "the name" other.example "$(json_get "$(cat "$work/answer")" '$.downloadserver')"

step "ends are told"
server --dns other.example --dns localhost --days 20
secureesp pki device "$pki" "$mac" --force --days 10 >/dev/null
reload 'certificate of this server ends in days=19'
eventually 10 "devices' ends" log_has "devices' certificates end within 30 days count=1 first=$mac"
text=$(secureesp status)
expect_match "status, CA" 'certificate of the CA +ends in [0-9]{4} days' "$text"
expect_match "status, server" 'certificate of this server +ends in 19 days' "$text"
expect_match "status, broker" 'certificate of the broker +ends in [0-9]+ days' "$text"
expect_match "status, devices" "certificates of devices +1, 0 unusable, 1 end within 30 days; first $mac in 9 days" "$text"

step "the broker without the name that devices are told"
sed -i 's/^mqttserver = .*/mqttserver = broker.example/' "$conf"
reload ' reloaded$'
mark_log
part kill broker
part start broker
eventually 40 "the log says so" log_has "devices will refuse the broker's certificate .*broker.example"

step "the daemon does not start with what is bad"
cp "$work/conf" "$conf"
server --dns other.example
part stop daemon
expect_exit 1 timeout 20 secureespd --config "$conf"
expect_match "why" "conf:[0-9]+: downloadserver: certificate .*does not have the name 'localhost'" "$output"
expect_match "what to do" "issue it with --dns" "$output"
