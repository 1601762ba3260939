#!/usr/bin/env bash
# A broker that takes all and lets nothing through, one that refuses the handshake, and another client
# in the daemon's place: each has its line, its state and its counter.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

sandbox_up --devices 0
acl=$sandbox/etc/secureesp.acl
cp "$acl" "$work/acl"

fault_matches() {
    [[ $(json_get "$(api /status)" '$.broker.fault') =~ $1 ]]
}
has_no_fault() {
    [ -z "$(json_get "$(api /status)" '$.broker.fault')" ]
}
# lacks WHAT SED-EXPRESSION FAULT: the ACL is such a one, and the state says so.
lacks() {
    step "$1"
    sed "$2" "$work/acl" >"$acl.own"
    part stop daemon broker
    part start broker daemon
    eventually 40 "a fault of '$1'" fault_matches "$3"
    grep -q "error mqtt: .*acl_file" "$SANDBOX_LOG/daemon.log" || fail "no line for '$1'"
    [ "$(counter broker_denied)" -ge 1 ] || fail "'$1' is not counted"
    secureesp status | grep -q '^broker.* connected .*BUT the broker' || fail "status says nothing"
}

lacks "the daemon is not in the ACL" 's/^user secureespd/user somebody/' 'nothing through.*secureespd.crt'
lacks "it may read nothing" '/^user secureespd/,$ s/^topic read .*//' 'nothing through'
lacks "it may write nothing" '/^user secureespd/,$ s/^topic write .*//' '(command/probe/probe|nothing through)'
lacks "it may not write commands" '/^topic write .command/d' 'topic write /command/\+/\+'

step "when the ACL is mended the fault goes by itself"
rm "$acl.own"
part stop broker
part start broker # with the whole one
eventually 40 "no fault" has_no_fault
grep -q 'the broker lets all through now' "$SANDBOX_LOG/daemon.log" || fail "no line for it"

step "another client takes the daemon's place again and again"
cat >"$work/rival" <<'RIVAL'
trap 'kill "$!"; exit' TERM
while :; do
    mosquitto_sub "$@" -t /status/+ >/dev/null 2>&1 &
    wait "$!"
done
RIVAL
process_start "$work/rival.record" "$work/rival.log" bash "$work/rival" -h localhost \
    -p "$SANDBOX_MQTT_PORT" --cafile "$SANDBOX_PKI/ca.crt" -i secureespd \
    --cert "$SANDBOX_PKI/servers/secureespd.crt" --key "$SANDBOX_PKI/servers/secureespd.key"
records+=("$work/rival.record")
eventually 60 "a rival is seen" fault_matches 'another client uses the client identifier secureespd'
grep -q 'error mqtt: another client uses the client identifier secureespd' \
    "$SANDBOX_LOG/daemon.log" || fail "no line for the rival"
[ "$(counter broker_taken_over)" -ge 1 ] || fail "the rival is not counted"
process_stop "$work/rival.record"

step "a broker that shows another CA's certificate, and one that refuses the daemon's"
reason_matches() {
    [[ $(json_get "$(api /status)" '$.broker.error') =~ $1 ]]
}
secureesp pki init "$work/other" >/dev/null
secureesp pki server "$work/other" mosquitto >/dev/null
part stop broker
for file in mosquitto.crt mosquitto.key; do
    cp "$SANDBOX_PKI/servers/$file" "$work/$file"
    cp "$work/other/servers/$file" "$SANDBOX_PKI/servers/$file"
done
part start broker || true
eventually 60 "the broker's certificate is named" reason_matches \
    'broker shows the certificate .*mosquitto: (self|unable|certificate)'

step "a broker that refuses the daemon's certificate: its alert is told, and what to do"
part stop broker
for file in mosquitto.crt mosquitto.key; do
    cp "$work/$file" "$SANDBOX_PKI/servers/$file"
done
# refuses WHAT SED-EXPRESSION REASON: a broker with such a configuration.
refuses() {
    local before
    before=$(counter broker_failures)
    has_failed() {
        [ "$(counter broker_failures)" -gt "$before" ]
    }
    sed "$2" "$sandbox/etc/mosquitto.conf" >"$work/mosquitto.conf"
    process_start "$sandbox/run/broker" "$SANDBOX_LOG/broker.log" mosquitto -c "$work/mosquitto.conf"
    process_signal "$sandbox/run/daemon" HUP # its next attempt need not wait
    eventually 60 "'$1' is counted" has_failed
    eventually 60 "the state names '$1'" reason_matches "$3"
    grep -Eq "warning mqtt: not connected .*$3" "$SANDBOX_LOG/daemon.log" || fail "no line for '$1'"
    secureesp status | grep -Eq "^broker.*NOT CONNECTED.*$3" || fail "status says nothing of '$1'"
    part stop broker
}
for version in tlsv1.2 tlsv1.3; do
    refuses "another CA, $version" "s|^cafile .*|cafile $work/other/ca.crt|
        s|^tls_version .*|tls_version $version|" \
        '(alert 48, .*give the broker our ca.crt|the broker.s log says why)'
done
refuses "no cipher in common" "s|^tls_version .*|ciphers NULL-SHA256\nciphers_tls1.3 TLS_AES_128_CCM_8_SHA256|" \
    'alert 40, .*ciphers in the broker'
part start broker
process_signal "$sandbox/run/daemon" HUP
is_connected() {
    [ "$(json_get "$(api /status)" '$.broker.connected')" = 1 ]
}
eventually 60 "it is connected again" is_connected
