#!/usr/bin/env bash
# A broker without our plugin, one with other rules beside it, one that knows the daemon under another
# name, one that refuses the handshake, and another client in the daemon's place: each has its line, its
# state and its counter.
# shellcheck source=test/system/lib.sh
. "$(dirname "$0")/lib.sh"

export SANDBOX_BROKER_MORE= # of a plugin, without which a broker starts here
sandbox_up --devices 0
ours=$root/server/etc/mosquitto/secureesp.conf
own=$sandbox/etc/mosquitto.own

fault_matches() {
    [[ $(json_get "$(api /status)" '$.broker.fault') =~ $1 ]]
}
has_no_fault() {
    [ -z "$(json_get "$(api /status)" '$.broker.fault')" ]
}
# with WHAT: the broker's configuration is what stands on the standard input; the daemon comes back.
with() {
    step "$1"
    cat >"$own"
    part stop broker
    part start broker
    process_signal "$sandbox/run/daemon" HUP # its next attempt need not wait
}
# lacks WHAT FAULT: with such a one the state says so.
lacks() {
    with "$1"
    eventually 60 "a fault of '$1'" fault_matches "$2"
    grep -q "error mqtt: the broker .*secureesp.conf.new" "$SANDBOX_LOG/daemon.log" || fail "no line for '$1'"
    [ "$(counter broker_denied)" -ge 1 ] || fail "'$1' is not counted"
    secureesp status | grep -q '^broker.* connected .*BUT the broker' || fail "status says nothing"
}
# What was installed before the plugin was.
without_plugin() {
    sed '/^plugin/d' "$ours"
    printf 'use_identity_as_username true\nuse_username_as_clientid true\nacl_file %s\n' "$work/acl"
}
cat >"$work/acl" <<'ACL'
pattern write /status/%u
pattern read /command/%u/#
user secureespd
topic read /status/+
topic read /event/+
topic read /will/+
topic read /will/+/will
topic write /command/+/+
topic write /status/probe
topic write /event/probe
topic write /will/probe
topic write /will/probe/will
topic read /command/probe/probe
ACL

lacks "the broker has no plugin" 'without our plugin' < <(without_plugin)
printf 'pattern readwrite #\n' >"$work/open"
step "nor rules: somebody says what is the plugin's to say, and the daemon hears what nobody may say"
part stop broker
sed "/^acl_file/s|.*|acl_file $work/open|" <(without_plugin) >"$own"
part start broker
new_device "$(mac_of 9)"
publish_text "$(mac_of 9)" /broker/revocations '{"number": 1, "entries": 0, "disconnected": 0, "error": null}' -r -q 1
process_signal "$sandbox/run/daemon" HUP
eventually 60 "a fault" fault_matches 'publish what it must not, on /status/forbidden'
publish_text "$(mac_of 9)" /broker/revocations '' -r -q 1

with "the broker knows the daemon by another name" \
    < <(sed 's/^plugin_opt_daemon .*/plugin_opt_daemon other/' "$ours")
refused() {
    grep -q 'warning mqtt: not connected .*plugin_opt_daemon' "$SANDBOX_LOG/daemon.log"
}
eventually 40 "the reason says what to look at" refused

with "with ours the fault goes by itself" <"$ours"
eventually 60 "no fault" has_no_fault
grep -q 'the broker follows the rules now' "$SANDBOX_LOG/daemon.log" || fail "no line for it"
rm "$own"

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
    broker_run "$work/mosquitto.conf"
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
