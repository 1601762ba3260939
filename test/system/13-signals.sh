#!/usr/bin/env bash
# SIGHUP renews certificates, CA and configuration while connections go on; SIGTERM lets a download
# in hand be finished.
# shellcheck source=test/system/enrol_lib.sh
. "$(dirname "$0")/enrol_lib.sh"

mac=$(mac_of 1)
sandbox_up --devices 1
new_device "$(mac_of 2)"
pki=$SANDBOX_PKI

served_serial() {
    openssl s_client -connect "localhost:$SANDBOX_HTTPS_PORT" -CAfile "$pki/ca.crt" \
        -cert "$pki/devices/$mac.crt" -key "$pki/devices/$mac.key" </dev/null 2>/dev/null |
        openssl x509 -noout -serial
}
serial_is() {
    [ "$(served_serial)" = "$1" ]
}
reload() {
    process_signal "$sandbox/run/daemon" HUP
}

step "a connection is opened and used"
mkfifo "$work/to"
openssl s_client -quiet -connect "localhost:$SANDBOX_HTTPS_PORT" -tls1_2 -CAfile "$pki/ca.crt" \
    -cert "$pki/devices/$mac.crt" -key "$pki/devices/$mac.key" <"$work/to" >"$work/from" \
    2>/dev/null &
client=$!
exec 7>"$work/to"
ask() {
    printf 'GET /download/ca.crt HTTP/1.1\r\nHost: localhost\r\n\r\n' >&7
}
answers() {
    [ "$(grep -c '^HTTP/1.1 200' "$work/from")" -eq "$1" ]
}
ask
eventually 10 "the first answer" answers 1

step "the daemon's certificate is renewed"
before=$(served_serial)
since=$(json_get "$(api /status)" '$.broker.since_ms')
secureesp pki server "$pki" secureespd --dns localhost --ip 127.0.0.1 --force >/dev/null
after=$(openssl x509 -in "$pki/servers/secureespd.crt" -noout -serial)
[ "$before" != "$after" ] || fail "the renewed certificate has the old serial number"
reload
eventually 15 "the new certificate is shown" serial_is "$after"
ask
eventually 10 "the open connection still answers" answers 2
expect_equal "the broker's connection" "$since" "$(json_get "$(api /status)" '$.broker.since_ms')"

step "a second CA is accepted beside the first"
secureesp pki init "$work/next" >/dev/null
secureesp pki device "$work/next" "$(mac_of 3)" >/dev/null
get_with "$work/next/devices/$(mac_of 3)" /config.json
expect_match "before" '^curl ' "$status"
cp "$pki/ca.crt" "$work/old-ca.crt"
cat "$work/next/ca.crt" >>"$pki/ca.crt"
reload
next_is_accepted() {
    get_with "$work/next/devices/$(mac_of 3)" /config.json
    [ "$status" = 200 ]
}
eventually 15 "a device of the second CA" next_is_accepted

step "and refused when it is taken away again"
cp "$work/old-ca.crt" "$pki/ca.crt"
reload
next_is_refused() {
    ! next_is_accepted
}
eventually 15 "a device of the CA that is gone" next_is_refused
ask
eventually 10 "the open connection goes on" answers 3

step "configuration"
sed -i 's/^statusinterval = .*/statusinterval = 2500/' "$sandbox/etc/secureesp.conf"
reload
interval_is() {
    get "$mac" /config.json
    [ "$(json_get "$(cat "$work/answer")" '$.statusinterval')" = "$1" ]
}
eventually 15 "the new interval" interval_is 2500

step "a bad configuration, or a bad certificate, changes nothing"
cp "$sandbox/etc/secureesp.conf" "$work/good.conf"
echo "nonsense = 1" >>"$sandbox/etc/secureesp.conf"
reload
complains() {
    grep -q 'nonsense' "$SANDBOX_LOG/daemon.log"
}
eventually 10 "a word about it in the log" complains
interval_is 2500 || fail "the good configuration is gone"
cp "$work/good.conf" "$sandbox/etc/secureesp.conf"
cp "$pki/servers/secureespd.crt" "$work/good.crt"
echo rubbish >"$pki/servers/secureespd.crt"
reload
sleep 1
serial_is "$after" || fail "the good certificate is gone"
cp "$work/good.crt" "$pki/servers/secureespd.crt"
reload
exec 7>&-
kill "$client"
wait "$client" || true

step "SIGTERM: the download in hand is finished, nothing new is accepted"
publish_image "$SANDBOX_IMAGE"
large=$(make_image 00.00.02 1 1 900000)
publish_image "$large"
python3 "$root/test/system/raw_client.py" "$SANDBOX_HTTPS_PORT" "$pki/ca.crt" "$pki/devices/$mac" \
    slow "/download/firmware.bin?curimage=$(image_name 00.00.01)" 4 >"$work/late" 2>&1 &
download=$!
has_begun() {
    [ -s "$work/late" ]
}
eventually 10 "the download has begun" has_begun
process_signal "$sandbox/run/daemon" TERM
sleep 0.5
! tail -n 1 "$SANDBOX_LOG/daemon.log" | grep -q 'daemon: stopped' || fail "the daemon did not wait for the download"
! port_answers=$(curl -s --max-time 3 --cacert "$pki/ca.crt" --cert "$pki/devices/$mac.crt" \
    --key "$pki/devices/$mac.key" "$SANDBOX_URL/ca.crt") ||
    fail "it still accepts connections: $port_answers"
wait "$download" || fail "the late download breaks off: $(cat "$work/late")"
expect_equal "the late download" "200 $(stat -c %s "$large") $(sha256_of "$large")" "$(xargs <"$work/late")"
process_wait_end "$sandbox/run/daemon" 20 || fail "the daemon does not end"
[ ! -S "$SECUREESP_SOCKET" ] || fail "the socket is left behind"
expect_equal integrity ok "$(sqlite3 "$SANDBOX_DB" 'pragma integrity_check')"
part start daemon

step "a certificate that the daemon refuses is shown by nobody: neither for enrolment, nor to operators"
make_claims
enrolment_served
sed -i 's/^enrolserver = .*/enrolserver = 127.0.0.1/' "$sandbox/etc/secureesp.conf"
operator_port=$((est_port + 700))
printf '[operator]\naddress = 127.0.0.1\nport = %s\n' "$operator_port" >>"$sandbox/etc/secureesp.conf"
enrolment_on listed
shown() {
    local port
    for port in "$SANDBOX_HTTPS_PORT" "$est_port" "$operator_port"; do
        openssl s_client -connect "localhost:$port" -CAfile "$pki/ca.crt" </dev/null 2>/dev/null |
            openssl x509 -noout -serial
    done
}
refused() {
    [ "$(grep -c "$1" "$SANDBOX_LOG/daemon.log")" -gt "$count" ]
}
# reload_refused REGEX: the log says so, once more than before.
reload_refused() {
    count=$(grep -c "$1" "$SANDBOX_LOG/daemon.log") || true
    reload
    eventually 10 "it says why: $1" refused "$1"
    sleep 1
}
before=$(shown)
expect_equal "servers" 3 "$(wc -l <<<"$before")"
secureesp pki server "$pki" secureespd --force --dns other.example >/dev/null
reload_refused 'not reloaded, the one in use stays: certificate: .*localhost'
expect_equal "without the name of the download server" "$before" "$(shown)"
cp "$sandbox/etc/secureesp.conf" "$work/good.conf"
echo "nonsense = 1" >>"$sandbox/etc/secureesp.conf"
secureesp pki server "$pki" secureespd --force --dns localhost >/dev/null
reload_refused 'not reloaded, the one in use stays: certificate: .*127.0.0.1'
expect_equal "without that of enrolment, beside a bad configuration" "$before" "$(shown)"
secureesp pki server "$pki" secureespd --force --dns localhost --ip 127.0.0.1 >/dev/null
reload_refused 'not reloaded, the one in use stays: configuration'
after=$(shown)
expect_equal "a good one is shown by all" 1 "$(sort -u <<<"$after" | wc -l)"
[ "$before" != "$after" ] || fail "it is the old one"
